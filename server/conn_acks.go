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

// private sends a private message, which stays in the inbox until it is acknowledged.
func (c *conn) private(line []byte, number int64) {
	c.event(line)
	switch {
	case c.state != open:
	case c.chat.working:
		c.acks.hold(uint64(len(c.out.held)), number)
	default:
		c.awaitAck(c.out.position(), number)
	}
}

// awaitAck notes a message that must be acknowledged.
func (c *conn) awaitAck(end uint64, number int64) {
	c.acks.add(end, number)
	if !c.timers.armed(timerAcks) {
		c.timers.after(timerAcks, askEvery)
	} else if c.acks.pending()%askAfter == 0 {
		c.askAcks()
	}
	c.source.keep(c.shard.admission)
}

// takeAcks tells the chat which messages the client has acknowledged.
func (c *conn) takeAcks() {
	if c.acks.pending() > 0 {
		c.askAcks()
	}
	if c.acks.pending() > 0 {
		c.timers.after(timerAcks, askEvery)
	} else {
		c.acksDone()
	}
}

// askAcks asks what has been acknowledged.
func (c *conn) askAcks() {
	if acked, ok := c.source.acked(c.out.written); ok {
		if number, ok := c.acks.acknowledge(acked); ok {
			c.shard.chat.Ack(c.chat.account, number)
		}
	}
}

// lastAcks is called when evio has closed its descriptor. A script sends its lines and its end at once, but acknowledges the answers
// only a round trip later. So the spare descriptor keeps the socket open, and is asked for a while.
func (c *conn) lastAcks() {
	c.source.fd = -1
	if c.source.tls != nil {
		c.lastTLSAcks()
		return
	}
	if c.acks.pending() > 0 {
		c.askAcks()
	}
	if c.acks.pending() == 0 || !c.maySurvive() {
		c.forgetAcks()
		return
	}
	c.source.shutdown(unix.SHUT_WR) // evio's close has not ended our side
	c.shard.unacked[c] = struct{}{}
	c.timers.after(timerAcks, askEvery)
	c.timers.after(timerClose, c.shard.config.patience.ended)
}

// lastTLSAcks has the acks asked for when the TLS front has closed the client's socket.
func (c *conn) lastTLSAcks() {
	c.source.tls.Leave()
	if c.acks.pending() == 0 {
		return
	}
	c.source.tls.WhenClosed(func() {
		c.shard.call(func() {
			c.askAcks()
			c.forgetAcks()
		})
	})
}

// maySurvive reports whether the spare descriptor may stay open: the connection has ended in order, and epoll reports nothing of it any
// more. Otherwise epoll would report the socket again and again.
func (c *conn) maySurvive() bool {
	return c.source.spare >= 0 && !c.local() && !c.source.unclean && c.reading == socket.Once
}

// forgetAcks drops what is not acknowledged: it stays in the inbox.
func (c *conn) forgetAcks() {
	c.acks.forget()
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
}
