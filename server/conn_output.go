package server

import (
	"go.uber.org/zap"

	"parley/protocol"
)

// patience is how long to wait for a client, in milliseconds. Tests have less.
type patience struct {
	slow         int64 // without progress, until it is closed as too slow
	closingWords int64 // for a slow reader to take its closing words
	close        int64 // for any other to take what still waits when it is closed
	ended        int64 // for the client's end, after ours
	handshake    int64 // for a TLS handshake
}

var ordinaryPatience = patience{slow: 10_000, closingWords: 30_000, close: 10_000, ended: 2_000, handshake: 10_000}

// append adds to what waits to be sent. If that is too much, the connection is closed.
func (c *conn) append(b []byte) {
	if len(b) == 0 || c.state != open {
		return
	}
	if c.out.append(b); c.out.overfull() {
		c.shard.metrics.outboxFull.Inc()
		c.slow()
	}
}

// event sends a line that the client did not ask for; while an answer is being worked on, the line is held until its end. If too much
// waits then, the connection is closed.
func (c *conn) event(b []byte) {
	if c.chat.working && c.state == open {
		if c.out.hold(b); c.out.overfull() {
			c.shard.metrics.outboxFull.Inc()
			c.slow()
		}
		return
	}
	c.append(b)
}

// release sends the held events, after the answer that has ended.
func (c *conn) release() {
	held := c.out.takeHeld()
	defer c.sentHeld()
	if len(held) == 0 {
		return
	}
	for _, m := range c.acks.takeHeld(c.out.position()) {
		c.awaitAck(m)
	}
	c.append(held)
}

// write writes b at once, or what the kernel takes of it. Nothing may be waiting.
func (c *conn) write(b []byte) {
	if result := c.out.write(b); result != allSent {
		c.wrote(result)
		c.touch() // it must not be read now
	}
}

// flush writes what waits, unless the kernel took nothing the last time: then the timer tries.
func (c *conn) flush() {
	if c.out.unsent() > 0 && !c.out.blocked && c.state < ended {
		c.wrote(c.out.flush())
	}
}

// wrote acts on the result of a write.
func (c *conn) wrote(result sendResult) {
	switch result {
	case allSent:
		if c.state == ending {
			c.sendEnd()
		}
	case kernelFull:
		c.timers.after(timerRetry, c.out.block(c.shard.schedule.now()))
	case peerGone:
		c.fail()
	}
}

// retry tries again to write. A client that has taken nothing for too long is too slow.
func (c *conn) retry() {
	c.out.unblock()
	c.flush()
	if c.state == open && c.out.stuckFor(c.shard.schedule.now()) >= c.shard.config.patience.slow {
		c.slow()
	}
}

// slow gives up a client that does not read. What waits is dropped, except for the rest of a line that was begun.
func (c *conn) slow() {
	c.shard.limitLog.Info("closed: slow reader", c.from(), zap.Int("unsent", c.out.unsent()+len(c.out.held)))
	c.acks.cutTo(c.out.cutTo(c.closing(slowReaderLine)))
	c.end()
	c.timers.after(timerClose, c.shard.config.patience.closingWords)
	c.touch() // nothing else may touch it if a room's words were too much
}

// close sends the closing words and ends the connection.
func (c *conn) close(line *protocol.Line) {
	if c.state != open {
		return
	}
	// What is held while waiting messages are fed is newer than those that were not shown, and its acks would remove these.
	if !c.chat.feeding {
		c.release()
	}
	if c.state != open {
		return
	}
	c.out.append(c.closing(line))
	c.end()
	c.flush()
	c.rearm()
}

// closing writes closing words in the connection's format, and notes why it ends.
func (c *conn) closing(line *protocol.Line) []byte {
	c.why = protocol.Code(line.Word)
	return c.chat.session.Format.AppendLine(nil, line)
}

// fail ends a connection that can't be written to: reading it will make evio close it.
func (c *conn) fail() {
	c.out.drop()
	c.source.unclean = true
	c.end()
	c.hangUp()
}
