package server

import (
	"net/netip"

	"go.uber.org/zap"

	"parley/commands"
	"parley/protocol"
)

// state is how far a connection is on its way.
type state uint8

const (
	open   state = iota
	ending       // its last line is waiting to be sent
	ended        // the last line is sent and so is the end; the client's end is awaited
	gone         // evio has closed it
)

// interest is what the loop's epoll has been told about a connection's input.
type interest uint8

const (
	always interest = iota // evio's own, right after Opened
	once
	spent // what once becomes by itself: nothing is reported, not even a hang-up
	never // but for a hang-up
)

// maxOutstanding is how many messages of one connection may wait for the store.
const maxOutstanding = 128

// conn is one connection. Only the loop of its shard touches it, but for the methods that say so.
//
// It is read only when nothing of it is being worked on and nothing waits to be written. That gives order,
// backpressure, and an answer to every line before the end of the input is seen (on which evio closes at once).
type conn struct {
	session commands.Session
	remote  netip.AddrPort // zero for a unix socket
	awaited *awaited       // its PROXY header, until that has come
	receipt *receipt       // what a TLS client's TCP has acknowledged; nil for others
	shard   *shard
	fd      int
	framer  protocol.Framer

	in    []byte // input that was read and not looked at yet
	later *later // a line that must wait until nothing is outstanding

	outbox
	proofs

	drained     func(alive bool) // see Drained
	times       [timerKinds]int64
	due         int64 // the next of times
	timer       int   // place in the shard's timers, -1
	place       int   // in the shard's conns
	member      int   // place in the shard's members, -1
	peekDelay   int64 // milliseconds until the next look for the rest of a line
	roomAt      int32 // how much of the room's mail has been said to it already
	outstanding int16 // lines whose answer the committer owes
	reading     interest
	state       state
	working     bool // a command is being worked on elsewhere
	touched     bool // is in the shard's touched
	queued      bool // is in the shard's queued
	inputEnded  bool // nothing more will be read
	spoken      bool // it has sent a line
	inside      bool // the gate's
}

type later struct {
	line []byte
	bad  error
}

// data takes input. In is valid during the call only.
func (c *conn) data(in []byte) {
	if c.reading == once {
		c.reading = spent
	}
	if c.awaited != nil {
		if in = c.header(in); len(in) == 0 {
			return
		}
	}
	switch {
	case c.state != open:
		c.rearm()
		return
	case c.stopped() || len(c.in) > 0:
		// A reset makes evio read although it was told not to.
		c.in = append(c.in, in...)
	case !c.spoken && in[0] == tlsHandshake:
		c.notChat("TLS")
	default:
		c.set(timerPeek, 0)
		c.peekDelay = 0
		c.lines(in)
	}
	c.settle()
}

// stopped reports whether the next line must wait.
func (c *conn) stopped() bool {
	return c.working || c.later != nil || c.state != open || c.outstanding >= maxOutstanding ||
		c.unsent() >= flushSize || c.armed(timerRetry)
}

// lines takes the lines in the input one by one, until one of them must be waited for. The rest is kept.
func (c *conn) lines(in []byte) {
	for len(in) > 0 && !c.stopped() {
		line, rest, ok, err := c.framer.Next(in)
		in = rest
		if reply := c.framer.Reply(); reply != nil {
			c.session.Telnet = true
			c.append(reply)
		}
		if !ok {
			continue
		}
		if !c.spoken && isHTTP(line) {
			c.notChat("HTTP")
			return
		}
		c.spoken = true
		c.line(line, err)
	}
	if len(in) > 0 && c.state == open {
		if len(in) > c.shard.config.Input {
			c.shard.limitLog.Info("closed: too much input", c.from(), zap.Int("bytes", len(in)))
			c.close(inputLine)
			return
		}
		c.in = append(c.in[:0], in...)
	} else {
		c.in = nil
	}
}

// line has the chat do one line.
func (c *conn) line(line []byte, bad error) {
	asked := c.session.Asking()
	c.session.Telnet = c.framer.Telnet()
	out, outcome := c.shard.chat.Line(&c.session, line, bad, c.outstanding > 0, c.takeOut())
	if c.out = out; len(out) == 0 {
		c.shard.recycle(out)
		c.out = nil
	}
	switch outcome {
	case commands.Posted:
		c.outstanding++
		c.shard.posted = true
	case commands.Working:
		c.working = true
	case commands.Later:
		c.later = &later{append([]byte(nil), line...), bad}
	case commands.Closing:
		c.end()
	}
	if now := c.session.Asking(); now != asked && outcome != commands.Later {
		if now {
			c.append(c.framer.HideEcho())
		} else {
			c.append(c.framer.ShowEcho())
		}
	}
}

