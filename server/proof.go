package server

import (
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// proofEvery is how often the acknowledgements of a connection are looked at, in milliseconds; earlier when eagerProof
// messages have gathered.
const (
	proofEvery = 40
	eagerProof = 64
)

// mark says that a private message has reached the client when the bytes up to end have been acknowledged.
type mark struct {
	end    uint64 // of all bytes ever written
	number int64
}

// proofs is what a connection must still show to have arrived.
type proofs struct {
	account   string // who is logged in here, by key, and whose inbox the marks are about; empty before Join and after Leave
	marks     []mark
	heldMarks []mark // of the held events: end counts from the first of them
	spareFD   int    // another descriptor of the socket while something is unproven, or -1
	unsure    bool   // the connection has ended otherwise than in order: what is unacknowledged will stay so
}

// position is where the next byte to be sent will stand among all.
func (c *conn) position() uint64 { return c.written + uint64(c.unsent()) }

// private says a private message; the inbox keeps it until Prove.
func (c *conn) private(line []byte, number int64) {
	if c.state != open {
		return
	}
	c.event(line)
	switch {
	case c.state != open:
	case c.working:
		c.heldMarks = append(c.heldMarks, mark{uint64(len(c.held)), number})
	default:
		c.mark(c.position(), number)
	}
}

// waited says a private message out of the inbox: part of the login, so it isn't held.
func (c *conn) waited(line []byte, number int64) {
	if c.append(line); c.state == open {
		c.mark(c.position(), number)
	}
}

// mark notes a message that must be proven.
func (c *conn) mark(end uint64, number int64) {
	c.marks = append(c.marks, mark{end, number})
	if !c.armed(timerProof) {
		c.after(timerProof, proofEvery)
	} else if len(c.marks)%eagerProof == 0 {
		c.acknowledged(c.fd)
	}
	// evio closes its descriptor before it says so. This one lets us ask the kernel then.
	if c.spareFD < 0 && c.receipt == nil {
		c.spareFD = c.shard.spares.take(c.fd)
	}
}

// releaseMarks notes the held messages, which go out from here on.
func (c *conn) releaseMarks(here uint64) {
	for _, m := range c.heldMarks {
		c.mark(here+m.end, m.number)
	}
	c.heldMarks = nil
}

// Prove tells the chat which messages the client's TCP has acknowledged.
func (c *conn) Prove() {
	fd := c.fd
	if c.state == gone {
		fd = c.spareFD
	}
	if len(c.marks) > 0 && fd >= 0 {
		c.acknowledged(fd)
	}
	if len(c.marks) > 0 {
		c.after(timerProof, proofEvery)
	} else {
		c.settled()
	}
}

// acknowledged reads the count from a descriptor of the socket.
func (c *conn) acknowledged(fd int) {
	here, ok := c.arrived(fd)
	if !ok {
		return
	}
	n := 0
	for n < len(c.marks) && c.marks[n].end <= here {
		n++
	}
	if n == 0 {
		return
	}
	c.shard.chat.Prove(c.account, c.marks[n-1].number)
	c.marks = c.marks[:copy(c.marks, c.marks[n:])]
}

// proveLast asks when evio has closed its descriptor. A script sends all it has and its end at once, and what it was
// answered is acknowledged a round trip later: so the spare descriptor, which keeps the socket, is asked for a while.
func (c *conn) proveLast() {
	if c.receipt != nil {
		c.proveLater()
		return
	}
	if c.spareFD >= 0 && len(c.marks) > 0 {
		c.acknowledged(c.spareFD)
	}
	if len(c.marks) == 0 || !c.silent() {
		c.forget()
		return
	}
	_ = unix.Shutdown(c.spareFD, unix.SHUT_WR) // evio's close has not ended our side
	c.after(timerProof, proofEvery)
	c.after(timerClose, c.shard.config.patience.ended)
}

// silent reports whether the spare descriptor may outlive evio's: the connection has ended in order, and epoll reports
// nothing of it any more. It would do so again and again.
func (c *conn) silent() bool {
	return c.spareFD >= 0 && !c.local() && !c.unsure && c.reading == once
}

// forgetGone gives up on those whose last acknowledgement has not come when the loop ends.
func (s *shard) forgetGone() {
	for _, c := range append([]*conn(nil), s.timers...) {
		if c.state == gone {
			c.forget()
		}
	}
}

// forget drops what is not proven: it stays in the inbox.
func (c *conn) forget() {
	c.marks, c.heldMarks = nil, nil
	c.settled()
}

// settled ends the watch when nothing is left to be proven.
func (c *conn) settled() {
	c.set(timerProof, 0)
	if c.state == gone {
		c.set(timerClose, 0)
	}
	if c.spareFD >= 0 {
		c.shard.spares.give(c.spareFD)
		c.spareFD = -1
	}
}

// forgetBehind drops the marks of bytes that will not be sent.
func (c *conn) forgetBehind(end uint64) {
	for len(c.marks) > 0 && c.marks[len(c.marks)-1].end > end {
		c.marks = c.marks[:len(c.marks)-1]
	}
	c.heldMarks = nil
}

// spares bounds how many second descriptors there are, so that they never take the place of a connection.
type spares struct {
	gate *gate
	used atomic.Int64
}

// take returns a second descriptor, or -1 where there is none to spare. Without it a message whose connection ends just
// now counts as unproven and is delivered again: that is safe.
func (s *spares) take(fd int) int {
	if int(s.used.Add(1))+s.gate.connections() > s.gate.config.Descriptors {
		s.used.Add(-1)
		return -1
	}
	second, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		s.used.Add(-1)
		return -1
	}
	return second
}

func (s *spares) give(fd int) {
	_ = unix.Close(fd)
	s.used.Add(-1)
}
