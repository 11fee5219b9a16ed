package torture

import (
	"io"
	"slices"
	"testing"
	"time"
)

// story is the ledger of a short run in which all is well. A test spoils it.
type story struct {
	*ledger
	now time.Time
	// what was said: private from alice to bob, but for those of the lobby
	one, four, refused, silent *sent
	two, three, five           *sent // carol, bob, carol
	bob, bobAgain, alice       *sitting
}

func newStory() *story {
	t := &story{ledger: newLedger(io.Discard), now: time.Unix(1_000_000, 0)}
	t.one = t.says("alice", "bob", "one", 1, "")
	t.two = t.says("carol", lobby, "two", 2, "")
	t.three = t.says("bob", lobby, "three", 3, "")
	t.four = t.says("alice", "bob", "four", 4, "")
	t.five = t.says("carol", lobby, "five", 5, "")
	t.refused = t.says("alice", "bob", "refused", 0, "unavailable")
	t.silent = &sent{from: "alice", to: "bob", text: "silent", run: 1, asked: t.now}
	t.sent = append(t.sent, t.silent)

	t.bob, t.bobAgain, t.alice = t.sit("bob"), t.sit("bob"), t.sit("alice")
	t.bob.private = []seen{t.as(t.one), t.as(t.four)}
	t.bob.lobby = []seen{bare(t.two), bare(t.five)}
	t.bobAgain.private = []seen{t.as(t.four)}
	t.alice.lobby = []seen{bare(t.two), bare(t.three), bare(t.five)}
	t.read("alice bob", []seen{t.as(t.one), t.as(t.four)}, 0, true)
	t.read(lobby, []seen{t.as(t.two), t.as(t.three), t.as(t.five)}, 0, true)
	return t
}

// says notes a message that the first run of the server has answered.
func (t *story) says(from, to, text string, number int64, code string) *sent {
	s := &sent{from: from, to: to, text: text, run: 1, asked: t.now, answered: t.now.Add(time.Millisecond), number: number, code: code}
	t.sent = append(t.sent, s)
	t.now = t.now.Add(time.Second)
	return s
}

// as is what a reader sees of a message.
func (t *story) as(s *sent) seen { return seen{s.from, s.text, s.number} }

// bare is what a reader of the lobby sees of it.
func bare(s *sent) seen { return seen{from: s.from, text: s.text} }

// appears shows a message to bob and in the history, under a number.
func (t *story) appears(s *sent, number int64) {
	m := seen{s.from, s.text, number}
	t.bobAgain.private = append(t.bobAgain.private, m)
	t.read("alice bob", []seen{m}, 0, true)
}

