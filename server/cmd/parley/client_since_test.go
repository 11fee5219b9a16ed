package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
)

// follower reads what is said, by the rule of the page: first the rows of since, then the events.
type follower struct {
	*talker
	saved int64
	had   []string
}

// TestTheRuleOfCatchingUp comes and goes while others talk all the time.
func TestTheRuleOfCatchingUp(t *testing.T) {
	address, home := startProgram(t, "--message-rate", "unlimited"), t.TempDir()
	settle(t, address, home, "ann", "bob", "cy", "reader")
	stop, talk := make(chan struct{}), sync.WaitGroup{}
	for name, to := range map[string]string{"ann": "#desk", "bob": "reader", "cy": "#lobby"} {
		talk.Go(func() {
			p := newTalker(t, home, address, name)
			for i := range 5000 {
				select {
				case <-stop:
					return
				default:
				}
				if _, _, err := p.asks(map[string]any{"do": "msg", "to": to, "text": fmt.Sprint("message ", i)}); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	f := &follower{talker: newTalker(t, home, address, "reader")}
	for range 25 {
		f.visit(1 + rand.IntN(20))
	}
	close(stop)
	talk.Wait()
	f.visit(0)
	var said []string
	for _, o := range newTalker(t, home, address, "reader").everything() {
		said = append(said, o.String())
	}
	differ(t, "the messages", f.had, said)
}

// visit is one session, which ends when it has taken so many events.
func (f *follower) visit(events int) {
	f.t.Helper()
	if err := f.enter(); err != nil {
		f.t.Fatal(err)
	}
	f.catchUp()
	for events > 0 {
		if f.take(f.next()) {
			events--
		}
	}
	f.conn.Close()
}

// catchUp reads the rows, a few at a time. What is said meanwhile comes as events, which must be in the rows too.
func (f *follower) catchUp() {
	f.t.Helper()
	fmt.Fprintf(f.conn, "/since %d 10\n", f.saved)
	for highest := int64(0); ; {
		switch o := f.next(); {
		case o.Type == "row":
			f.take(o)
		case o.Type == "event":
			highest = max(highest, o.Number)
		case o.Type == "done" && o.More > 0:
			fmt.Fprintf(f.conn, "/since %d 10\n", o.More)
		case o.Type == "done":
			if highest > o.Upto {
				f.t.Errorf("event %d stands in front of the answer up to %d", highest, o.Upto)
			}
			return
		default:
			f.t.Fatalf("an answer is %v", o)
		}
	}
}

// take notes a message that was not read before.
func (f *follower) take(o object) bool {
	if !strings.HasPrefix(o.Text, "message ") || o.Number <= f.saved {
		return false
	}
	f.saved = o.Number
	f.had = append(f.had, o.String())
	return true
}
