package torture

import (
	"fmt"
	"io"
	"slices"
	"time"
)

// story is the history of a short run in which all is well. A test spoils it.
type story struct {
	*history
	now     time.Time
	in      map[member]bool // who is in which room
	numbers int64           // the last one, where numbers are given in turn
	epoch   int             // of the next session

	later map[*message]int64 // the numbers of those whose author was told unsure

	alice, alice2, bob, bob2, bobAgain, carol                                           *connLog
	waited, early, morning, one, noon, two, refused, evening, three, answer, good, late *message
}

// newStory tells of alice with two sessions, bob with two after each other, and carol.
func newStory() *story {
	t := &story{history: newHistory(3, io.Discard), now: time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)}
	t.start(0)
	t.alice = t.login("alice", 0)
	t.waited = t.says(t.alice, "bob", "waited", 1, 0)
	t.early = t.says(t.alice, lobby, "early", 2, 0)
	t.bob = t.login("bob", 1)
	t.shows(t.bob, privateLine, t.waited, "at")
	t.carol = t.login("carol", 0)
	t.alice2 = t.login("alice", 0)

	t.morning = t.says(t.carol, lobby, "morning", 3, 0)
	t.all(t.morning)
	t.one = t.says(t.alice, "bob", "one", 4, 1)
	t.all(t.one)
	t.noon = t.says(t.bob, lobby, "noon", 5, 0)
	t.all(t.noon)
	t.two = t.says(t.carol, "alice", "two", 6, 2)
	t.all(t.two)
	t.refused = t.says(t.alice, "bob", "refused", 0, 0)
	t.refused.code = "unavailable"
	t.evening = t.says(t.carol, lobby, "evening", 7, 0)
	t.all(t.evening)
	t.three = t.says(t.alice, "bob", "three", 8, 1)
	t.all(t.three)
	for i, c := range []*connLog{t.alice, t.alice2, t.bob, t.carol} { // what each says last
		m := t.says(c, lobby, fmt.Sprint("fence", i), int64(9+i), 0)
		t.all(m)
	}
	t.half(t.bob)
	t.tick(2 * goneAfter)
	t.late = t.says(t.carol, "bob", "late", 13, 0)
	t.bobAgain = t.login("bob", 2)
	t.shows(t.bobAgain, privateLine, t.three, "at") // its acknowledgement was lost
	t.shows(t.bobAgain, privateLine, t.late, "at")
	t.answer = t.says(t.bobAgain, "carol", "answer", 14, 1)
	t.all(t.answer)
	t.good = t.says(t.bobAgain, lobby, "good", 15, 0)
	t.all(t.good)
	t.history.messages = append(t.history.messages, &message{from: "carol", to: lobby, text: "never answered", log: t.gone(), asked: t.now})
	t.look(lobby, "alice bob", "bob carol", "alice carol")
	return t
}

// gone is a session that broke before it read an answer.
func (t *story) gone() *connLog { return t.login("carol", 0) }

func (t *story) tick(d time.Duration) time.Time {
	t.now = t.now.Add(d)
	return t.now
}

// start lets a node start and answer. It returns the epoch.
func (t *story) start(node int) int {
	epoch := t.launch(node)
	t.epochs[epoch].answered = t.tick(time.Second)
	return epoch
}

// drain lets a session be told that its node ends.
func (t *story) drain(c *connLog) {
	t.epochs[c.epoch].stopped = t.now
	c.closing, c.closed = "draining", t.tick(time.Millisecond)
}

func (t *story) login(user string, waiting int) *connLog {
	c := t.connect(user, max(1, t.epoch))
	c.asked, c.loggedIn, c.waiting = t.tick(time.Second), t.tick(time.Millisecond), waiting
	return c
}

// says lets a session say something and read the answer.
func (t *story) says(c *connLog, to, text string, number int64, sessions int) *message {
	m := &message{from: c.user, to: to, text: text, log: c, number: number, sessions: sessions}
	m.asked, m.answered = t.tick(time.Second), t.tick(time.Millisecond)
	r := &request{text: text, message: m, answered: true}
	c.requests = append(c.requests, r)
	c.lines = append(c.lines, line{kind: answerLine, at: m.answered, request: r})
	t.messages = append(t.messages, m)
	return m
}

func (t *story) seen(m *message, kind lineKind, at string) seen {
	s := seen{from: m.from, text: m.text, number: max(m.number, t.later[m])}
	if kind == lobbyLine || kind == roomLine {
		s.number = 0
	}
	if kind == roomLine {
		s.room = m.to
	}
	if kind == copyLine {
		s.to = m.to
	}
	if at != "" {
		s.at = m.asked.Format(time.RFC3339)
	}
	return s
}

