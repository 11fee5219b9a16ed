package torture

import (
	"io"
	"slices"
	"testing"
	"time"
)

// TestCheckExpiry tells of alice, who says three messages to bob that expire and one that he reads.
func TestCheckExpiry(t *testing.T) {
	const keep = 2 * time.Second
	for _, test := range []struct {
		name  string
		spoil func(s *story, bob *connLog, young *message)
		want  []Kind
	}{
		{"all is well", func(*story, *connLog, *message) {}, nil},
		{"fewer counted than expired", func(_ *story, bob *connLog, _ *message) { bob.expired = 2 }, []Kind{Expiry}},
		{"more counted than expired", func(_ *story, bob *connLog, _ *message) { bob.expired = 4 }, []Kind{Expiry}},
		{"none counted", func(_ *story, bob *connLog, _ *message) { bob.expired = 0 }, []Kind{Expiry}},
		{"expired too early", func(_ *story, bob *connLog, _ *message) { bob.lines, bob.expired = nil, 4 }, []Kind{Lost}},
		{"expired before the login was answered", func(_ *story, bob *connLog, young *message) {
			bob.lines, bob.expired = nil, 4
			bob.loggedIn = young.asked.Add(keep)
		}, nil},
		{"noticed by a client", func(s *story, _ *connLog, _ *message) { s.notice(Breach{Crashed, ""}) }, []Kind{Crashed}},
		{"nothing expired", func(s *story, bob *connLog, _ *message) { s.messages, bob.expired = s.messages[3:], 0 }, []Kind{TooLittle}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := &story{history: newHistory(20, io.Discard), now: time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)}
			alice := s.login("alice", 0)
			s.login("bob", 0) // before anything was said
			for i, text := range []string{"one", "two", "three"} {
				s.says(alice, "bob", text, int64(i+1), 0)
			}
			s.messages = append(s.messages, &message{from: "alice", to: "bob", text: "never answered", log: alice, asked: s.now})
			s.tick(keep)
			young := s.says(alice, "bob", "young", 4, 0)
			bob := s.login("bob", 1)
			bob.expired = 3
			s.shows(bob, privateLine, young, "at")
			test.spoil(s, bob, young)
			breaches := s.checkExpiry("bob", keep)
			if got := kinds(breaches); !slices.Equal(got, test.want) {
				t.Fatalf("it names %q, want %q: %q", got, test.want, breaches)
			}
		})
	}
}
