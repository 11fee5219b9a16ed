package server

import (
	"net/netip"

	"go.uber.org/zap"

	"parley/protocol"
	"parley/server/internal/admission"
	"parley/server/internal/socket"
)

// state is how far a connection has come.
type state uint8

const (
	open   state = iota
	ending       // its closing words are waiting to be sent
	ended        // they are sent and so is our end; the client's end is awaited
	gone         // evio has closed it
)

// conn is one connection. Only the loop of its shard touches it, except for methods that say otherwise. Its parts do not know each
// other: conn passes on what one of them reports.
//
// It is read only when nothing of it is being worked on and nothing waits to be written. That gives order, backpressure, and an answer
// to every line before the end of the input is seen, at which evio closes the connection at once.
type conn struct {
	// A delivery to a room touches these of every member, so they lie together in memory.
	hearing hearing
	out     outbox
	chat    chatPart
	heard   heard

	shard    *shard
	place    int32  // in the shard's conns
	port     uint16 // that it comes from at the visitor's address
	reading  socket.Interest
	state    state
	dirty    bool // is in the shard's dirty
	queued   bool // is in the shard's queued
	spoken   bool // it has sent a line
	onlyIRC  bool // it has come to a port for IRC
	admitted bool // it was let in
	leaving  bool // it ends as soon as nothing of it is being worked on, because the server does

	in     input
	irc    *ircPart // nil for a client that does not speak IRC
	acks   *acks
	source ackSource
	timers timers
	why    protocol.Code // the code of its last line; empty: none

	visitor admission.Visitor
	proxy   *proxyWait // what it waits for before it is admitted; nil when it does not
}

// local reports whether it came over a unix socket, and not for somebody else.
func (c *conn) local() bool { return !c.visitor.Address.IsValid() }

// remote is where it comes from, zero for a unix socket.
func (c *conn) remote() netip.AddrPort { return netip.AddrPortFrom(c.visitor.Address, c.port) }

// comesFrom notes where it comes from.
func (c *conn) comesFrom(remote netip.AddrPort) {
	c.visitor.Address, c.port = remote.Addr(), remote.Port()
}

// from is where it comes from, for the log.
func (c *conn) from() zap.Field {
	if c.local() {
		return zap.String("from", "unix socket")
	}
	return zap.Stringer("from", c.remote())
}

// stopped reports whether the next line must wait.
func (c *conn) stopped() bool {
	busy := c.chat.working || c.chat.alone || c.chat.held != nil || c.chat.outstanding >= maxOutstanding
	return busy || c.state != open || c.out.unsent() >= flushSize || c.out.blocked
}

// idle reports whether nothing of it is being worked on and nothing waits to be written.
func (c *conn) idle() bool {
	busy := c.chat.working || c.chat.held != nil || c.chat.outstanding > 0
	return !busy && c.out.unsent() == 0 && len(c.in.pending) == 0
}

// touch has the connection settled after the current delivery.
func (c *conn) touch() {
	if !c.dirty && c.state != gone {
		c.dirty = true
		c.shard.dirty = append(c.shard.dirty, c)
	}
}

// settle does all that can be done for a connection now: it sends what waits, does the next lines, and if nothing is left it has the
// connection read again. It must be called after anything has happened to the connection. A client that sends much at once must not
// keep the loop from the others: when its answers have filled the outbox once, its other lines wait for its next turn.
func (c *conn) settle() {
	for turn := 0; c.state == open; turn++ {
		c.flush()
		// What had to wait for earlier answers goes before the next line.
		if c.chat.mayProceed() && c.out.unsent() < flushSize {
			c.chat.proceed()
			continue
		}
		if len(c.in.pending) == 0 || c.stopped() {
			break
		}
		if turn > 0 {
			c.shard.queue(c)
			break
		}
		c.lines(c.in.pending)
	}
	if c.state == ending {
		c.flush()
	}
	if c.out.unsent() < flushSize {
		c.chat.drain(true)
	}
	if c.state == open && c.leaving && c.idle() {
		c.close(drainingLine)
		return
	}
	c.rearm()
}

// rearm tells epoll whether to read.
func (c *conn) rearm() {
	switch {
	case c.state == gone:
	case c.state == ended:
		c.read(socket.Once) // again and again: all input is thrown away
	case c.state == ending || !c.idle():
		// On the hot paths the input is disarmed already, which is enough: rearm is called again soon, by the store's answer or the retry timer.
		if c.reading != socket.Disarmed || c.chat.working {
			c.read(socket.Never)
		}
	case c.out.tls != nil && c.out.tls.ended:
		c.leave()
	case c.in.unfinished() && !c.in.ended:
		if c.reading != socket.Disarmed {
			c.read(socket.Never)
		}
		if !c.timers.isArmed(timerPeek) {
			c.timers.after(timerPeek, c.in.nextPeek())
		}
	case c.reading != socket.Always:
		c.read(socket.Once)
	}
}

// read changes the interest in input.
func (c *conn) read(want socket.Interest) {
	if c.reading != want {
		c.reading = want
		c.shard.loop.Watch(c.out.fd, want)
	}
}

// loginAgain is after how many milliseconds to look again at a login that was under way when the time to log in ended.
const loginAgain = 1000

// expired is called when one of its timers has run out.
func (c *conn) expired(kind int) {
	switch kind {
	case timerPeek:
		c.peek()
	case timerRetry:
		c.retry()
		c.settle()
	case timerHeard:
		c.noteHeard()
	case timerAcks:
		c.takeAcks()
	case timerLogin:
		if c.proxy != nil {
			c.refuseHeader(errHeaderLate)
		} else if c.chat.working {
			c.timers.after(timerLogin, loginAgain) // it may fail
		} else if !c.chat.session.LoggedIn() {
			c.shard.limitLog.Info("closed: did not log in", c.from())
			c.close(loginTimeoutLine)
		}
	case timerDrain:
		c.leaving = true
		c.settle()
	case timerClose:
		if c.state == gone {
			c.forgetAcks()
		} else {
			c.hangUp()
		}
	}
}
