package torture

import (
	"io"
	"slices"
	"time"
)

// newRooms tells of alice, who owns the den and lets bob in twice, and of a public room that bob joins and leaves and carol joins. Bob has two sessions.
func newRooms() *story {
	t := &story{history: newHistory(3, io.Discard), now: time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC), in: map[member]bool{}}
	t.start(0)
	t.alice = t.login("alice", 0)
	t.does(t.alice, join, den, "alice")
	t.does(t.alice, join, "#red", "alice")
	t.next(t.alice, den, "secret")
	t.carol = t.login("carol", 0)
	t.bob, t.bob2 = t.login("bob", 0), t.login("bob", 0)
	t.next(t.alice, "#red", "early")
	t.does(t.bob, join, "#red", "bob")
	t.next(t.alice, "#red", "hello")
	t.does(t.carol, join, "#red", "carol")
	t.next(t.carol, "#red", "hi")
	t.next(t.bob, "#red", "hey")
	t.next(t.carol, "#red", "last")
	t.does(t.bob, leave, "#red", "bob")
	t.next(t.carol, "#red", "alone")
	t.does(t.alice, invite, den, "bob")
	t.does(t.bob, join, den, "bob")
	t.next(t.alice, den, "plan")
	t.next(t.bob, den, "agreed")
	t.fences("one")
	t.does(t.alice, kick, den, "bob")
	t.next(t.alice, den, "without bob")
	t.does(t.alice, invite, den, "bob")
	t.does(t.bob2, join, den, "bob")
	t.next(t.alice, den, "welcome")
	t.fences("two")
	pm := t.says(t.carol, "bob", "to bob", t.number(), 2)
	t.all(pm)
	t.fences("three")
	t.looks("alice", lobby, den, "#red", "bob carol")
	t.looks("carol", "#red")
	t.looks("bob", den)
	return t
}

// number is the next one.
func (t *story) number() int64 {
	t.numbers++
	return t.numbers
}

// next lets a session say something in a room, which all see.
func (t *story) next(c *connLog, room, text string) *message {
	m := t.says(c, room, text, t.number(), 0)
	t.all(m)
	return m
}

// fences lets each session say something in the lobby.
func (t *story) fences(text string) {
	for _, c := range []*connLog{t.alice, t.bob, t.bob2, t.carol} {
		t.next(c, lobby, text+c.String())
	}
}

// asks lets a session ask for a change that is not answered.
func (t *story) asks(c *connLog, do doing, room, who string) *change {
	ch := &change{do: do, room: room, by: c.user, who: who, log: c, asked: t.tick(time.Second)}
	t.changes = append(t.changes, ch)
	c.requests = append(c.requests, &request{text: ch.command(), change: ch})
	return ch
}

// answers lets a session read the answer to what it asked for last: a code, or that it is done.
func (t *story) answers(ch *change, code string) *change {
	ch.answered, ch.code = t.tick(time.Millisecond), code
	r := ch.log.requests[len(ch.log.requests)-1]
	r.answered = true
	ch.log.lines = append(ch.log.lines, line{kind: answerLine, at: t.now, request: r})
	return ch
}

// does lets a session change something, which all who are concerned see.
func (t *story) does(c *connLog, do doing, room, who string) *change {
	ch := t.answers(t.asks(c, do, room, who), "")
	if do == invite {
		return ch
	}
	t.in[ch.member()] = do == join
	for _, other := range t.logs {
		if concerned := other.user == who || t.in[member{other.user, room}]; other != c && concerned && other.ended.IsZero() {
			t.moves(other, ch)
		}
	}
	return ch
}

// moves shows a change to a session.
func (t *story) moves(c *connLog, ch *change) {
	kind := leaveLine
	if ch.do == join {
		kind = joinLine
	}
	c.lines = append(c.lines, line{kind: kind, at: t.tick(time.Millisecond), seen: seen{from: ch.who, room: ch.room}})
}

// looks lets somebody read histories.
func (t *story) looks(reader string, all ...string) {
	for _, room := range all {
		t.look(room)
		r := t.readings[len(t.readings)-1]
		r.reader = reader
		if room == den && reader != "alice" {
			r.rows = slices.DeleteFunc(r.rows, func(s seen) bool { return s.text != "welcome" })
		}
	}
}

// readingBy is the one of a room by somebody.
func (t *story) readingBy(reader, room string) *reading {
	return t.readings[slices.IndexFunc(t.readings, func(r *reading) bool { return r.room == room && r.reader == reader })]
}

// text is what was said so.
func (t *story) said(text string) *message {
	return t.messages[slices.IndexFunc(t.messages, func(m *message) bool { return m.text == text })]
}

// changeOf is the first of its kind.
func (t *story) changeOf(do doing, room, who string) *change {
	return t.changes[slices.IndexFunc(t.changes, func(ch *change) bool { return ch.do == do && ch.room == room && ch.who == who })]
}

// moveOf is where a session shows for the first time that somebody comes into a room or goes, or the answer to that.
func moveOf(c *connLog, do doing, room, who string) int {
	return slices.IndexFunc(c.lines, func(l line) bool {
		if l.kind == answerLine {
			ch := l.request.change
			return ch != nil && ch.do == do && ch.member() == member{who, room}
		}
		return (l.kind == joinLine) == (do == join) && (l.kind == joinLine || l.kind == leaveLine) && l.seen.from == who && l.seen.room == room
	})
}

// hideMove takes such a line out of what a session read.
func hideMove(c *connLog, do doing, room, who string) {
	i := moveOf(c, do, room, who)
	c.lines = slices.Delete(c.lines, i, i+1)
}

// showAt lets a session show a message before one of its lines.
func (t *story) showAt(c *connLog, at int, m *message) {
	c.lines = slices.Insert(c.lines, at, line{kind: roomLine, at: c.lines[at].at, seen: t.seen(m, roomLine, "")})
}
