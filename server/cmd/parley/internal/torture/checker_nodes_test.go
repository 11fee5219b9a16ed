package torture

import (
	"slices"
	"testing"
	"time"
)

func TestCheckerOfNodes(t *testing.T) {
	for _, test := range []struct {
		name  string
		spoil func(t *story)
		want  []Kind
	}{
		{"all is well", func(*story) {}, nil},

		{"pushed to one node only", func(t *story) { hide(t.bob, "morning") }, []Kind{Skipped}},
		{"a room's message pushed to one node only", func(t *story) { hide(t.bob2, "red") }, []Kind{Skipped}},
		{"a private message pushed to one node only", func(t *story) { hide(t.bob2, "one") }, []Kind{NotLive}},
		{"a joining pushed to one node only", func(t *story) { hideMove(t.bob2, join, "#red", "bob") }, []Kind{Membership, Overheard}},
		{"a joining pushed to one node only, and the member reads nothing", func(t *story) {
			hideMove(t.bob2, join, "#red", "bob")
			hide(t.bob2, "red")
		}, []Kind{Membership}},
		{"a feed cut too early", func(t *story) { hide(t.bob, "morning", "one") }, []Kind{NotLive, Skipped}},
		{"another order on another node", func(t *story) { swap(t.alice, "morning", "noon") }, []Kind{Disorder}},
		{"a number given twice", func(t *story) { t.all(t.says(t.carol, "bob", "again", t.said("good").number, 1)) }, []Kind{Twice}},
		{"a lower number than what was read on another node", func(t *story) {
			second := t.says(t.carol, "bob", "second", t.number()+1, 1)
			t.all(second)
			t.all(t.says(t.bobAgain, "carol", "first", t.number()-1, 1))
		}, []Kind{Disorder}},
		{"a lower number than what was shown on another node", func(t *story) {
			lower := t.number()
			t.perhaps(t.carol, lobby, "late", true)
			t.look(lobby)
			t.all(t.says(t.bobAgain, "carol", "low", lower, 1))
		}, []Kind{Disorder}},

		{"unsure, kept, and not shown to its author", func(t *story) { unshow(t.carol, "perhaps") }, []Kind{Skipped}},
		{"unsure, kept, and not shown on another node", func(t *story) { hide(t.bob, "perhaps") }, []Kind{Skipped}},
		{"unsure, kept, and shown to its author twice", func(t *story) { t.shows(t.carol, lobbyLine, t.said("perhaps"), "") }, []Kind{Repeated}},
		{"unsure, kept, and not in the history", func(t *story) { t.unlook("perhaps") }, []Kind{Missing}},
		{"unsure, kept, and in the history alone", func(t *story) {
			for _, c := range []*connLog{t.alice, t.bob, t.bob2, t.carol} {
				unshow(c, "perhaps")
			}
		}, []Kind{Skipped}},
		{"unsure, kept, and under two numbers", func(t *story) {
			r := t.reading("alice bob")
			r.rows[len(r.rows)-1].number = 1 << 40
		}, []Kind{Missing, Twice}},
		{"unsure, private, kept, and no copy", func(t *story) { unshow(t.alice, "maybe") }, []Kind{NotLive}},
		{"unsure, private, kept, and never read", func(t *story) { hide(t.bob, "maybe"); hide(t.bob2, "maybe") }, []Kind{Lost, NotLive}},
		{"unsure, not kept, and shown to one", func(t *story) { t.shows(t.bobAgain, privateLine, t.said("nothing"), "") }, []Kind{Disorder}},
		{"refused, and shown on another node", func(t *story) { t.said("perhaps").code = "unavailable" }, []Kind{Refused, Repeated}},
		{"unsure, and was not kept", func(t *story) { t.perhaps(t.carol, "bob", "x", false) }, nil},

		{"a joining that was unsure, and happened", func(t *story) {
			t.answers(t.asks(t.carol, join, "#red", "carol"), unsure)
			t.moves(t.carol, t.changes[len(t.changes)-1])
			t.next(t.carol, "#red", "hello")
		}, nil},
		{"a joining that was unsure, and did not happen", func(t *story) {
			t.answers(t.asks(t.carol, join, "#red", "carol"), unsure)
			t.says(t.carol, "#red", "hello", 0, 0).code = "not-in-room"
		}, nil},
		{"a leaving that was unsure, known by what was kept later", func(t *story) {
			t.does(t.carol, join, "#red", "carol")
			t.answers(t.asks(t.carol, leave, "#red", "carol"), unsure)
			t.next(t.carol, lobby, "later")
			t.does(t.carol, join, "#red", "carol")
			t.says(t.carol, "#red", "hello", 0, 0).code = "not-in-room"
		}, []Kind{Membership}},
		{"a joining that was refused, and happened", func(t *story) {
			t.answers(t.asks(t.carol, join, "#red", "carol"), "unavailable")
			t.glimpse(t.carol, "#red", true, t.tick(time.Second), "/history")
		}, []Kind{Membership}},
		{"a leaving that was never answered by a node that is dead", func(t *story) {
			t.leaves()
			t.kill(4)
			t.tick(2 * slack)
			t.rejoins()
		}, []Kind{Membership}},
		{"a leaving that was never answered by a node that died while Redis stood still", func(t *story) {
			t.leaves()
			t.disturbs(0, true)
			t.kill(4)
			t.tick(2 * slack)
			t.rejoins()
		}, nil},

		{"a dead node's presence kept", func(t *story) { t.said("after").sessions = 2 }, []Kind{Presence}},
		{"a dead node's presence in /who", func(t *story) { t.listings[0].sessions["bob"] = 2 }, []Kind{Who}},
		{"a stopped node's presence in /who", func(t *story) { t.listings[1].sessions["alice"] = 1 }, []Kind{Who}},
		{"a stopped node's presence kept", func(t *story) { t.said("away").sessions = 1 }, []Kind{Presence}},
		{"a dead node's presence, not long after", func(t *story) {
			t.lists(t.carol, map[string]int{"bob": 1, "carol": 1})
			t.kill(3)
			t.start(2)
			dave := t.on(4, "dave")
			t.lists(dave, map[string]int{"bob": 1, "carol": 1, "dave": 1})
			t.next(dave, lobby, "dave is here")
		}, nil},
		{"a dead node's presence, too long after", func(t *story) {
			t.kill(3)
			t.start(2)
			dave := t.on(4, "dave")
			t.tick(goneAfter + 2*slack)
			t.lists(dave, map[string]int{"carol": 1, "dave": 1})
			t.next(dave, lobby, "dave is here")
		}, []Kind{Who}},
		{"a dead node's presence, and Redis was away meanwhile", func(t *story) {
			t.kill(3)
			t.start(2)
			dave := t.on(4, "dave")
			t.disturbs(0, false)()
			t.tick(goneAfter)
			t.lists(dave, map[string]int{"carol": 1, "dave": 1})
			t.next(dave, lobby, "dave is here")
		}, nil},
		{"the presence of a session that ended, not long after", func(t *story) {
			t.half(t.bobAgain)
			t.lists(t.carol, map[string]int{"bob": 1, "carol": 1})
			t.next(t.carol, lobby, "later")
		}, nil},
		{"the presence of a session that ended, too long after", func(t *story) {
			t.half(t.bobAgain)
			t.tick(goneAfter + 2*slack)
			t.lists(t.carol, map[string]int{"bob": 1, "carol": 1})
			t.next(t.carol, lobby, "later")
		}, []Kind{Who}},
		{"somebody on another node not in /who", func(t *story) { delete(t.listings[0].sessions, "bob") }, []Kind{Who}},
		{"one session fewer in /who", func(t *story) {
			bob3 := t.on(3, "bob")
			t.lists(t.carol, map[string]int{"bob": 1, "carol": 1})
			for _, c := range []*connLog{t.carol, t.bobAgain, bob3} {
				t.next(c, lobby, "still "+c.String())
			}
		}, []Kind{Who}},
		{"somebody in /who who never was there", func(t *story) { t.listings[0].sessions["eve"] = 1 }, []Kind{Who}},
		{"somebody not in /who of whom nothing was heard any more", func(t *story) {
			t.on(3, "dave")
			t.lists(t.carol, map[string]int{"bob": 1, "carol": 1})
		}, nil},

		{"thrown out, and the node was well", func(t *story) { t.bobAgain.closing, t.bobAgain.closed = "resync", t.tick(time.Minute) }, []Kind{Outcast}},
		{"thrown out because Redis stood still", func(t *story) { t.thrownOut(0, true) }, []Kind{Outcast}},
		{"thrown out because Redis was away", func(t *story) { t.thrownOut(0, false) }, nil},
		{"thrown out because the node was cut off", func(t *story) { t.thrownOut(3, false) }, nil},
		{"thrown out because another node was cut off", func(t *story) { t.thrownOut(1, false) }, []Kind{Outcast}},
		{"thrown out long after the node was cut off", func(t *story) {
			t.disturbs(3, false)()
			t.bobAgain.closing, t.bobAgain.closed = "resync", t.tick(time.Minute)
		}, []Kind{Outcast}},
		{"drained", func(t *story) { t.drain(t.bobAgain) }, nil},
		{"drained, and the node goes on", func(t *story) { t.bobAgain.closing, t.bobAgain.closed = "draining", t.tick(time.Second) }, []Kind{Outcast}},
		{"the last command not answered, thrown out", func(t *story) { t.unanswered(t.alice); t.alice.leaving = true }, nil},
		{"the last shown left out, thrown out", func(t *story) { hide(t.alice, "there") }, nil},
		{"a gap before the last shown, thrown out", func(t *story) { hide(t.alice, "mourning") }, []Kind{Skipped}},

		{"nothing shown on another node", func(t *story) {
			for _, e := range t.epochs {
				e.node = 0
			}
			t.start(1)
		}, []Kind{TooLittle}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newNodes()
			test.spoil(s)
			slices.Sort(test.want)
			breaches := s.check()
			if got := kinds(breaches); !slices.Equal(got, test.want) {
				t.Fatalf("the checker names %q, want %q: %q", got, test.want, breaches)
			}
		})
	}
}

// leaves lets dave come to a fourth start of a node and into a room, and leave it without an answer.
func (t *story) leaves() {
	t.start(1)
	dave := t.on(4, "dave")
	t.does(dave, join, "#green", "dave")
	t.asks(dave, leave, "#green", "dave")
}

// rejoins lets dave come back on another node and into the room, where he is said not to be.
func (t *story) rejoins() {
	dave := t.on(3, "dave")
	t.does(dave, join, "#green", "dave")
	t.says(dave, "#green", "hello", 0, 0).code = "not-in-room"
}

// thrownOut disturbs a start of a node, or all, and tells a session on the third one resync.
func (t *story) thrownOut(epoch int, still bool) {
	t.disturbs(epoch, still)()
	t.bobAgain.closing, t.bobAgain.closed = "resync", t.tick(time.Second)
}
