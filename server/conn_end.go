package server

import (
	"golang.org/x/sys/unix"

	"parley/server/internal/socket"
)

// end takes the connection out of the chat; what waits is still sent, and then our end.
func (c *conn) end() {
	if c.state != open {
		return
	}
	c.state = ending
	c.takeAcks() // so that a login right after this does not repeat what was read
	c.shard.leaveRooms(c)
	c.in.pending, c.out.held = nil, nil
	c.timers.stop(timerPeek) // a line without an end is not done any more
	c.chat.end(c.shard.chat)
	c.timers.after(timerClose, c.shard.config.patience.close)
	c.chat.drain(false)
}

// sendEnd ends our side in order. A close over unread input would be a reset, and the closing words be lost with it: so the
// input is read until the client's end, or for a while.
func (c *conn) sendEnd() {
	c.state = ended
	c.source.shutdown(unix.SHUT_WR)
	c.timers.after(timerClose, c.shard.config.patience.ended)
	c.read(socket.Once)
}

// hangUp makes the end of the input come now, so that evio closes the connection.
func (c *conn) hangUp() {
	if c.state == gone {
		return
	}
	c.state = ended
	c.source.shutdown(unix.SHUT_RDWR)
	c.read(socket.Always)
}

// closed is called when evio has closed the descriptor.
func (c *conn) closed() {
	c.state = gone
	c.timers.stopAll()
	c.out.blocked = false
	c.lastAcks()
	c.shard.remove(c)
	c.out.drop()
	c.in.pending, c.out.held = nil, nil
	c.chat.drain(false)
	c.chat.end(c.shard.chat)
	c.shard.log.Debug("disconnected", c.from())
}
