package server

import (
	"sync"
	"time"

	"go.uber.org/zap"

	"parley/commands"
)

// shard is one event loop and the connections on it. Everything belongs to the loop's goroutine but for the mailbox and
// what is said to be fixed.
type shard struct {
	config   Config         // fixed
	chat     *commands.Chat // fixed
	log      *zap.Logger    // fixed
	limitLog *zap.Logger    // fixed; for what strangers can make happen often
	gate     *gate          // fixed; shared by all shards
	spares   *spares        // fixed; shared by all shards
	door     *door          // fixed; shared by all shards; nil without TLS
	start    time.Time      // fixed; what now counts from
	done     chan struct{}  // fixed; closed when the loop has ended
	epoll    int            // the loop's
	mailbox

	conns    []*conn
	members  []*conn // those in the lobby
	touched  []*conn // those to settle when the mail has been looked at
	queued   []*conn // those with more lines, whose turn comes when all others had theirs
	buffers  [][]byte
	timers   timers
	alarm    *time.Timer
	alarmAt  int64 // when the alarm rings; 0 when it is not set
	posted   bool  // something was, since the chat was last told to commit
	draining bool
	stopping bool // no connection is left, or the time is over: the loop ends
}

// mailbox is where other goroutines leave what they have for a shard.
type mailbox struct {
	mu     sync.Mutex // nothing is called under it
	mail   *commands.Mail
	called bool // the bell has been rung and not yet been heard

	bell  int            // the descriptor to ring, -1 while there is none
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
	s.ringLocked()
	s.mu.Unlock()
	m.Reset()
}

// ring wakes the shard. It may be called from any goroutine.
func (s *shard) ring() {
	s.mu.Lock()
	s.ringLocked()
	s.mu.Unlock()
}

// ringLocked writes one byte to the bell. It is ordinary input to the loop, so it can't be lost.
func (s *shard) ringLocked() {
	if s.called || s.bell < 0 {
		return
	}
	s.called = true
	_, _ = send(s.bell, []byte{1})
}

// do runs f on the loop, after the mail that is there.
func (s *shard) do(session *commands.Session, f func()) {
	var m commands.Mail
	m.Do(session, f)
	s.Deliver(&m)
}

// rung takes the mail out and sees to all of it: first what is for single sessions, then the lobby. So all that has
// gathered between two rings is written at once.
func (s *shard) rung() {
	s.mu.Lock()
	s.called = false
	m := s.mail
	s.mail = s.spare
	s.mu.Unlock()
	for i := range m.Items {
		s.item(m, &m.Items[i])
	}
	if len(m.Room) > 0 {
		s.room(m.Room)
	}
	for i := 0; i < len(s.touched); i++ {
		c := s.touched[i]
		c.touched = false
		if c.state != gone {
			c.settle()
		}
	}
	clear(s.touched)
	s.touched = s.touched[:0]
	s.takeTurns()
	m.Reset()
	s.spare = m
	s.expire()
	if s.draining && len(s.conns) == 0 {
		s.stopping = true
	}
}

// queue gives a connection another turn when the loop has seen to the others.
func (s *shard) queue(c *conn) {
	if !c.queued {
		c.queued = true
		s.queued = append(s.queued, c)
		s.ring()
	}
}

// takeTurns gives everybody who waits for it one turn.
func (s *shard) takeTurns() {
	for range len(s.queued) {
		c := s.queued[0]
		s.queued[0] = nil
		s.queued = s.queued[1:]
		c.queued = false
		if c.state != gone {
			c.settle()
		}
	}
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
	if it.Key != "" && it.Key != c.account {
		return // it has logged out meanwhile
	}
	lines := m.Lines[it.Start:it.End]
	switch it.Kind {
	case commands.Answer:
		c.outstanding--
		c.append(lines)
	case commands.Own:
		c.outstanding--
		if c.member >= 0 {
			c.append(m.Room[c.roomAt:it.Skip])
			c.roomAt = it.SkipEnd
		}
		c.append(lines)
	case commands.Event:
		c.event(lines)
	case commands.Private:
		if !c.session.Catching {
			c.private(lines, it.Number)
		}
	case commands.Waited:
		c.waited(lines, it.Number)
	}
	c.touch()
}

// room says to every member what was said in the lobby, each by one write. From the end: who turns out to be gone
// leaves his place to one who has been served.
func (s *shard) room(room []byte) {
	for i := len(s.members) - 1; i >= 0; i-- {
		c := s.members[i]
		b := room[c.roomAt:]
		c.roomAt = 0
		switch {
		case len(b) == 0:
		case c.working:
			c.event(b)
		case c.unsent() > 0:
			c.append(b)
		default:
			c.sendNow(b)
		}
	}
}

// join makes a connection hear the lobby.
func (s *shard) join(c *conn) {
	if c.member < 0 {
		c.member = len(s.members)
		c.roomAt = 0
		s.members = append(s.members, c)
	}
}

// leave ends that.
func (s *shard) leave(c *conn) {
	if c.member < 0 {
		return
	}
	last := len(s.members) - 1
	s.members[c.member] = s.members[last]
	s.members[c.member].member = c.member
	s.members[last] = nil
	s.members = s.members[:last]
	c.member = -1
}

// add takes a new connection in.
func (s *shard) add(c *conn) {
	c.place = len(s.conns)
	s.conns = append(s.conns, c)
}

// remove takes a closed connection out of everything.
func (s *shard) remove(c *conn) {
	s.leave(c)
	last := len(s.conns) - 1
	s.conns[c.place] = s.conns[last]
	s.conns[c.place].place = c.place
	s.conns[last] = nil
	s.conns = s.conns[:last]
	s.gate.leave(c)
	if s.draining && last == 0 {
		s.ring()
	}
}

// drain ends every connection as soon as nothing of it is being worked on.
func (s *shard) drain() {
	s.draining = true
	for _, c := range s.conns {
		c.touch()
	}
}

// cutOff ends the loop now. Who is still being worked on is told, if the kernel takes it.
func (s *shard) cutOff() {
	for _, c := range s.conns {
		c.close(drainingLine)
	}
	s.stopping = true
}

// now is the shard's clock in milliseconds, never 0.
func (s *shard) now() int64 { return time.Since(s.start).Milliseconds() + 1 }

// buffer returns an empty buffer for output. Idle connections hold none.
func (s *shard) buffer() []byte {
	if n := len(s.buffers); n > 0 {
		b := s.buffers[n-1]
		s.buffers = s.buffers[:n-1]
		return b
	}
	return make([]byte, 0, keptOutBuffer/4)
}

// recycle takes a buffer back.
func (s *shard) recycle(b []byte) {
	if cap(b) > 0 && cap(b) <= keptOutBuffer && len(s.buffers) < 256 {
		s.buffers = append(s.buffers, b[:0])
	}
}
