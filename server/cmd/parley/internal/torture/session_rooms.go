package torture

import (
	"fmt"

	"parley/protocol"
)

// What a session reads of rooms. Its methods are for the goroutine that reads.

// roomEvent notes what happens in a room, as far as the checker asks.
func (s *session) roomEvent(r protocol.Reply) {
	room, who := r.Fields[0], r.Fields[1]
	switch r.Word {
	case "say":
		s.history.read(s.log, roomLine, seen{from: who, text: r.Text, room: room})
	case "join":
		s.history.read(s.log, joinLine, seen{from: who, room: room})
		s.belongs(who, room, true)
	case "leave", "kick":
		s.history.read(s.log, leaveLine, seen{from: who, room: room})
		s.belongs(who, room, false)
	}
}

// belongs remembers whether the session's own account is in a room.
func (s *session) belongs(who, room string, in bool) {
	if who == s.log.user {
		s.in[room] = in
	}
}

// changed notes the answer to a change.
func (s *session) changed(q *request, r protocol.Reply) {
	ch, fields := q.change, r.Fields
	switch {
	case r.Word != string(ch.do) || len(fields) == 0:
	case r.Sigil == protocol.Failed:
		s.history.answer(s.log, q, 0, fields[0], 0)
		if ch.by == ch.who {
			s.refused(ch.room, fields[0])
		}
		return
	case fields[0] != ch.room || ch.who != ch.by && (len(fields) < 2 || fields[1] != ch.who):
	default:
		s.history.answer(s.log, q, 0, "", 0)
		if ch.by == ch.who {
			s.belongs(ch.who, ch.room, ch.do == join)
		}
		return
	}
	s.history.notice(Breach{Stranger, fmt.Sprintf("%s was answered %+v for %q", s.log, r, q.text)})
}

// refused remembers what a refusal tells about the session's own account.
func (s *session) refused(room, code string) {
	if in, tells := tellsMember(code); tells {
		s.in[room] = in
	}
}

// tellsMember reports what a code says about whether an account is in a room.
func tellsMember(code string) (in, tells bool) {
	switch code {
	case "already-in-room":
		return true, true
	case "not-in-room", "no-such-room":
		return false, true
	}
	return false, false
}

// isIn reports whether the session was shown that its account is in a room. Right behind a login it was shown nothing.
func (s *session) isIn(room string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.in[room]
}
