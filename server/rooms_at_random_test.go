package server

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Two sessions each of some people join, leave and speak at random, on several loops and many lines in a packet, while a third person kicks them out of
// rooms. A session that is in all rooms all the time sees everything in the one order. Each other one must see exactly the part of that which
// happened while its account was in the room, with its own answers in the places of what it has done itself.
func TestRoomsAtRandom(t *testing.T) {
	const people, lines = 4, 150
	rooms := []string{"#r0", "#r1", "#r2"}
	s := start(t, func(o *setup) { o.Shards = 3 })
	observer, kicker := s.join("owner"), s.join("owner")
	for _, room := range rooms {
		observer.ask("/join " + room)
		kicker.want("* join " + room + " owner")
	}
	var all []*wanderer
	for i := range 2 * people {
		all = append(all, &wanderer{user: s.join(fmt.Sprint("u", i/2)), name: fmt.Sprint("u", i/2)})
	}
	var everybody sync.WaitGroup
	for i, w := range all {
		r := rand.New(rand.NewPCG(7, uint64(i)))
		everybody.Go(func() { w.wander(r, rooms, lines, i) })
	}
	everybody.Go(func() {
		r := rand.New(rand.NewPCG(8, 0))
		for range lines {
			kicker.ask(fmt.Sprintf("/kick %s u%d", rooms[r.IntN(len(rooms))], r.IntN(people)))
		}
	})
	everybody.Wait()
	kicker.say("/all that was all")
	last := "* all owner: that was all"
	var order []string
	for line := ""; line != last; {
		line = observer.line()
		order = append(order, line)
	}
	for i, w := range all {
		for w.heard[len(w.heard)-1] != last {
			w.heard = append(w.heard, w.line())
		}
		want := partFor(w.name, order)
		if got := w.asEvents(t); !slices.Equal(got, want) {
			at := 0
			for at < min(len(got), len(want)) && got[at] == want[at] {
				at++
			}
			t.Fatalf("session %d of %s has heard\n%s\nwant\n%s", i, w.name, around(got, at), around(want, at))
		}
	}
}

// wanderer is one of the sessions.
type wanderer struct {
	*user
	name  string
	sent  []string // lines, which are answered in their order
	heard []string
}

// wander sends lines at random, several at once, and reads until all are answered.
func (w *wanderer) wander(r *rand.Rand, rooms []string, lines, id int) {
	for len(w.sent) < lines {
		packet := 1 + r.IntN(12)
		for range packet {
			room := rooms[r.IntN(len(rooms))]
			line := fmt.Sprintf("/msg %s text %d of %d", room, len(w.sent), id)
			switch r.IntN(5) {
			case 0:
				line = "/join " + room
			case 1:
				line = "/leave " + room
			}
			w.sent = append(w.sent, line)
		}
		w.say(w.sent[len(w.sent)-packet:]...)
		for packet > 0 {
			line := w.line()
			w.heard = append(w.heard, line)
			if line[0] == '+' || line[0] == '-' {
				packet--
			}
		}
	}
}

// asEvents is what it has heard, with the events that it has caused itself in the places of its answers.
func (w *wanderer) asEvents(t *testing.T) (events []string) {
	answers := 0
	for _, line := range w.heard {
		if line[0] == '*' {
			events = append(events, line)
			continue
		}
		words := strings.SplitN(w.sent[answers], " ", 3)
		answers++
		if command := words[0][1:]; !strings.HasPrefix(line[1:], " "+command+" ") {
			t.Fatalf("%q is answered by %q", w.sent[answers-1], line)
		} else if line[0] == '-' {
			continue
		} else if command == "msg" {
			events = append(events, fmt.Sprintf("* say %s %s: %s", words[1], w.name, words[2]))
		} else {
			events = append(events, fmt.Sprintf("* %s %s %s", command, words[1], w.name))
		}
	}
	return events
}

// partFor is the part of all events that somebody hears.
func partFor(name string, order []string) (part []string) {
	in := map[string]bool{}
	for _, line := range order {
		words := strings.Fields(line)
		room, about := words[2], ""
		if words[1] != "all" && words[1] != "say" {
			about = words[3]
		}
		if words[1] == "join" && about == name {
			in[room] = true
		}
		if in[room] || words[1] == "all" {
			part = append(part, line)
		}
		if (words[1] == "leave" || words[1] == "kick") && about == name {
			delete(in, room)
		}
	}
	return part
}

// around shows some lines before and behind a place.
func around(lines []string, at int) string {
	return strings.Join(lines[max(0, at-5):min(len(lines), at+5)], "\n")
}
