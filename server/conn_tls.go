package server

import (
	"bytes"
	"errors"
	"io"

	"golang.org/x/sys/unix"

	"parley/server/internal/proxyheader"
	"parley/server/internal/socket"
	"parley/server/internal/tlsfront"
)

// This file is how a connection speaks TLS. What it reads is decrypted at once, all of it, so that the rest of the connection sees plain text
// only. What it writes is encrypted a piece at a time, when the kernel has taken the piece before. So nearly all that waits is plain text, of which
// a slow reader's can still be dropped.

// sealAtOnce is how much is encrypted at once, in bytes: what fits into one record.
const sealAtOnce = 16 << 10

// tlsPart is what a connection has besides when its client speaks TLS. It is also between its outbox and the socket.
type tlsPart struct {
	session *tlsfront.Session
	buffer  *[]byte // of the loop, to encrypt into
	ended   bool    // the client has said that it sends no more
	closed  bool    // we have said so

	taken   uint64   // bytes of TLS that the kernel has taken
	written position // all that was encrypted
	asked   position // what was encrypted when it was asked before how much is acknowledged
	acked   uint64   // bytes of plain text that are acknowledged
}

// position is a place in both streams: so many bytes of plain text are in so many bytes of TLS. When the TLS is acknowledged, so is the text.
type position struct{ plain, sealed uint64 }

// waiting is how many bytes of TLS the kernel has not taken.
func (t *tlsPart) waiting() int {
	if t == nil {
		return 0
	}
	return len(t.session.Out)
}

// send encrypts what can be sent now of b, and returns how much that is. Its TLS has not always been taken by the kernel when there is an error.
func (t *tlsPart) send(fd int, b []byte) (n int, err error) {
	for err = t.push(fd); err == nil && n < len(b); {
		piece := b[n:min(n+sealAtOnce, len(b))]
		if err = t.seal(piece); err == nil {
			n += len(piece)
			err = t.push(fd)
		}
		t.keep()
	}
	return n, err
}

// seal encrypts a piece into the loop's buffer. Nothing may be waiting.
func (t *tlsPart) seal(piece []byte) error {
	t.session.Out = (*t.buffer)[:0]
	err := t.session.Seal(piece)
	if err == nil {
		t.written = position{t.written.plain + uint64(len(piece)), t.taken + uint64(len(t.session.Out))}
	}
	*t.buffer = t.session.Out[:0]
	return err
}

// push sends what waits.
func (t *tlsPart) push(fd int) error {
	if len(t.session.Out) == 0 {
		return nil
	}
	n, err := socket.Send(fd, t.session.Out)
	t.session.Out = t.session.Out[n:]
	t.taken += uint64(n)
	switch {
	case len(t.session.Out) == 0:
		t.session.Out = nil // its memory is not needed any more
	case err == nil:
		err = unix.EAGAIN
	}
	return err
}

// keep puts what waits into memory of its own, since the loop's buffer is for all its connections.
func (t *tlsPart) keep() { t.session.Out = bytes.Clone(t.session.Out) }

// reached notes that so many bytes of TLS are acknowledged.
func (t *tlsPart) reached(sealed uint64) {
	switch {
	case sealed >= t.written.sealed:
		t.acked = t.written.plain
	case sealed >= t.asked.sealed:
		t.acked = t.asked.plain
	default:
		return
	}
	t.asked = t.written
}

// claim makes the connection that of a client of the TLS front: its descriptor is the client's socket from now on.
func (c *conn) claim(h proxyheader.Header) error {
	session, fd := c.shard.front.Claim(h)
	if session == nil {
		return errNoClient
	}
	c.out.tls = &tlsPart{session: session, buffer: &c.shard.sealed}
	c.onlyIRC = session.IRC()
	return c.shard.loop.Become(c.out.fd, fd)
}

// open decrypts input. The plain text is valid until the next call for any connection. Broken says that the connection can't go on after it.
func (c *conn) open(in []byte) (plain []byte, broken bool) {
	plain, err := c.out.tls.session.Open(c.shard.plain[:0], in)
	c.shard.plain = plain[:0]
	c.out.tls.ended = errors.Is(err, io.EOF)
	return plain, err != nil && !c.out.tls.ended
}

// leave ends the connection when the client has said that it sends no more, and nothing of it is being worked on. The end of plain input is seen by
// evio.
func (c *conn) leave() {
	if !c.in.ended {
		c.lastLine()
		return
	}
	c.end()
	c.sendEnd()
}

// sayEnd has the client told that we send no more, if it has not been told, and reports whether the kernel has taken that.
func (c *conn) sayEnd() bool {
	if c.out.tls == nil || c.out.tls.closed {
		return true
	}
	c.out.tls.closed = true
	c.out.tls.session.End()
	result := c.out.flush()
	if result != allSent {
		c.wrote(result)
	}
	return result == allSent
}
