package server

import (
	"bytes"

	"parley/server/internal/socket"
)

// flushSize is how much may wait to be sent before the next piece of a long answer is made, in bytes.
const flushSize = 16 << 10

// The times between two tries to write, in milliseconds.
const (
	firstRetry   = 1
	slowestRetry = 64
)

const (
	keptBuffer  = 4 << 10 // bytes: the largest buffer that is kept for the next output
	keptBuffers = 256     // the most that are kept
)

// buffers are the unused output buffers of a loop: an idle connection holds none.
type buffers [][]byte

// outbox is what a connection has to send. It writes, and reports the result; the connection acts on it.
type outbox struct {
	fd      int
	tls     *tlsPart // encrypts; nil where plain text is written
	limit   int      // of what may wait for a reader who does not keep up, in bytes
	buffers *buffers // of the loop

	out     []byte // not yet written; begins at outAt
	outAt   int
	held    []byte // events that wait for the end of an answer
	written uint64 // bytes that the kernel has taken, ever

	stuckSince int64 // since when the kernel has taken nothing, on the loop's clock; 0 while it takes what is written
	retryDelay uint8 // milliseconds; 0 while the kernel takes what is written
	blocked    bool  // the next try has a time: nothing is written before
	midLine    bool  // the last byte written was not the end of a line
}

// sendResult is the result of a write.
type sendResult uint8

const (
	allSent    sendResult = iota
	kernelFull            // some must wait: block says when to try again
	peerGone              // it can't be written to any more
)

// unsent is how many bytes wait to be written.
func (o *outbox) unsent() int { return len(o.out) - o.outAt + o.tls.waiting() }

// position is where the next byte to be appended will stand among all that were ever sent.
func (o *outbox) position() uint64 { return o.written + uint64(len(o.out)-o.outAt) }

// take hands out the buffer for something to be appended to; give takes it back.
func (o *outbox) take() []byte {
	switch {
	case o.out == nil:
		if last := len(*o.buffers) - 1; last >= 0 {
			o.out, *o.buffers = (*o.buffers)[last], (*o.buffers)[:last]
		} else {
			o.out = make([]byte, 0, keptBuffer/4)
		}
	case o.outAt > len(o.out)/2:
		// Otherwise the buffer of a reader who is always a little late would grow for ever.
		o.out, o.outAt = o.out[:copy(o.out, o.out[o.outAt:])], 0
	}
	return o.out
}

func (o *outbox) give(b []byte) {
	if o.out = b; len(b) == 0 {
		o.drop()
	}
}

// append puts something behind what waits to be sent.
func (o *outbox) append(b []byte) { o.out = append(o.take(), b...) }

// hold keeps something back until takeHeld.
func (o *outbox) hold(b []byte) { o.held = append(o.held, b...) }

// takeHeld returns what was held.
func (o *outbox) takeHeld() []byte {
	held := o.held
	o.held = nil
	return held
}

// overfull reports whether more waits than may. What the kernel has not been offered yet does not count.
func (o *outbox) overfull() bool {
	return len(o.held) > o.limit || o.unsent() > o.limit && o.blocked
}

// write writes b, or what the kernel takes of it; the rest waits. Nothing may be waiting before.
func (o *outbox) write(b []byte) sendResult {
	n, err := o.send(b)
	if n < len(b) && (err == nil || socket.Again(err)) {
		o.append(b[n:])
	}
	return result(err, o.unsent())
}

// flush writes what waits.
func (o *outbox) flush() sendResult {
	for o.unsent() > 0 {
		n, err := o.send(o.out[o.outAt:])
		o.outAt += n
		if err != nil {
			return result(err, o.unsent())
		}
	}
	o.drop()
	return allSent
}

// result is that of a write with this error, after which so many bytes wait.
func result(err error, unsent int) sendResult {
	switch {
	case err != nil && !socket.Again(err):
		return peerGone
	case unsent > 0:
		return kernelFull
	}
	return allSent
}

// send offers b to the kernel, and returns how much of it need not be offered again.
func (o *outbox) send(b []byte) (n int, err error) {
	if o.tls == nil {
		n, err = socket.Send(o.fd, b)
	} else {
		before := o.tls.taken
		if n, err = o.tls.send(o.fd, b); o.tls.taken > before {
			o.moved()
		}
	}
	o.sent(b[:n])
	return n, err
}

// sent counts what has been sent.
func (o *outbox) sent(b []byte) {
	if len(b) > 0 {
		o.written += uint64(len(b))
		o.midLine = b[len(b)-1] != '\n'
		o.moved()
	}
}

// moved notes that the kernel has taken something.
func (o *outbox) moved() { o.stuckSince, o.retryDelay = 0, 0 }

// block notes that the kernel takes no more, and returns in how many milliseconds to unblock and try again.
func (o *outbox) block(now int64) (delay int64) {
	if o.stuckSince == 0 {
		o.stuckSince = now
	}
	o.retryDelay = min(max(firstRetry, 2*o.retryDelay), slowestRetry)
	o.blocked = true
	return int64(o.retryDelay)
}

// unblock lets it be tried again.
func (o *outbox) unblock() { o.blocked = false }

// stuckFor is for how many milliseconds the reader has taken nothing of what waits.
func (o *outbox) stuckFor(now int64) int64 {
	if o.stuckSince == 0 {
		return 0
	}
	return now - o.stuckSince
}

// cutTo drops what waits, except for the rest of a line that was begun, and adds the last line. It returns where the last line begins
// among all bytes ever sent.
func (o *outbox) cutTo(last []byte) (begins uint64) {
	rest := o.out[o.outAt:]
	if !o.midLine {
		rest = nil
	} else if i := bytes.IndexByte(rest, '\n'); i >= 0 {
		rest = rest[:i+1]
	}
	o.out = append(append([]byte(nil), rest...), last...)
	o.outAt = 0
	o.held = nil
	return o.written + uint64(len(rest))
}

// drop drops what waits, but not what is held.
func (o *outbox) drop() {
	if cap(o.out) > 0 && cap(o.out) <= keptBuffer && len(*o.buffers) < keptBuffers {
		*o.buffers = append(*o.buffers, o.out[:0])
	}
	o.out, o.outAt = nil, 0
}
