package torture

import (
	"io"
	"slices"
	"time"
)

// newNodes tells of three nodes on one store. Alice is on the first, where bob has a second session, bob on the second, carol on the third. Three things
// are said of which nobody knows at first whether they are kept: two are. Then the second node is killed, and much later the first is stopped for so long
// that it is given up.
func newNodes() *story {
	t := &story{history: newHistory(3, io.Discard), now: time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC), in: map[member]bool{},
		later: map[*message]int64{}}
	t.shared = true
	for node := range 3 {
		t.start(node)
	}
	t.alice, t.bob, t.carol, t.bob2 = t.on(1, "alice"), t.on(2, "bob"), t.on(3, "carol"), t.on(1, "bob")
	t.does(t.alice, join, "#red", "alice")
	t.does(t.bob, join, "#red", "bob")
	t.next(t.carol, lobby, "morning")
	t.next(t.bob, lobby, "noon")
	t.next(t.alice, "#red", "red")
	t.all(t.says(t.alice, "bob", "one", t.number(), 2))
	t.perhaps(t.carol, lobby, "perhaps", true)
	t.perhaps(t.alice, "bob", "maybe", true)
	t.perhaps(t.alice, "bob", "nothing", false)
	t.fences("all")

	t.kill(2)
	t.next(t.carol, lobby, "mourning")
	t.tick(goneAfter + 2*slack)
	t.lists(t.carol, map[string]int{"alice": 1, "bob": 1, "carol": 1})
	after := t.says(t.carol, "bob", "after", t.number(), 1)
	t.all(after)
	t.next(t.bob2, lobby, "there")

	over := t.disturbs(1, false)
	t.tick(goneAfter + 2*slack)
	t.says(t.carol, "bob", "away", t.number(), 0)
	t.lists(t.carol, map[string]int{"carol": 1})
	over()
	for _, c := range []*connLog{t.alice, t.bob2} {
		c.closing, c.closed, c.ended = "resync", t.tick(time.Millisecond), t.now
	}
	t.bobAgain = t.on(3, "bob")
	t.bobAgain.waiting = 1
	t.shows(t.bobAgain, privateLine, t.said("away"), "at")
	t.next(t.bobAgain, lobby, "back")
	t.next(t.carol, lobby, "good")
	t.looks("alice", lobby, "#red", "alice bob", "bob carol")
	return t
}

// on lets somebody log in to a start of a node.
func (t *story) on(epoch int, user string) *connLog {
	t.epoch = epoch
	return t.login(user, 0)
}

// perhaps lets a session say something and be told that nobody knows. If it was kept, all are shown it, the author too.
func (t *story) perhaps(c *connLog, to, text string, kept bool) *message {
	m := t.says(c, to, text, 0, 0)
	m.code = unsure
	if !kept {
		return m
	}
	t.later[m] = t.number()
	t.all(m)
	kind := lobbyLine
	if to != lobby {
		kind = copyLine
	}
	t.shows(c, kind, m, "")
	return m
}

// kill ends a start of a node. Its sessions hear nothing.
func (t *story) kill(epoch int) {
	t.epochs[epoch].stopped, t.epochs[epoch].died = t.tick(time.Second), t.tick(time.Millisecond)
	for _, c := range t.logs {
		if c.epoch == epoch {
			c.ended = t.now
		}
	}
}

// disturbs disturbs a start of a node, or all, until over is called.
func (t *story) disturbs(epoch int, still bool) (over func()) {
	d := &disturbance{epoch: epoch, still: still, span: span{t.tick(time.Millisecond), never}}
	t.troubles = append(t.troubles, d)
	return func() { d.span.to = t.tick(time.Millisecond).Add(settles) }
}

// lists lets a session ask who is there.
func (t *story) lists(c *connLog, sessions map[string]int) *listing {
	l := &listing{log: c, asked: t.tick(time.Millisecond), done: t.tick(time.Millisecond), sessions: sessions}
	t.list(l)
	return l
}

// unshow takes a text out of what a session was shown, but not the answer to it.
func unshow(c *connLog, text string) {
	i := slices.IndexFunc(c.lines, func(l line) bool { return l.kind != answerLine && l.seen.text == text })
	c.lines = slices.Delete(c.lines, i, i+1)
}

// unlook takes a text out of all readings.
func (t *story) unlook(text string) {
	for _, r := range t.readings {
		r.rows = slices.DeleteFunc(r.rows, func(s seen) bool { return s.text == text })
	}
}
