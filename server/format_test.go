package server

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"parley/protocol"
)

// Sessions go from one format and language to the other and back all the time, while much is said in the lobby and to them alone. They hear each message
// once, in the order in which it was said: in text before the answer in JSON, and in JSON before the answer in text.
func TestFormatIsChangedInAFlood(t *testing.T) {
	const messages = 600
	s := start(t, func(o *setup) { o.Shards = 3 })
	alice, carol := s.join("alice"), s.join("carol")
	var all []*switcher
	for range 4 {
		all = append(all, &switcher{user: s.join("bob")})
	}
	var everybody sync.WaitGroup
	everybody.Go(func() { alice.speak("/all room", messages) })
	everybody.Go(func() { carol.speak("/msg bob private", messages) })
	for _, w := range all {
		everybody.Go(func() { w.listen(2 * messages) })
	}
	everybody.Wait()
	var want []string
	for i := range messages {
		want = append(want, fmt.Sprint("room ", i))
	}
	for i := range messages {
		want = append(want, fmt.Sprint("private ", i))
	}
	for i, w := range all {
		// In which order the two have spoken is the same for all; each has spoken in its own order.
		if !slices.Equal(w.heard, all[0].heard) {
			t.Errorf("session %d has not heard what the first one has", i)
		}
		got := slices.Clone(w.heard)
		slices.SortStableFunc(got, func(a, b string) int { return strings.Compare(b[:1], a[:1]) })
		if !slices.Equal(got, want) {
			t.Errorf("session %d has heard\n%q", i, w.heard)
		}
		if w.switched < 2 {
			t.Errorf("session %d has changed its format %d times only", i, w.switched)
		}
	}
}

// speak says something so many times, some lines in a packet, and reads the answers.
func (u *user) speak(words string, times int) {
	const packet = 20
	for i := 0; i < times; i += packet {
		var lines []string
		for n := range packet {
			lines = append(lines, fmt.Sprint(words, " ", i+n))
		}
		u.say(lines...)
		for answers := 0; answers < packet; {
			line, err := u.next()
			if err != nil || line[0] == '-' {
				u.t.Errorf("got %q, %v", line, err)
				return
			}
			if line[0] == '+' {
				answers++
			}
		}
	}
}

// change is one that a session asks for, and its answer.
type change struct {
	ask, answer string
	format      protocol.Format
}

// changes are done in turn.
var changes = []change{
	{"/format json", `{"type":"done","command":"format","format":"json"}`, protocol.JSON},
	{"/lang zh", `{"type":"done","command":"lang","language":"zh","text":"从现在起，服务器说中文。"}`, protocol.JSON},
	{"/format text", "+ format text", protocol.Text},
	{"/lang en", "+ lang en: This server speaks English from here on.", protocol.Text},
}

// switcher is a session that changes its format or its language as soon as the last change was answered.
type switcher struct {
	*user
	format   protocol.Format
	switched int
	heard    []string
}

// listen reads until so many messages were heard, and the answer to the last change.
func (w *switcher) listen(messages int) {
	w.say(changes[0].ask)
	for asked := true; asked || len(w.heard) < messages; {
		line, err := w.next()
		if err != nil {
			w.t.Errorf("no line: %v", err)
			return
		}
		if next := changes[w.switched%len(changes)]; line == next.answer {
			w.format = next.format
			w.switched++
			if asked = len(w.heard) < messages; asked {
				w.say(changes[w.switched%len(changes)].ask)
			}
		} else {
			w.hear(line)
		}
	}
}

// hear takes a message, which must be in the format that was answered last.
func (w *switcher) hear(line string) {
	var e struct{ Type, Text string }
	if w.format == protocol.JSON {
		if err := json.Unmarshal([]byte(line), &e); err != nil || e.Type != "event" {
			w.t.Errorf("in JSON it is told %q", line)
		}
	} else {
		_, e.Text, _ = strings.Cut(line, ": ")
		if line[0] != '*' {
			w.t.Errorf("in text it is told %q", line)
		}
	}
	w.heard = append(w.heard, e.Text)
}
