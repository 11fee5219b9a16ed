package server

import (
	"golang.org/x/sys/unix"

	"parley/server/internal/socket"
)

// end takes the connection out of the chat. What waits is still sent; then our side is shut down.
func (c *conn) end() {
	if c.state != open {
		return
	}
	c.state = ending
	c.takeAcks() // so that a login right after this does not repeat messages that were read
	c.takeHeard()
	c.shard.leaveRooms(c)
	c.in.pending, c.out.held = nil, nil
	c.timers.stop(timerPeek) // an unfinished line is not done any more
	c.chat.end(c.shard.chat)
	c.timers.after(timerClose, c.shard.config.patience.close)
	c.chat.drain(false)
}

// sendEnd shuts our side down. To close while input is unread would be a reset, and the closing words could be lost. So the input is read
// until the client's end comes, for a while at most.
func (c *conn) sendEnd() {
	if !c.sayEnd() {
		return // it is tried again
	}
	c.state = ended
	c.source.shutdown(unix.SHUT_WR)
	c.timers.after(timerClose, c.shard.config.patience.ended)
	c.read(socket.Once)
}

// hangUp shuts both sides down. evio then reads the end of the input, and closes the connection.
func (c *conn) hangUp() {
	if c.state == gone {
		return
	}
	c.state = ended
	c.source.shutdown(unix.SHUT_RDWR)
	c.read(socket.Always)
}

// Closed is evloop.Conn's.
func (c *conn) Closed(err error) {
	c.source.unclean = c.source.unclean || err != nil
	c.heardAtEnd()
	c.state = gone
	c.timers.stopAll()
	c.out.blocked = false
	c.lastAcks()
	if c.admitted {
		c.shard.metrics.end(c.why)
	}
	c.shard.remove(c)
	if c.out.tls != nil {
		c.out.tls.session.Leave()
	}
	c.out.drop()
	c.in.pending, c.out.held = nil, nil
	c.chat.drain(false)
	c.chat.end(c.shard.chat)
	c.shard.log.Debug("disconnected", c.from())
}
