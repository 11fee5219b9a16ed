package server

import (
	"bytes"
	"errors"

	"go.uber.org/zap"
	"golang.org/x/sys/unix"
)

// flushSize is how much may wait to be sent before the next piece of a long answer is made, in bytes.
const flushSize = 16 << 10

// patience is how long is waited for a peer that does not read, in milliseconds. Tests have less.
type patience struct {
	slow      int64 // without progress: it is closed
	lastWords int64 // the last words of a slow one are given up
	close     int64 // what waits for any other that is closed is given up
	ended     int64 // the client's end is not waited for any longer
}

var ordinaryPatience = patience{slow: 10_000, lastWords: 30_000, close: 10_000, ended: 2_000}

// The times between two tries to write, in milliseconds.
const (
	firstRetry   = 1
	slowestRetry = 64
)

// keptOutBuffer is the largest buffer that is kept for the next output, in bytes.
const keptOutBuffer = 4 << 10

// outbox is what a connection has to send.
type outbox struct {
	out     []byte // not yet written; begins at outAt
	outAt   int
	held    []byte // events that wait for the end of an answer
	written uint64 // bytes that the kernel has taken, ever

	retryDelay int64 // milliseconds; 0 while the kernel takes what is written
	stuckSince int64
	midLine    bool // the last byte written was not the end of a line
}

// unsent is how many bytes wait to be written.
func (o *outbox) unsent() int { return len(o.out) - o.outAt }

// takeOut hands out the buffer for something to be appended to; what it returns goes back into out.
func (c *conn) takeOut() []byte {
	switch {
	case c.out == nil:
		c.out = c.shard.buffer()
	case c.outAt > len(c.out)/2:
		// A reader who is always a little behind must not make it grow for ever.
		c.out, c.outAt = c.out[:copy(c.out, c.out[c.outAt:])], 0
	}
	return c.out
}

// append puts something behind what waits to be sent.
func (c *conn) append(b []byte) {
	if len(b) == 0 || c.state != open {
		return
	}
	c.out = append(c.takeOut(), b...)
	c.bound()
}

// event says something that the client did not ask for: behind the answer that is being worked on.
func (c *conn) event(b []byte) {
	if c.working && c.state == open {
		c.held = append(c.held, b...)
		c.bound()
		return
	}
	c.append(b)
}

// release lets the held events go behind the answer that has ended.
func (c *conn) release() {
	if len(c.held) == 0 {
		return
	}
	held := c.held
	c.held = nil
	c.releaseMarks(c.position())
	c.append(held)
}

// sendNow writes b, or what the kernel takes of it. Nothing may be waiting.
func (c *conn) sendNow(b []byte) {
	n, err := send(c.fd, b)
	c.sent(b[:n])
	switch {
	case n == len(b):
		return
	case err != nil && !again(err):
		c.fail()
	default:
		c.out = append(c.takeOut(), b[n:]...)
		c.stick()
		c.touch() // it must not be read now
	}
}

// sent counts what the kernel has taken.
func (c *conn) sent(b []byte) {
	if len(b) > 0 {
		c.written += uint64(len(b))
		c.midLine = b[len(b)-1] != '\n'
		c.stuckSince = 0
		c.retryDelay = 0
	}
}

// flush writes what waits, unless the kernel took nothing the last time: then the timer tries.
func (c *conn) flush() {
	if c.unsent() == 0 || c.armed(timerRetry) || c.state == gone || c.state == ended {
		return
	}
	for c.unsent() > 0 {
		n, err := send(c.fd, c.out[c.outAt:])
		c.sent(c.out[c.outAt : c.outAt+n])
		c.outAt += n
		if n == 0 || err != nil {
			if err != nil && !again(err) {
				c.fail()
			} else {
				c.stick()
			}
			return
		}
	}
	c.shard.recycle(c.out)
	c.out, c.outAt = nil, 0
	if c.state == ending {
		c.sendEnd()
	}
}

// stick arranges for another try to write.
func (c *conn) stick() {
	now := c.shard.now()
	if c.stuckSince == 0 {
		c.stuckSince = now
	}
	c.retryDelay = min(max(firstRetry, 2*c.retryDelay), slowestRetry)
	c.after(timerRetry, c.retryDelay)
}

// retry tries again to write; a peer that has taken nothing for too long is too slow.
func (c *conn) retry() {
	stuckSince := c.stuckSince
	c.flush()
	if c.receipt.advanced() && c.stuckSince == stuckSince {
		c.stuckSince = c.shard.now() // what is between us and a TLS client takes big pieces only
	}
	if c.state == open && c.stuckSince != 0 && c.stuckSince == stuckSince && c.shard.now()-stuckSince >= c.shard.config.patience.slow {
		c.slow()
	}
}

// bound closes a connection whose outbox is full.
func (c *conn) bound() {
	if size := c.shard.config.Outbox; len(c.held) > size || c.unsent() > size && c.armed(timerRetry) {
		c.slow()
	}
}

// slow gives up a peer that does not read. What it has not been sent is dropped, but for the line that was begun.
func (c *conn) slow() {
	c.shard.limitLog.Info("closed: slow reader", c.from(), zap.Int("unsent", c.unsent()+len(c.held)))
	rest := c.out[c.outAt:]
	if !c.midLine {
		rest = nil
	} else if i := bytes.IndexByte(rest, '\n'); i >= 0 {
		rest = rest[:i+1]
	}
	c.out = append(append([]byte(nil), rest...), slowReaderLine...)
	c.outAt = 0
	c.forgetBehind(c.written + uint64(len(rest)))
	c.end()
	c.after(timerClose, c.shard.config.patience.lastWords)
	c.touch() // it may have been the lobby that was too much, with nothing else to do for this one
}

// close says a last line and ends the connection.
func (c *conn) close(line []byte) {
	if c.state != open {
		return
	}
	c.release()
	if c.state != open {
		return
	}
	c.out = append(c.takeOut(), line...)
	c.end()
	c.flush()
	c.rearm()
}

// end takes the connection out of the chat; what waits is still sent, and then the end.
func (c *conn) end() {
	if c.state != open {
		return
	}
	c.state = ending
	c.Prove() // so that a login at once after this does not repeat what was read
	c.shard.leave(c)
	c.in, c.later, c.held = nil, nil, nil
	c.set(timerPeek, 0) // a line without an end is not done any more
	if !c.working {
		c.shard.chat.Leave(&c.session)
	}
	c.after(timerClose, c.shard.config.patience.close)
	if next := c.drained; next != nil {
		c.drained = nil
		next(false)
	}
}

// sendEnd ends our side in order. A close over unread input would be a reset, and the last line be lost with it: so the
// input is read until the client's end, or for a while.
func (c *conn) sendEnd() {
	c.state = ended
	_ = unix.Shutdown(c.fd, unix.SHUT_WR)
	c.after(timerClose, c.shard.config.patience.ended)
	c.read(once)
}

// fail ends a connection that can't be written to: reading it will make evio close it.
func (c *conn) fail() {
	c.shard.recycle(c.out)
	c.out, c.outAt, c.held = nil, 0, nil
	c.unsure = true
	c.end()
	c.hangUp()
}

// hangUp makes the end of the input come now, so that evio closes the connection.
func (c *conn) hangUp() {
	if c.state == gone {
		return
	}
	c.state = ended
	_ = unix.Shutdown(c.fd, unix.SHUT_RDWR)
	c.read(always)
}

// again reports whether a call would have had to wait.
func again(err error) bool {
	return errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EINTR)
}
