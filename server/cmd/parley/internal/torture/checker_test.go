package torture

import (
	"fmt"
	"io"
	"slices"
	"testing"
	"time"
)

// story is the history of a short run in which all is well. A test spoils it.
type story struct {
	*history
	now time.Time

	alice, alice2, bob, bobAgain, carol                                                 *connLog
	waited, early, morning, one, noon, two, refused, evening, three, answer, good, late *message
}

// newStory tells of alice with two sessions, bob with two after each other, and carol.
func newStory() *story {
	t := &story{history: newHistory(3, io.Discard), now: time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)}
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

func (t *story) login(user string, waiting int) *connLog {
	c := t.connect(user, 1)
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
	s := seen{from: m.from, text: m.text, number: m.number}
	if kind == lobbyLine {
		s.number = 0
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
		case m.to == c.user:
			t.shows(c, privateLine, m, "")
		case m.from == c.user:
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
			if m.kept() && roomOf(m) == room {
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

func TestChecker(t *testing.T) {
	for _, test := range []struct {
		name  string
		spoil func(t *story)
		want  []Kind
	}{
		{"all is well", func(*story) {}, nil},
		{"what was never answered may appear", func(t *story) { t.appear(t.silent(), 16) }, nil},
		{"what was never answered, twice", func(t *story) { t.appear(t.silent(), 16); t.appear(t.silent(), 17) }, []Kind{Repeated, Twice}},
		{"numbers may jump", func(t *story) { jump(t, 1<<52) }, nil},

		{"kept and never read", func(t *story) { hide(t.bobAgain, "late"); t.bobAgain.waiting-- }, []Kind{Lost}},
		{"kept and read by somebody else only", func(t *story) {
			t.shows(t.carol, privateLine, t.late, "")
			hide(t.bobAgain, "late")
			t.bobAgain.waiting--
		}, []Kind{Disorder, Lost, Stranger}},

		{"kept in the lobby, not in the history", func(t *story) { t.unread(lobby, "noon") }, []Kind{Missing}},
		{"kept for bob, not in the history", func(t *story) { t.unread("alice bob", "three") }, []Kind{Missing}},
		{"the last that was kept, not in the history", func(t *story) { t.unread(lobby, "good") }, []Kind{Missing}},
		{"the first that was kept, not in the history", func(t *story) { t.unread(lobby, "early") }, []Kind{Missing}},
		{"missing in one reading of two", func(t *story) { t.look(lobby); t.unread(lobby, "noon") }, []Kind{Missing}},
		{"fell out of the history before it was read", func(t *story) { t.unread(lobby, "early"); t.reading(lobby).above = 2 }, nil},
		{"kept when the history was already being read", func(t *story) { t.unread(lobby, "good"); t.reading(lobby).asked = t.good.asked }, nil},
		{"read in the lobby, not in the history", func(t *story) { t.shows(t.carol, lobbyLine, t.silent(), ""); t.look(lobby) }, []Kind{Missing}},
		{"a history out of order", func(t *story) { slices.Reverse(t.reading(lobby).rows) }, []Kind{Disorder}},
		{"a history that changes", func(t *story) {
			t.look(lobby)
			t.reading(lobby).rows[1].from = "bob"
		}, []Kind{Disorder, Stranger}},
		{"a history that shows something twice", func(t *story) {
			r := t.reading(lobby)
			r.rows = append(r.rows, r.rows[len(r.rows)-1])
		}, []Kind{Disorder}},

		{"read under another number", func(t *story) { t.carol.lines[lineOf(t.carol, "answer")].seen.number = 99 }, []Kind{Twice}},
		{"two under one number", func(t *story) { t.good.number = 14 }, []Kind{Missing, Twice}},
		{"another number in the history", func(t *story) { t.reading("alice bob").rows[2].number = 99 }, []Kind{Missing, Twice}},
		{"one author's messages, said without waiting, kept in another order", func(t *story) {
			first, second := t.says(t.carol, "bob", "first", 17, 1), t.says(t.carol, "bob", "second", 16, 1)
			second.asked = first.asked
			t.shows(t.bobAgain, privateLine, second, "")
			t.shows(t.bobAgain, privateLine, first, "")
		}, []Kind{Disorder}},
		{"two authors' messages, said without waiting, kept in another order", func(t *story) {
			first, second := t.says(t.carol, "bob", "first", 17, 1), t.says(t.bobAgain, "carol", "second", 16, 1)
			second.asked = first.asked
			t.shows(t.bobAgain, privateLine, first, "")
			t.shows(t.carol, privateLine, second, "")
		}, nil},
		{"said by somebody else when the first was kept, kept before it", func(t *story) {
			first, second := t.says(t.carol, "bob", "first", 17, 1), t.says(t.bobAgain, "carol", "second", 16, 1)
			t.shows(t.bobAgain, privateLine, first, "")
			t.shows(t.carol, privateLine, second, "")
		}, []Kind{Disorder}},

		{"refused and shown", func(t *story) { t.appear(t.refused, 16) }, []Kind{Refused}},
		{"refused, and brought back by a stop, after something else was kept", func(t *story) {
			t.stop(1)
			t.appear(t.refused, 16)
		}, []Kind{Refused}},
		{"refused last of all, and brought back by a stop", func(t *story) { t.lastRefused(1) }, nil},
		{"refused last of all, and another start was stopped", func(t *story) { t.lastRefused(2) }, []Kind{Refused}},
		{"refused last of all for another reason", func(t *story) { t.lastRefused(1).code = "inbox-full" }, []Kind{Groundless, Refused}},
		{"refused for an odd reason", func(t *story) { t.refused.code = "internal" }, []Kind{Groundless}},
		{"refused in the lobby as if there were an inbox", func(t *story) {
			m := t.says(t.carol, lobby, "x", 0, 0)
			m.code = "inbox-full"
		}, []Kind{Groundless}},
		{"refused, though the inbox can't be full", func(t *story) { t.refused.code = "inbox-full" }, []Kind{Groundless}},
		{"refused, and the inbox can be full", func(t *story) { t.refused.code = "inbox-full"; t.inbox = 2 }, nil},
		{"more waits than an inbox holds", func(t *story) { t.inbox = 1 }, []Kind{Waiting}},

		{"a command swallowed", func(t *story) { hide(t.carol, "two"); t.two.answered, t.two.number = time.Time{}, 0 }, []Kind{Unanswered}},
		{"a command answered twice", func(t *story) { again(t.carol, "two") }, []Kind{Unanswered}},
		{"commands answered in another order", func(t *story) { swap(t.carol, "morning", "two") }, []Kind{Disorder, Unanswered}},
		{"the last command not answered, the connection broken", func(t *story) { t.unanswered(t.bobAgain) }, nil},
		{"the last command not answered, the connection ended in order", func(t *story) { t.unanswered(t.bob) }, []Kind{Unanswered}},
		{"the last command not answered, behind /quit", func(t *story) { t.unanswered(t.bob); t.bob.closing = "bye" }, []Kind{Unanswered}},
		{"the last command not answered, told why", func(t *story) { t.unanswered(t.bob); t.bob.closing = "draining" }, nil},
		{"the last command not answered, the reader frozen", func(t *story) { t.unanswered(t.bob); t.bob.troubled = true }, nil},
		{"the last command not answered, the server killed", func(t *story) { t.unanswered(t.bob); t.stopped[1] = t.bob.ended.Add(-1) }, nil},
		{"the last command not answered, the server killed later", func(t *story) { t.unanswered(t.bob); t.stopped[1] = t.bob.ended.Add(1) }, []Kind{Unanswered}},
		{"the last command not answered, the client did not end it", func(t *story) { t.unanswered(t.bob); t.bob.leaving = false }, nil},

		{"private messages out of order", func(t *story) { swap(t.bob, "one", "three") }, []Kind{Disorder}},
		{"waiting messages out of order", func(t *story) { swap(t.bobAgain, "three", "late") }, []Kind{Disorder}},
		{"a private message twice in a session", func(t *story) { again(t.bob, "one") }, []Kind{Repeated}},
		{"a waiting message twice in a session", func(t *story) { again(t.bobAgain, "late") }, []Kind{Repeated}},
		{"a waiting message behind other events", func(t *story) { swap(t.bob, "waited", "morning") }, []Kind{Disorder}},
		{"first seen in a later session, behind what an earlier one showed", func(t *story) {
			hide(t.bob, "one")
			t.bobAgain.lines = slices.Insert(t.bobAgain.lines, 0, line{kind: privateLine, at: t.bobAgain.loggedIn, seen: t.seen(t.one, privateLine, "at")})
			t.bobAgain.waiting++
		}, []Kind{Disorder, NotLive}},
		{"never shown live", func(t *story) { hide(t.bob, "three") }, []Kind{NotLive}},
		{"never shown live to one of two sessions", func(t *story) { hide(t.alice2, "two") }, []Kind{NotLive}},
		{"shown live too late", func(t *story) { swap(t.bob, "one", "noon") }, []Kind{Disorder}},
		{"not shown behind the last that the reader said", func(t *story) { hide(t.carol, "answer") }, []Kind{Lost}},
		{"a copy never shown", func(t *story) { hide(t.alice2, "one") }, []Kind{NotLive}},
		{"a copy shown twice", func(t *story) { again(t.alice2, "one") }, []Kind{Repeated}},
		{"a copy to the session that said it", func(t *story) { t.shows(t.alice, copyLine, t.one, "") }, []Kind{Stranger}},
		{"a copy that says another recipient", func(t *story) { t.alice2.lines[lineOf(t.alice2, "one")].seen.to = "carol" }, []Kind{Stranger}},

		{"fewer came than waited", func(t *story) { t.bobAgain.waiting++ }, []Kind{Waiting}},
		{"fewer came than waited, and another session may have read them", func(t *story) { t.bobAgain.waiting++; t.bob.ended = time.Time{} }, nil},
		{"fewer came than waited, and the connection broke", func(t *story) {
			t.bob.waiting++
			t.bob.lines, t.bob.leaving, t.bob.ended = nil, false, time.Time{}
			t.bob.requests = nil
		}, []Kind{Lost}},

		{"stored, though a session was there", func(t *story) { t.one.sessions = 0 }, []Kind{Presence}},
		{"sent to one, though two sessions were there", func(t *story) { t.two.sessions = 1 }, []Kind{Presence}},
		{"sent, though nobody was there", func(t *story) { t.late.sessions = 1 }, []Kind{Presence}},
		{"sent to more than were there", func(t *story) { t.three.sessions = 2 }, []Kind{Presence}},
		{"sent, though the sessions were of another start", func(t *story) { t.late.sessions = 1; t.bob.ended = time.Time{}; t.bob.epoch = 0 }, []Kind{Presence}},
		{"sent to a session that may still have been there", func(t *story) { t.late.sessions = 1; t.bob.ended = t.late.asked }, nil},
		{"sent to a session that was not heard of any more", func(t *story) { t.late.sessions = 1; t.bob.ended = time.Time{} }, nil},

		{"at= of a later time", func(t *story) { t.bob.lines[0].seen.at = t.waited.asked.Add(5 * time.Second).Format(time.RFC3339) }, []Kind{WrongTime}},
		{"at= of an earlier time, everywhere", func(t *story) {
			for _, r := range t.readings {
				for i := range r.rows {
					r.rows[i].at = t.waited.asked.Add(-time.Hour).Format(time.RFC3339)
				}
			}
			for _, c := range []*connLog{t.bob, t.bobAgain} {
				for i := range c.lines {
					if c.lines[i].seen.at != "" {
						c.lines[i].seen.at = t.waited.asked.Add(-time.Hour).Format(time.RFC3339)
					}
				}
			}
		}, []Kind{WrongTime}},
		{"another at= in the history", func(t *story) {
			t.reading("alice bob").rows[0].at = t.waited.asked.Add(time.Second).Format(time.RFC3339)
		}, []Kind{WrongTime}},
		{"no at= in the history", func(t *story) { t.reading(lobby).rows[0].at = "" }, []Kind{WrongTime}},
		{"at= that is no time", func(t *story) { t.reading(lobby).rows[0].at = "noon" }, []Kind{WrongTime}},
		{"no at= though it has waited", func(t *story) { t.bobAgain.lines[1].seen.at = "" }, []Kind{Waiting, WrongTime}},
		{"at= though it was said just now", func(t *story) {
			i := lineOf(t.carol, "answer")
			t.carol.lines[i].seen = t.seen(t.answer, privateLine, "at")
		}, []Kind{Disorder, WrongTime}},

		{"the lobby out of order", func(t *story) { swap(t.alice, "morning", "noon") }, []Kind{Disorder}},
		{"the lobby twice", func(t *story) { again(t.alice, "noon") }, []Kind{Repeated}},
		{"one's own words once more", func(t *story) { t.shows(t.carol, lobbyLine, t.evening, "") }, []Kind{Repeated}},
		{"left out in the middle of the lobby", func(t *story) { hide(t.alice, "noon") }, []Kind{Skipped}},
		{"left out at the head", func(t *story) { hide(t.bob, "morning") }, []Kind{Skipped}},
		{"left out at the tail", func(t *story) { hide(t.bob, "evening", "fence0", "fence1") }, []Kind{Skipped}},
		{"the lobby never shown live", func(t *story) { hide(t.alice, "morning", "noon", "evening") }, []Kind{Skipped}},
		{"what another session of the account said, not shown", func(t *story) { hide(t.alice2, "fence0") }, []Kind{Skipped}},
		{"behind the last of a broken connection", func(t *story) { hide(t.carol, "good") }, nil},
		{"before the login", func(t *story) {
			t.bob.lines = slices.Insert(t.bob.lines, 1, line{kind: lobbyLine, at: t.bob.loggedIn, seen: t.seen(t.early, lobbyLine, "")})
		}, nil},
		{"before the login, with a gap", func(t *story) {
			t.carol.lines = slices.Insert(t.carol.lines, 0, line{kind: lobbyLine, at: t.carol.loggedIn, seen: t.seen(t.early, lobbyLine, "")})
			hide(t.carol, "noon")
		}, []Kind{Skipped}},

		{"nobody said it", func(t *story) { t.shows(t.bob, lobbyLine, &message{from: "carol", text: "boo"}, "") }, []Kind{Stranger}},
		{"somebody else said it", func(t *story) { t.alice.lines[lineOf(t.alice, "noon")].seen.from = "carol" }, []Kind{Stranger}},
		{"a private message in the lobby", func(t *story) { t.shows(t.carol, lobbyLine, t.one, "") }, []Kind{Stranger}},
		{"a private message to its author", func(t *story) { t.shows(t.alice, privateLine, t.three, "") }, []Kind{Stranger}},
		{"a private message in another's history", func(t *story) {
			r := t.reading("bob carol")
			r.rows = slices.Insert(r.rows, 0, t.seen(t.one, privateLine, "at"))
		}, []Kind{Stranger}},
		{"noticed by a client", func(t *story) { t.notice(Breach{Crashed, ""}) }, []Kind{Crashed}},

		{"nothing was said", func(t *story) { *t.history = *newHistory(3, io.Discard) }, []Kind{TooLittle}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newStory()
			test.spoil(s)
			slices.Sort(test.want)
			breaches, _ := s.check()
			if got := kinds(breaches); !slices.Equal(got, test.want) {
				t.Fatalf("the checker names %q, want %q: %q", got, test.want, breaches)
			}
		})
	}
}

// unread takes a text out of the first reading of a room.
func (t *story) unread(room, text string) {
	r := t.reading(room)
	r.rows = slices.DeleteFunc(r.rows, func(s seen) bool { return s.text == text })
}

// unanswered lets a session send one more command that is not answered.
func (t *story) unanswered(c *connLog) { c.requests = append(c.requests, &request{text: "/ping"}) }

// lastRefused lets the last that is said be refused, a start of the server stopped, and what was refused appear.
func (t *story) lastRefused(stopped int) *message {
	m := t.says(t.carol, "alice", "last", 0, 0)
	m.code = "unavailable"
	t.stop(stopped)
	t.appear(m, 16)
	return m
}

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

func TestCheckerCountsWhatItExcuses(t *testing.T) {
	s := newStory()
	s.lastRefused(1)
	if _, excused := s.check(); excused != 1 {
		t.Fatalf("%d are excused, want 1", excused)
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
