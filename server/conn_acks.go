package server

import (
	"golang.org/x/sys/unix"

	"parley/server/internal/socket"
)

// askEvery is how often the kernel is asked for the acknowledgements of a connection, in milliseconds. It is asked earlier after askAfter
// more messages.
const (
	askEvery = 40
	askAfter = 64
)

// mark is the end of a private message or an invitation: it has reached the client when the bytes up to there have been acknowledged.
type mark struct {
	end    uint64 // of all bytes ever sent
	number int64  // of the message
	invite bool   // it is an invitation
}

// acks are what the client of a connection has not acknowledged yet, in order. An idle session has none: nil.
type acks struct {
	marks   []mark   // of private messages
	held    []mark   // of the events that are held; here end counts from the first held byte
	answers []answer // whose end something is to be done for
}

// takeHeld returns the held marks; begins is the position at which the held events are sent.
func (a *acks) takeHeld(begins uint64) []mark {
	if a == nil {
		return nil
	}
	held := a.held
	a.held = nil
	for i := range held {
		held[i].end += begins
	}
	return held
}

// acknowledge takes out the messages that end within this many bytes, and returns their marks, valid until the next one is added.
func (a *acks) acknowledge(bytes uint64) []mark {
	n := 0
	for n < len(a.marks) && a.marks[n].end <= bytes {
		n++
	}
	done := a.marks[:n]
	if a.marks = a.marks[n:]; len(a.marks) == 0 {
		a.marks = nil
	}
	return done
}

// cutTo forgets the messages that end after a position, and the held ones: they will not be sent.
func (a *acks) cutTo(end uint64) {
	if a == nil {
		return
	}
	for len(a.marks) > 0 && a.marks[len(a.marks)-1].end > end {
		a.marks = a.marks[:len(a.marks)-1]
	}
	a.held = nil
}

// waits reports whether there are messages that were sent.
func (a *acks) waits() bool { return a != nil && len(a.marks) > 0 }

// hasAnswers reports whether there are answers.
func (a *acks) hasAnswers() bool { return a != nil && len(a.answers) > 0 }

// unacknowledged returns the connection's acks, for a message to be added.
func (c *conn) unacknowledged() *acks {
	if c.acks == nil {
		c.acks = &acks{}
	}
	return c.acks
}

// dropIdleAcks gives up the acks if they are empty.
func (c *conn) dropIdleAcks() {
	if a := c.acks; a != nil && len(a.marks)+len(a.held)+len(a.answers) == 0 {
		c.acks = nil
	}
}

// awaitAck notes a message that must be acknowledged.
func (c *conn) awaitAck(m mark) {
	a := c.unacknowledged()
	a.marks = append(a.marks, m)
	if !c.timers.isArmed(timerAcks) {
		c.timers.after(timerAcks, askEvery)
	} else if len(a.marks)%askAfter == 0 {
		c.askAcks()
	}
	c.source.keep(c.shard.admission)
}

// takeAcks tells the chat which messages the client has acknowledged.
func (c *conn) takeAcks() {
	if c.acks.waits() {
		c.askAcks()
	}
	if c.acks.waits() {
		c.timers.after(timerAcks, askEvery)
	} else {
		c.acksDone()
	}
}

// askAcks asks what has been acknowledged.
func (c *conn) askAcks() {
	if acked, ok := c.source.acked(c.out.written, c.out.tls); ok {
		number := int64(0)
		for _, m := range c.acks.acknowledge(acked) {
			if m.invite {
				c.shard.chat.AckInvite(&c.chat.session, c.chat.account, m.number)
			} else {
				number = m.number
			}
		}
		if number > 0 {
			c.shard.chat.Ack(&c.chat.session, c.chat.account, number)
		}
	}
}

// lastAcks is called when evio has closed its descriptor. A script sends its lines and its end at once, but acknowledges the answers
// only a round trip later. So the spare descriptor keeps the socket open, and is asked for a while.
func (c *conn) lastAcks() {
	c.source.fd = -1
	if c.acks.waits() {
		c.askAcks()
	}
	if !c.acks.waits() || !c.maySurvive() {
		c.forgetAcks()
		return
	}
	c.source.shutdown(unix.SHUT_WR) // evio's close has not ended our side
	c.shard.unacked[c] = struct{}{}
	c.timers.after(timerAcks, askEvery)
	c.timers.after(timerClose, c.shard.config.patience.ended)
}

// maySurvive reports whether the spare descriptor may stay open: the connection has ended in order, and epoll reports nothing of it any
// more. Otherwise epoll would report the socket again and again.
func (c *conn) maySurvive() bool {
	return c.source.spare >= 0 && !c.local() && !c.source.unclean && c.reading == socket.Once
}

// forgetAcks drops what is not acknowledged: it stays in the inbox.
func (c *conn) forgetAcks() {
	if c.acks != nil {
		c.acks.marks, c.acks.held = nil, nil
	}
	c.acksDone()
}

// acksDone ends the watch when there is nothing left to be acknowledged.
func (c *conn) acksDone() {
	c.timers.stop(timerAcks)
	if c.state == gone {
		c.timers.stop(timerClose)
		delete(c.shard.unacked, c)
	}
	c.source.letGo(c.shard.admission)
	c.dropIdleAcks()
}
