package bench

import (
	"bufio"
	"net"
	"sync/atomic"

	"parley/protocol"
)

// readBuffer is what one read takes at most, in bytes; no line of a parley server is as long.
const readBuffer = 16 << 10

// client is one connection. What is not said to be for all belongs to its reader.
type client struct {
	run      *run
	index    int
	name     string
	conn     net.Conn
	in       *bufio.Reader
	received atomic.Int64 // messages, none counted twice; for all
	hungUp   atomic.Bool  // by us; for all

	ledger  ledger
	arrival histogram
	damaged int64
	ended   string // why the connection has ended before we ended it
}

// sender returns the sending side, nil where it has none.
func (c *client) sender() *sender {
	if c.index < len(c.run.senders) {
		return c.run.senders[c.index]
	}
	return nil
}

func (c *client) hangUp() {
	c.hungUp.Store(true)
	if c.conn != nil {
		c.conn.Close()
	}
}

// read reads to the end of the connection. All that one read brought has the same time.
func (c *client) read() {
	now := c.run.clock()
	for {
		if c.in.Buffered() == 0 {
			_, _ = c.in.Peek(1) // what is wrong is told below
			now = c.run.clock()
		}
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			if !c.hungUp.Load() && c.ended == "" {
				c.ended = "lost"
			}
			return
		}
		c.line(line, now)
	}
}

// line takes one line of the server.
func (c *client) line(line []byte, now int64) {
	switch c.run.lines.kind(line) {
	case protocol.Notice:
		c.event(line, now)
	case protocol.Done, protocol.Failed:
		if s := c.sender(); s != nil {
			s.answer(line, now)
		}
	case protocol.Closing:
		c.ended = c.run.lines.closing(line)
	}
}

// event takes a message. What other people say is no part of the test.
func (c *client) event(line []byte, now int64) {
	rest := c.run.lines.text(line, c.run.mark)
	if rest == nil {
		return
	}
	stamp, ok := parseStamp(rest)
	if !ok || stamp.sender >= len(c.ledger) || len(c.run.mark)+len(rest) < c.run.Size {
		c.damaged++
		return
	}
	if c.ledger[stamp.sender].receive(stamp.seq) {
		c.received.Add(1)
		c.arrival.add(now - stamp.at)
	}
}