func TestVerdict(t *testing.T) {
	for _, test := range []struct {
		name  string
		spoil func(t *story)
		want  []Kind
	}{
		{"all is well", func(*story) {}, nil},
		{"a repeat is allowed", func(t *story) { t.bobAgain.private = slices.Insert(t.bobAgain.private, 0, t.as(t.one)) }, nil},
		{"what was never answered may appear", func(t *story) { t.appears(t.silent, 6) }, nil},
		{"what was never answered, twice", func(t *story) { t.appears(t.silent, 6); t.appears(t.silent, 7) }, []Kind{Twice}},

		{"kept and never read", func(t *story) { t.bob.private = t.bob.private[:1]; t.bobAgain.private = nil }, []Kind{Lost}},
		{"kept and read by somebody else only", func(t *story) {
			t.alice.private, t.bob.private, t.bobAgain.private = []seen{t.as(t.four)}, t.bob.private[:1], nil
		}, []Kind{Lost, Missing, Stranger}},
		{"kept in the lobby, not in the history", func(t *story) {
			delete(t.rooms[lobby].rows, 5)
		}, []Kind{Missing}},
		{"kept for bob, not in the history", func(t *story) { delete(t.rooms["alice bob"].rows, 4) }, []Kind{Missing}},
		{"fell out of the history before it was read", func(t *story) {
			delete(t.rooms["alice bob"].rows, 1)
			t.read("alice bob", []seen{t.as(t.four)}, 0, false)
		}, nil},

		{"read under another number", func(t *story) { t.bobAgain.private[0].number = 9 }, []Kind{Missing, Twice}},
		{"two under one number", func(t *story) { t.four.number = 1 }, []Kind{Twice}},
		{"another number in the history", func(t *story) {
			delete(t.rooms["alice bob"].rows, 4)
			t.read("alice bob", []seen{{"alice", "four", 8}}, 0, true)
		}, []Kind{Missing, Twice}},

		{"refused and read", func(t *story) { t.appears(t.refused, 6) }, []Kind{Refused}},
		{"refused and in the history", func(t *story) { t.read("alice bob", []seen{{"alice", "refused", 6}}, 0, true) }, []Kind{Refused}},
		{"refused, and brought back by a kill", func(t *story) { t.kill(1); t.appears(t.refused, 6) }, nil},
		{"refused, and the kill was of another run", func(t *story) { t.kill(2); t.appears(t.refused, 6) }, []Kind{Refused}},
		{"refused for another reason before a kill", func(t *story) {
			t.kill(1)
			t.refused.code = "inbox-full"
			t.appears(t.refused, 6)
		}, []Kind{Refused}},
		{"refused, and the server kept something later before it was killed", func(t *story) {
			t.kill(1)
			t.appears(t.says("alice", "bob", "later", 6, ""), 6)
			t.appears(t.refused, 7)
		}, []Kind{Refused}},

		{"private messages out of order", func(t *story) { slices.Reverse(t.bob.private) }, []Kind{Disorder}},
		{"the lobby out of order", func(t *story) { t.alice.lobby[0], t.alice.lobby[1] = t.alice.lobby[1], t.alice.lobby[0] }, []Kind{Disorder, Skipped}},
		{"the lobby twice", func(t *story) { t.alice.lobby = append(t.alice.lobby, bare(t.two)) }, []Kind{Repeated}},
		{"left out in the lobby", func(t *story) { t.alice.lobby = slices.Delete(t.alice.lobby, 1, 2) }, []Kind{Skipped}},
		{"read in the lobby, not in the history", func(t *story) {
			t.alice.lobby = append(t.alice.lobby, bare(&sent{from: "bob", text: "never kept"}))
			t.sent = append(t.sent, &sent{from: "bob", to: lobby, text: "never kept", run: 1})
		}, []Kind{Missing}},
		{"a page of the history out of order", func(t *story) { t.read(lobby, []seen{t.as(t.three), t.as(t.two)}, 0, true) }, []Kind{Disorder}},
		{"a history that changes", func(t *story) { t.read(lobby, []seen{{"carol", "four", 5}}, 0, true) }, []Kind{Disorder, Missing, Stranger, Twice}},

		{"nobody said it", func(t *story) { t.bob.lobby[0].text = "two!" }, []Kind{Missing, Stranger}},
		{"somebody else said it", func(t *story) { t.bob.lobby[0].from = "alice" }, []Kind{Stranger}},
		{"a private message in the lobby", func(t *story) { t.alice.lobby[0] = bare(t.one) }, []Kind{Missing, Stranger}},
		{"noticed by a client", func(t *story) { t.note(Breach{Undrained, ""}) }, []Kind{Undrained}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newStory()
			test.spoil(s)
			slices.Sort(test.want)
			breaches, _ := s.verdict()
			if got := kinds(breaches); !slices.Equal(got, test.want) {
				t.Fatalf("the verdict is %q, want %q: %q", got, test.want, breaches)
			}
		})
	}
}

func TestVerdictCountsWhatAKillExcuses(t *testing.T) {
	s := newStory()
	s.kill(1)
	s.appears(s.refused, 6)
	if _, forgiven := s.verdict(); forgiven != 1 {
		t.Fatalf("%d are excused, want 1", forgiven)
	}
}

// kinds are those of the breaches, sorted, each once; nil for none.
func kinds(breaches []Breach) []Kind {
	var all []Kind
	for _, b := range breaches {
		all = append(all, b.Kind)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
