package torture

import (
	"slices"
	"testing"
	"time"
)

func TestCheckerOfRooms(t *testing.T) {
	for _, test := range []struct {
		name  string
		spoil func(t *story)
		want  []Kind
	}{
		{"all is well", func(*story) {}, nil},

		{"left out in the middle", func(t *story) { hide(t.bob2, "hi") }, []Kind{Skipped}},
		{"left out right behind the joining", func(t *story) { hide(t.bob, "hello") }, []Kind{Skipped}},
		{"left out right before the leaving", func(t *story) { hide(t.bob, "last") }, []Kind{Skipped}},
		{"left out right before the leaving that another session asked for", func(t *story) { hide(t.bob2, "last") }, []Kind{Skipped}},
		{"the first behind the last joining left out", func(t *story) { hide(t.bob2, "welcome") }, []Kind{Skipped}},
		{"a room never shown", func(t *story) { hide(t.alice, "hi", "hey", "last", "alone") }, []Kind{Skipped}},
		{"in another order", func(t *story) { swap(t.alice, "hi", "hey") }, []Kind{Disorder}},
		{"two rooms in another order", func(t *story) { swap(t.bob2, "agreed", "one"+t.alice.String()) }, []Kind{Disorder}},
		{"twice", func(t *story) { again(t.bob2, "plan") }, []Kind{Repeated}},
		{"one's own words", func(t *story) { t.shows(t.carol, roomLine, t.said("alone"), "") }, []Kind{Repeated}},
		{"in the wrong room", func(t *story) { t.bob2.lines[lineOf(t.bob2, "plan")].seen.room = "#red" }, []Kind{Overheard, Skipped, Stranger}},

		{"shown before the joining", func(t *story) { t.showAt(t.carol, 0, t.said("early")) }, []Kind{Overheard}},
		{"shown again at the joining", func(t *story) { t.showAt(t.carol, moveOf(t.carol, join, "#red", "carol")+1, t.said("early")) }, []Kind{Overheard}},
		{"shown behind the leaving", func(t *story) { t.showAt(t.bob, moveOf(t.bob, leave, "#red", "bob")+1, t.said("alone")) }, []Kind{Overheard}},
		{"shown to another session behind the leaving", func(t *story) {
			t.showAt(t.bob2, moveOf(t.bob2, leave, "#red", "bob")+1, t.said("alone"))
		}, []Kind{Overheard}},
		{"shown behind a kick", func(t *story) { t.showAt(t.bob, moveOf(t.bob, kick, den, "bob")+1, t.said("without bob")) }, []Kind{Overheard}},
		{"the den shown at the joining", func(t *story) { t.showAt(t.bob, moveOf(t.bob, join, den, "bob")+1, t.said("secret")) }, []Kind{Disorder, Overheard}},
		{"the den shown to a stranger", func(t *story) { t.showAt(t.carol, lineOf(t.carol, "one"+t.alice.String()), t.said("plan")) }, []Kind{Membership, Overheard}},
		{"a later session shown what was said before the joining", func(t *story) {
			t.showAt(t.again(t.bob2), 0, t.said("without bob"))
		}, []Kind{Overheard}},
		{"a later session shown what is said", func(t *story) {
			again := t.again(t.bob2)
			t.next(t.alice, den, "news")
			t.next(again, lobby, "fence")
		}, nil},
		{"a later session shown what was said behind the leaving", func(t *story) {
			t.showAt(t.again(t.bob2), 0, t.said("alone"))
		}, []Kind{Membership, Overheard}},
		{"a later session that logs in while its account joins", func(t *story) {
			ch := t.asks(t.carol, join, "#blue", "carol")
			again := t.again(t.carol)
			t.answers(ch, "")
			t.next(again, lobby, "fence")
		}, nil},
		{"a later session not shown that its account joins", func(t *story) {
			again := t.again(t.carol)
			t.answers(t.asks(t.carol, join, "#blue", "carol"), "")
			t.next(again, lobby, "fence")
		}, []Kind{Membership}},
		{"a later session not shown what is said", func(t *story) {
			again := t.again(t.carol)
			t.next(t.alice, "#red", "news")
			hide(again, "news")
			t.next(again, lobby, "fence")
		}, []Kind{Skipped}},

		{"the den's past in a history", func(t *story) { t.reads("bob", "secret", 0) }, []Kind{Overheard}},
		{"what was said between two stays in a history", func(t *story) { t.reads("bob", "without bob", 0) }, []Kind{Overheard}},
		{"the den's history for somebody who never was there", func(t *story) { t.readingBy("bob", den).reader = "carol" }, []Kind{Overheard}},
		{"kept in the den, not in its history", func(t *story) { t.unread(den, "plan") }, []Kind{Missing}},
		{"kept in the den, not in a guest's history", func(t *story) { t.readingBy("bob", den).rows = nil }, []Kind{Missing}},
		{"a guest's history that was being read when he joined again", func(t *story) {
			t.readingBy("bob", den).asked = t.said("welcome").asked.Add(-3 * time.Second)
			t.reads("bob", "plan", 0)
			r := t.readingBy("bob", den)
			r.rows = r.rows[:1]
		}, nil},
		{"a guest's history that was being read when he joined again, and too old", func(t *story) {
			t.readingBy("bob", den).asked = t.said("welcome").asked.Add(-3 * time.Second)
			t.reads("bob", "secret", 0)
		}, []Kind{Overheard}},
		{"kept in a public room before one came, not in the history", func(t *story) {
			r := t.readingBy("carol", "#red")
			r.rows = r.rows[1:]
		}, []Kind{Missing}},
		{"a room's history in another order", func(t *story) { slices.Reverse(t.readingBy("carol", "#red").rows) }, []Kind{Disorder}},
		{"shown, and not in the history", func(t *story) {
			silent := &message{from: "carol", to: "#red", text: "silent", log: t.login("carol", 0), asked: t.now}
			t.messages = append(t.messages, silent)
			t.shows(t.alice, roomLine, silent, "")
			t.look("#red")
		}, []Kind{Missing}},

		{"a joining not shown to another session", func(t *story) { hideMove(t.bob2, join, "#red", "bob") }, []Kind{Membership, Skipped}},
		{"a leaving not shown to another session", func(t *story) { hideMove(t.bob2, leave, "#red", "bob") }, []Kind{Membership, Skipped}},
		{"a kick not shown to the one it hits", func(t *story) { hideMove(t.bob, kick, den, "bob") }, []Kind{Membership, Skipped}},
		{"a joining not shown to others", func(t *story) { hideMove(t.alice, join, "#red", "bob") }, nil},
		{"a leaving not shown to others", func(t *story) { hideMove(t.carol, leave, "#red", "bob") }, nil},
		{"a joining shown twice", func(t *story) {
			i := moveOf(t.alice, join, "#red", "bob")
			t.alice.lines = slices.Insert(t.alice.lines, i, t.alice.lines[i])
		}, []Kind{Membership}},
		{"a leaving not shown to others, who knew of the joining", func(t *story) { hideMove(t.alice, leave, "#red", "bob") }, []Kind{Membership}},
		{"a joining that nobody asked for", func(t *story) { t.moves(t.carol, &change{do: join, room: "#red", who: "dave"}) }, []Kind{Stranger}},
		{"a joining shown to somebody who is not there", func(t *story) { t.moves(t.carol, t.changeOf(join, den, "bob")) }, []Kind{Membership, Overheard}},
		{"a joining shown to somebody who may be there", func(t *story) {
			t.asks(t.gone(), join, "#blue", "carol")
			again := t.again(t.carol)
			t.moves(again, t.asks(t.alice, join, "#blue", "alice"))
		}, nil},

		{"said without being there", func(t *story) { t.says(t.bob, "#red", "x", t.number(), 0) }, []Kind{Membership}},
		{"not let speak", func(t *story) { t.says(t.carol, "#red", "x", 0, 0).code = "not-in-room" }, []Kind{Membership}},
		{"not let speak, and not there", func(t *story) { t.says(t.bob, "#red", "x", 0, 0).code = "not-in-room" }, nil},
		{"no room, though something was said there", func(t *story) { t.says(t.bob, "#red", "x", 0, 0).code = "no-such-room" }, []Kind{Groundless}},
		{"no room, and none was made", func(t *story) { t.says(t.bob, "#blue", "x", 0, 0).code = "no-such-room" }, nil},
		{"refused in the lobby as if one had left", func(t *story) { t.says(t.bob, lobby, "x", 0, 0).code = "not-in-room" }, []Kind{Groundless}},
		{"said to be there, and not", func(t *story) { t.answers(t.asks(t.bob, join, "#red", "bob"), "already-in-room") }, []Kind{Membership}},
		{"said to be there", func(t *story) { t.answers(t.asks(t.carol, join, "#red", "carol"), "already-in-room") }, nil},
		{"said not to be there", func(t *story) { t.answers(t.asks(t.alice, kick, den, "bob"), "not-in-room") }, []Kind{Membership}},
		{"joined for an odd reason not", func(t *story) { t.answers(t.asks(t.bob, join, "#red", "bob"), "rate-limited") }, []Kind{Groundless}},
		{"history of a room where one is not", func(t *story) { t.glimpse(t.bob, "#red", true, t.tick(time.Second), "/history") }, []Kind{Membership}},
		{"no history of a room where one is", func(t *story) { t.glimpse(t.carol, "#red", false, t.tick(time.Second), "/history") }, []Kind{Membership}},

		{"in without an invitation", func(t *story) { t.changeOf(invite, den, "bob").code = "unavailable" }, []Kind{Membership}},
		{"in by an invitation that was used", func(t *story) {
			t.does(t.bob, leave, den, "bob")
			t.does(t.bob, join, den, "bob")
		}, []Kind{Membership}},
		{"not let in", func(t *story) { t.answers(t.asks(t.carol, join, den, "carol"), "invite-only") }, nil},
		{"not let in with an invitation", func(t *story) {
			t.does(t.alice, invite, den, "carol")
			t.answers(t.asks(t.carol, join, den, "carol"), "invite-only")
		}, []Kind{Membership}},
		{"let in by an invitation that may have been kept", func(t *story) {
			t.asks(t.alice, invite, den, "carol")
			t.does(t.carol, join, den, "carol")
		}, nil},

		{"a joining that was never answered, and shown", func(t *story) { t.moves(t.alice, t.asks(t.bob, join, "#red", "bob")) }, nil},
		{"a joining that was never answered, after the next start", func(t *story) {
			t.asks(t.gone(), join, "#blue", "carol")
			t.restart()
			t.says(t.again(t.carol), "#blue", "x", t.number(), 0)
		}, nil},
		{"a joining that was never answered, and a later start showed that it was not kept", func(t *story) {
			t.asks(t.gone(), join, "#blue", "carol")
			t.restart()
			t.says(t.again(t.carol), "#blue", "x", 0, 0).code = "not-in-room"
		}, nil},
		{"a leaving that was asked for in an earlier start", func(t *story) {
			t.asks(t.gone(), leave, "#red", "carol")
			t.restart()
			again := t.again(t.carol)
			t.does(again, join, "#red", "carol")
			t.says(again, "#red", "x", 0, 0).code = "not-in-room"
		}, []Kind{Membership}},
		{"a joining that was refused, and happened", func(t *story) {
			t.answers(t.asks(t.bob, join, "#red", "bob"), "unavailable")
			t.glimpse(t.bob, "#red", true, t.tick(time.Second), "/history")
		}, []Kind{Membership}},
		{"a joining that was refused last of all, and came back with a stop", func(t *story) {
			t.answers(t.asks(t.bob, join, "#red", "bob"), "unavailable")
			t.restart()
			t.glimpse(t.bob, "#red", true, t.tick(time.Second), "/history")
		}, []Kind{Membership}},
		{"a joining that was lost with a stop", func(t *story) {
			t.does(t.bob, join, "#red", "bob")
			t.restart()
			t.glimpse(t.bob, "#red", false, t.tick(time.Second), "/history")
		}, []Kind{Membership}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newRooms()
			test.spoil(s)
			slices.Sort(test.want)
			breaches := s.check()
			if got := kinds(breaches); !slices.Equal(got, test.want) {
				t.Fatalf("the checker names %q, want %q: %q", got, test.want, breaches)
			}
		})
	}
}

// again lets an account log in once more, and say that it is there.
func (t *story) again(c *connLog) *connLog {
	again := t.login(c.user, 0)
	t.next(again, lobby, "again")
	return again
}

// restart stops the server and starts it.
func (t *story) restart() {
	for _, c := range t.logs {
		c.ended = t.now
	}
	t.epochs[1].stopped, t.epochs[1].died = t.tick(time.Second), t.tick(time.Second)
	t.epoch = t.start(0)
}

// reads lets somebody read a text in the den.
func (t *story) reads(reader, text string, at int) {
	r := t.readingBy(reader, den)
	r.rows = slices.Insert(r.rows, at, t.seen(t.said(text), privateLine, "at"))
}
