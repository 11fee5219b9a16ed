package server

import (
	"sync"

	"parley/commands"
)

// This file is how the chat's mail comes to a shard and its connections.

// mailbox is where other goroutines leave what they have for a shard.
type mailbox struct {
	mu    sync.Mutex     // guards mail; nothing is called under it
	mail  *commands.Mail // what has come since the bell was heard
	spare *commands.Mail // the loop's: emptied, for the next exchange
}

// Deliver is commands.Outlet's.
func (s *shard) Deliver(m *commands.Mail) {
	s.mu.Lock()
	if s.mail.Empty() {
		*s.mail, *m = *m, *s.mail
	} else {
		s.mail.Append(m)
	}
	s.mu.Unlock()
	s.loop.Ring()
	m.Reset()
}

// do runs f on the loop, after the mail that is there.
func (s *shard) do(session *commands.Session, f func()) {
	var m commands.Mail
	m.Do(session, f)
	s.Deliver(&m)
}

// takeMail sees to all that has come: first what is for single sessions, then the lobby. So all that has gathered between two
// rings is written at once.
func (s *shard) takeMail() {
	s.mu.Lock()
	m := s.mail
	s.mail = s.spare
	s.mu.Unlock()
	for i := range m.Items {
		s.item(m, &m.Items[i])
	}
	if len(m.Room) > 0 {
		s.room(m.Room)
	}
	s.settleDirty()
	m.Reset()
	s.spare = m
}

// item sees to one piece of mail.
func (s *shard) item(m *commands.Mail, it *commands.Item) {
	if it.Kind == commands.Do {
		it.Do()
		return
	}
	c := it.Session.Peer.(*conn)
	if c.state == gone {
		return
	}
	if it.Key != "" && it.Key != c.chat.account {
		return // it has logged out meanwhile
	}
	lines := m.Lines[it.Start:it.End]
	switch it.Kind {
	case commands.Answer:
		c.chat.outstanding--
		c.append(lines)
	case commands.Own:
		c.chat.outstanding--
		if c.member.joined() {
			c.append(m.Room[c.member.roomAt:it.Skip])
			c.member.roomAt = it.SkipEnd
		}
		c.append(lines)
	case commands.Event:
		c.event(lines)
	case commands.Private:
		if !c.chat.session.Catching {
			c.private(lines, it.Number)
		}
	case commands.Waited:
		c.waited(lines, it.Number)
	}
	c.touch()
}

// membership is a connection's place among those who hear the lobby.
type membership struct {
	place  int   // in the shard's members, -1
	roomAt int32 // how much of the lobby's mail has been said to it already
}

var notMember = membership{place: -1}

func (m *membership) joined() bool { return m.place >= 0 }

// room says to every member what was said in the lobby, each by one write. It begins at the end: when a member turns out to be gone,
// the last one takes its place, and that one has been served.
func (s *shard) room(room []byte) {
	for i := len(s.members) - 1; i >= 0; i-- {
		c := s.members[i]
		b := room[c.member.roomAt:]
		c.member.roomAt = 0
		switch {
		case len(b) == 0:
		case c.chat.working:
			c.event(b)
		case c.out.unsent() > 0:
			c.append(b)
		default:
			c.write(b)
		}
	}
}

// join makes a connection hear the lobby.
func (s *shard) join(c *conn) {
	if !c.member.joined() {
		c.member = membership{place: len(s.members)}
		s.members = append(s.members, c)
	}
}

// leave ends that.
func (s *shard) leave(c *conn) {
	if !c.member.joined() {
		return
	}
	last := len(s.members) - 1
	s.members[c.member.place] = s.members[last]
	s.members[c.member.place].member.place = c.member.place
	s.members[last] = nil
	s.members = s.members[:last]
	c.member.place = -1
}
