package session

import (
	"time"

	"parley/protocol"
)

// event takes what has happened.
func (s *Session) event(r protocol.Reply) {
	number := numberOf(r, "number")
	switch r.Word {
	case "all", "say", "msg":
		s.hear(s.message(r), true)
	case "here", "gone":
		s.cameOrWent(r)
	case "motd":
		s.add(s.Thread(lobby), Line{Kind: Event, At: s.now, Reply: r})
	default:
		s.changed(r, Line{Kind: Event, Number: number, At: timeOf(r, "at", s.now), Reply: r})
	}
	s.had(number)
}

// had notes that everything up to a number was heard, unless something before it may still be missing.
func (s *Session) had(number int64) {
	if s.caught {
		s.mark = max(s.mark, number)
	}
}

// said is a message, and where it was said.
type said struct {
	thread string
	line   Line
}

// message reads an event or a row that shows a message.
func (s *Session) message(r protocol.Reply) said {
	l := Line{
		Kind: Message, Number: numberOf(r, "number"), At: timeOf(r, "at", s.now), From: valueOf(r, "from"), Text: r.Text,
	}
	m := said{thread: valueOf(r, "thread")}
	l.Mine = key(l.From) == key(s.account)
	l.ToMe = !l.Mine && (!isRoom(m.thread) || mentions(l.Text, s.account))
	m.line = l
	return m
}

// hear takes a message that was said just now, or while there was no connection.
func (s *Session) hear(m said, live bool) {
	if m.thread == "" {
		return // no message of a parley server
	}
	t := s.named(m.thread)
	if t.Room && live {
		s.joined(t)
	}
	if s.add(t, m.line) && !m.line.Mine && (live || m.line.Number > t.counted) {
		s.count(t, &m.line)
	}
}

// add puts a line into a thread, which does not grow without end, and reports whether it is new.
func (s *Session) add(t *Thread, l Line) bool {
	added := t.add(l)
	if t == s.shown {
		t.trim(timesShown)
	} else {
		t.trim(1)
	}
	return added
}

// count notes that something new from others is in a thread.
func (s *Session) count(t *Thread, l *Line) {
	s.rang = s.rang || l.ToMe
	if t == s.shown {
		if t.toFind > 0 {
			t.toFind++
		}
		return
	}
	if t.Unread == 0 || l.Number < t.firstNew {
		t.firstNew = l.Number
	}
	t.Unread++
	t.Mentioned = t.Mentioned || l.ToMe
}

// changed takes an event that is no message.
func (s *Session) changed(r protocol.Reply, l Line) {
	room, name := valueOf(r, "room"), valueOf(r, "name")
	t := s.threads[key(room)]
	if t == nil {
		t = s.here()
	}
	me := name != "" && key(name) == key(s.account)
	switch r.Word {
	case "invite":
		l.ToMe = true
		s.invited(r, l)
		return
	case "join":
		if me {
			t = s.named(room)
			s.joined(t)
			s.askRoom(t)
		} else {
			t.come(name)
		}
	case "leave":
		if me {
			s.left(t)
			return
		}
		t.gone(name)
	case "kick", "ban":
		if me && t.Room && key(room) == key(t.Name) {
			s.parted(t)
		} else {
			t.gone(name)
		}
	case "removed":
		s.parted(t)
	case "topic":
		t.Topic = r.Text
	case "role":
		t.role(name, valueOf(r, "role"), me)
	}
	s.add(t, l)
}

// invited puts an invitation where the one who invites is written to.
func (s *Session) invited(r protocol.Reply, l Line) {
	if t := s.named(valueOf(r, "from")); s.add(t, l) {
		s.count(t, &l)
	}
}

// left is when the account has left a room by itself.
func (s *Session) left(t *Thread) {
	s.parted(t)
	if s.drop(t); s.threads[key(t.Name)] == t {
		s.notice(t, s.say("You are not in %s any more.", t.Name))
	}
}

// notice has the client say something in a thread.
func (s *Session) notice(t *Thread, sentence string) {
	s.add(t, Line{Kind: Notice, At: s.now, Text: sentence})
}

// gap shows in all threads that there was no connection for a while.
func (s *Session) gap(from, until time.Time) {
	for _, t := range s.threads {
		if len(t.Lines) == 0 {
			continue
		}
		if last := &t.Lines[len(t.Lines)-1]; last.Kind == Gap {
			last.Until = until
			continue
		}
		t.add(Line{Kind: Gap, At: from, Until: until})
	}
}
