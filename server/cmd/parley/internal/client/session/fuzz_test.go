package session

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// FuzzHeard: whatever a server says, the lines of a thread stay in their order, and a little of what is said takes only a little memory.
func FuzzHeard(f *testing.F) {
	f.Add("* hello parley/1.0 text=5: Hi\n#t1 + format json\n#t2 + login alice waiting=1 last=5\n" + saysIn("#tea", "bob", 3, "x"))
	f.Add(saysIn("#tea", "alice", 7, "alice") + "\nlost\n* hello\n+ x\n+ login alice\n= say #tea bob 5 thread=#tea\n+ since 1 upto=9 more=7\n+ since 0 upto=9")
	f.Add("* hello\n+ x\n- login bad-credentials\nlost\n! bye\nlost\n{\"type\":\"end\",\"code\":\"full\"}\n\xff\n#t9 - * bad-json")
	f.Add("* kick #lobby alice\n* join #lobby alice\n* removed #tea\n* leave #lobby ALICE number=9\n* here bob\n* invite #a b 1\n* prompt password: x\nlater\n+ passwd")
	f.Add("= room #Tea unread=99999999999999999999\n= thread a 1\n= user b idle=-1\n+ msg #lobby 6\nsay\n- msg unsure\nlater\n+ msg bob 0\nolder\n+ history 1 more=x")
	f.Fuzz(func(t *testing.T, script string) {
		keys := 0
		s := New(Options{Name: "alice", Secret: "x", Key: func() string { keys++; return fmt.Sprint(keys) }})
		now := noon
		s.Connected(now)
		lines := strings.Split(script, "\n")
		lines = lines[:min(len(lines), 500)]
		for _, line := range lines {
			switch line {
			case "lost":
				s.Lost("lost", now)
				s.Connected(now)
			case "later":
				now = now.Add(time.Minute)
				s.Tick(now)
			case "say":
				_ = s.Enter(s.Thread("#lobby"), "hello")
			case "older":
				for _, th := range s.Threads() {
					s.Show(th)
					s.Older(th)
				}
			default:
				s.Heard(line, now)
			}
			if n := len(s.Outgoing()); n > 20+5*len(s.threads) {
				t.Fatalf("%q has it send %d lines", line, n)
			}
			checkThreads(t, s)
			s.Complete("a", s.Thread("#lobby"))
			s.Wake()
		}
		if n := len(s.threads); n > len(lines)+2 {
			t.Errorf("there are %d threads", n)
		}
	})
}

// checkThreads looks at what always holds.
func checkThreads(t *testing.T, s *Session) {
	t.Helper()
	for _, th := range s.Threads() {
		last := int64(0)
		for i := range th.Lines {
			l := &th.Lines[i]
			if l.Number != 0 && l.Number <= last {
				t.Fatalf("in %s %d stands behind %d", th.Name, l.Number, last)
			}
			last = max(last, l.Number)
			if l.Fate != Kept && !l.Mine {
				t.Fatalf("%+v has a fate", l)
			}
		}
		if th.NewFrom >= len(th.Lines) || th.NewFrom < -1 || th.Unread < 0 || th == s.shown && th.Unread != 0 {
			t.Fatalf("%+v", th)
		}
	}
}
