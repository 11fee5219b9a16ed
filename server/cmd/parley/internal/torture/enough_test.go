package torture

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// TestEnough takes from a story in which enough happens what makes it enough.
func TestEnough(t *testing.T) {
	without := func(kind lineKind, at string) func(*story) {
		return func(t *story) {
			for _, c := range t.logs {
				c.lines = slices.DeleteFunc(c.lines, func(l line) bool { return l.kind == kind && (l.seen.at == "") == (at == "") })
			}
		}
	}
	more := func(n int, code string) func(*story) {
		return func(t *story) {
			for i := range n {
				m := t.says(t.carol, "bob", fmt.Sprint(i), 0, 0)
				if m.code = code; code == "" {
					m.answered = time.Time{}
				}
			}
		}
	}
	refuse := func(inLobby bool) func(*story) {
		return func(t *story) {
			for _, m := range t.messages {
				if (m.to == lobby) == inLobby {
					m.number, m.code = 0, "unavailable"
				}
			}
		}
	}
	for _, test := range []struct {
		name   string
		spoil  func(*story)
		enough bool
	}{
		{"enough", func(*story) {}, true},
		{"half are answered", more(14, ""), true},
		{"fewer are answered", more(20, ""), false},
		{"a tenth is kept", more(100, "unavailable"), true},
		{"less is kept", more(200, "unavailable"), false},
		{"no private message kept", refuse(false), false},
		{"nothing kept in the lobby", refuse(true), false},
		{"nothing shown in the lobby", without(lobbyLine, ""), false},
		{"no private message shown live", without(privateLine, ""), false},
		{"nothing that has waited", without(privateLine, "at"), true},
		{"no copies", without(copyLine, ""), true},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newStory()
			test.spoil(s)
			k := newChecker(s.history)
			k.enough()
			if got := len(k.breaches) == 0; got != test.enough {
				t.Fatalf("enough is %t: %q", got, k.breaches)
			}
		})
	}
}

// TestEnoughOfRooms does the same with a story of rooms.
func TestEnoughOfRooms(t *testing.T) {
	for _, test := range []struct {
		name   string
		spoil  func(*story)
		enough bool
	}{
		{"enough", func(*story) {}, true},
		{"nothing kept in rooms", func(t *story) {
			for _, m := range t.messages {
				if placeOf(m.to) == inRooms {
					m.number, m.code = 0, "unavailable"
				}
			}
		}, false},
		{"nothing shown in rooms", func(t *story) {
			for _, c := range t.logs {
				c.lines = slices.DeleteFunc(c.lines, func(l line) bool { return l.kind == roomLine })
			}
		}, false},
		{"nobody has joined", func(t *story) {
			for _, ch := range t.changes {
				ch.code = "unavailable"
			}
		}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newRooms()
			test.spoil(s)
			k := newChecker(s.history)
			k.enough()
			if got := len(k.breaches) == 0; got != test.enough {
				t.Fatalf("enough is %t: %q", got, k.breaches)
			}
		})
	}
}