// shows lets a session show a message; "at" with the time of it.
func (t *story) shows(c *connLog, kind lineKind, m *message, at string) {
	c.lines = append(c.lines, line{kind: kind, at: t.tick(time.Millisecond), seen: t.seen(m, kind, at)})
}

// all shows a message to all sessions that are there and must see it.
func (t *story) all(m *message) {
	for _, c := range t.logs {
		switch {
		case c == m.log, !c.ended.IsZero():
		case m.to == lobby:
			t.shows(c, lobbyLine, m, "")
		case t.in[member{c.user, m.to}]:
			t.shows(c, roomLine, m, "")
		case m.to == c.user:
			t.shows(c, privateLine, m, "")
		case m.from == c.user && !m.inRoom():
			t.shows(c, copyLine, m, "")
		}
	}
}

// half lets a session end its input and read to the end.
func (t *story) half(c *connLog) {
	c.leaving, c.ended = true, t.tick(time.Millisecond)
}

// look reads the history of rooms.
func (t *story) look(rooms ...string) {
	for _, room := range rooms {
		r := &reading{room: room, asked: t.tick(time.Millisecond)}
		for _, m := range t.messages {
			if (m.kept() || t.later[m] > 0) && roomOf(m) == room {
				r.rows = append(r.rows, t.seen(m, privateLine, "at"))
			}
		}
		r.done = t.tick(time.Millisecond)
		t.keep(r)
	}
}

// reading is the one of a room.
func (t *story) reading(room string) *reading {
	return t.readings[slices.IndexFunc(t.readings, func(r *reading) bool { return r.room == room })]
}

// lineOf is where a session shows a text, or the answer to it.
func lineOf(c *connLog, text string) int {
	return slices.IndexFunc(c.lines, func(l line) bool {
		return l.seen.text == text || l.kind == answerLine && l.request.text == text
	})
}

// hide takes a line out of what a session read.
func hide(c *connLog, texts ...string) {
	for _, text := range texts {
		i := lineOf(c, text)
		c.lines = slices.Delete(c.lines, i, i+1)
	}
}

// swap lets a session read two lines in the other order.
func swap(c *connLog, one, two string) {
	i, j := lineOf(c, one), lineOf(c, two)
	c.lines[i], c.lines[j] = c.lines[j], c.lines[i]
}

// again lets a session read a line twice.
func again(c *connLog, text string) {
	i := lineOf(c, text)
	c.lines = slices.Insert(c.lines, i, c.lines[i])
}

// appear shows a message to carol and in the history, under a number.
func (t *story) appear(m *message, number int64) {
	if m.to == lobby {
		t.shows(t.carol, lobbyLine, m, "")
	}
	r := t.reading(roomOf(m))
	s := t.seen(m, privateLine, "at")
	s.number = number
	r.rows = append(r.rows, s)
}

func (t *story) silent() *message { return t.messages[len(t.messages)-1] }

// unread takes a text out of the first reading of a room.
func (t *story) unread(room, text string) {
	r := t.reading(room)
	r.rows = slices.DeleteFunc(r.rows, func(s seen) bool { return s.text == text })
}

// everywhere gives all messages the same time.
func (t *story) everywhere(at time.Time) {
	text := at.Format(time.RFC3339)
	for _, r := range t.readings {
		for i := range r.rows {
			r.rows[i].at = text
		}
	}
	for _, c := range t.logs {
		for i := range c.lines {
			if c.lines[i].seen.at != "" {
				c.lines[i].seen.at = text
			}
		}
	}
}

// between makes room for a number and shows what was refused under it, in the history of a room behind so many rows.
func (t *story) between(room string, rows int) {
	jump(t, 1<<40)
	s := t.seen(t.refused, privateLine, "at")
	s.number = 6
	r := t.reading(room)
	r.rows = slices.Insert(r.rows, rows, s)
}

// unanswered lets a session send one more command that is not answered.
func (t *story) unanswered(c *connLog) { c.requests = append(c.requests, &request{text: "/ping"}) }

// jump lets all numbers from the middle of the story on be much higher.
func jump(t *story, by int64) {
	higher := func(n *int64) {
		if *n >= t.noon.number+by || *n >= 6 && *n < by {
			*n += by
		}
	}
	for _, m := range t.messages {
		higher(&m.number)
	}
	for _, c := range t.logs {
		for i := range c.lines {
			higher(&c.lines[i].seen.number)
		}
	}
	for _, r := range t.readings {
		for i := range r.rows {
			higher(&r.rows[i].number)
		}
	}
}