// settle brings a connection to rest after anything has happened to it: what waits is sent, the next lines are done, and
// if nothing is left to do it is read again. Who sends much at once does not keep the loop from the others: when its answers
// have filled an outbox once, the rest of the lines waits for its next turn.
func (c *conn) settle() {
	for turn := 0; c.state == open; turn++ {
		c.flush()
		if c.later != nil && c.outstanding == 0 && !c.working && c.unsent() < flushSize {
			l := c.later
			c.later = nil
			c.line(l.line, l.bad)
			continue
		}
		if c.stopped() || len(c.in) == 0 {
			break
		}
		if turn > 0 {
			c.shard.queue(c)
			break
		}
		c.lines(c.in)
	}
	if c.state == ending {
		c.flush()
	}
	if c.drained != nil && c.unsent() < flushSize {
		next := c.drained
		c.drained = nil
		next(true)
	}
	if c.state == open && c.shard.draining && c.idle() {
		c.close(drainingLine)
		return
	}
	c.rearm()
}

// idle reports whether nothing of it is being worked on and nothing waits to be written.
func (c *conn) idle() bool {
	return !c.working && c.later == nil && c.outstanding == 0 && c.unsent() == 0 && len(c.in) == 0
}

// rearm tells epoll whether to read.
func (c *conn) rearm() {
	switch {
	case c.state == gone:
	case c.state == ended:
		c.read(once) // and again: all of it is thrown away
	case c.state == ending || !c.idle():
		// The hot ways do without the call: the answer of the store, or the timer of what waits, comes soon.
		if c.reading != spent || c.working {
			c.read(never)
		}
	case c.framer.Unfinished() && !c.inputEnded:
		if c.reading != spent {
			c.read(never)
		}
		if !c.armed(timerPeek) {
			c.peekDelay = min(max(1, 2*c.peekDelay), slowestPeek)
			c.after(timerPeek, c.peekDelay)
		}
	case c.reading != always:
		c.read(once)
	}
}

// slowestPeek is the longest time between two looks for the rest of a line, in milliseconds.
const slowestPeek = 200

// look sees whether an unfinished line goes on. If evio were let to read it would close the connection at the end of
// the input, and the line would be lost.
func (c *conn) look() {
	switch n, err := peek(c.fd); {
	case n > 0 || err != nil && !again(err):
		c.read(once)
	case err == nil:
		c.inputEnded = true
		if line, ok, err := c.framer.End(); ok {
			c.line(line, err)
		}
		c.settle()
	default:
		c.rearm()
	}
}

// loginAgain is when to look again at a login that was under way when the time for it was over, in milliseconds.
const loginAgain = 1000

// read changes the interest in input.
func (c *conn) read(want interest) {
	if c.reading == want {
		return
	}
	c.reading = want
	watch(c.shard.epoll, c.fd, [...]uint32{always: readAlways, once: readOnce, never: readNever}[want])
}

// expired is called when one of its timers has run out.
func (c *conn) expired(kind int) {
	switch kind {
	case timerPeek:
		c.look()
	case timerRetry:
		c.retry()
		c.settle()
	case timerProof:
		c.Prove()
	case timerLogin:
		if c.awaited != nil {
			c.refuseHeader(errHeaderLate)
		} else if c.working {
			c.after(timerLogin, loginAgain) // it may fail
		} else if !c.session.LoggedIn() {
			c.shard.limitLog.Info("closed: did not log in", c.from())
			c.close(loginTimeoutLine)
		}
	case timerClose:
		if c.state == gone {
			c.forget()
		} else {
			c.hangUp()
		}
	}
}

// closed is called when evio has closed the descriptor.
func (c *conn) closed() {
	c.state = gone
	for kind := range c.times {
		c.set(kind, 0)
	}
	c.proveLast()
	c.shard.remove(c)
	c.out, c.held, c.in, c.later = nil, nil, nil, nil
	if next := c.drained; next != nil {
		c.drained = nil
		next(false)
	}
	if !c.working { // otherwise the session belongs to the command until Finish
		c.shard.chat.Leave(&c.session)
	}
	c.shard.log.Debug("disconnected", c.from())
}
