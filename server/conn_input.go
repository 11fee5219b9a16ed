package server

import (
	"go.uber.org/zap"

	"parley/protocol"
	"parley/server/internal/irc"
	"parley/server/internal/socket"
)

// slowestPeek is the longest time between two looks for the rest of a line, in milliseconds.
const slowestPeek = 200

// input is what a connection has read.
type input struct {
	framer    protocol.Framer
	irc       *irc.Framer // in place of framer, for a client that speaks IRC
	pending   []byte      // was read, and not looked at yet
	ended     bool        // nothing more will be read
	peekDelay uint8       // milliseconds until the next look for the rest of a line
}

// next takes the next line off the front of in: see [protocol.Framer.Next].
func (in *input) next(b []byte) (line, rest []byte, ok bool, err error) {
	if in.irc != nil {
		return in.irc.Next(b)
	}
	return in.framer.Next(b)
}

// end returns the last line if that has no end.
func (in *input) end() (line []byte, ok bool, err error) {
	if in.irc != nil {
		return in.irc.End()
	}
	return in.framer.End()
}

// unfinished reports whether more input must finish what was read.
func (in *input) unfinished() bool {
	if in.irc != nil {
		return in.irc.Unfinished()
	}
	return in.framer.Unfinished()
}

// nextPeek is in how many milliseconds to look for the rest of an unfinished line: seldom, when it does not come.
func (in *input) nextPeek() int64 {
	in.peekDelay = uint8(min(max(1, 2*int64(in.peekDelay)), slowestPeek))
	return int64(in.peekDelay)
}

// Data is evloop.Conn's.
func (c *conn) Data(in []byte) {
	c.shard.load.read(sinceEpoch())
	defer func() { c.shard.load.pause(sinceEpoch()) }()
	if c.reading == socket.Once {
		c.reading = socket.Disarmed
	}
	if c.proxy != nil {
		if in = c.header(in); len(in) == 0 && c.out.tls == nil {
			return
		}
	}
	if c.state != open {
		c.rearm()
		return
	}
	broken := false
	if c.out.tls != nil {
		in, broken = c.open(in)
	}
	switch {
	case len(in) == 0: // a part of a TLS record, or one without text
	case len(c.in.pending) > 0 || c.stopped():
		// A reset makes evio read although it was told not to.
		c.in.pending = append(c.in.pending, in...)
	case !c.spoken && in[0] == tlsHandshake:
		c.notChat("TLS")
	default:
		c.timers.stop(timerPeek)
		c.in.peekDelay = 0
		c.lines(in)
	}
	c.settle()
	if broken {
		c.fail()
	}
	c.shard.commitRead()
}

// lines does the lines in the input one by one, until one must wait. The rest is kept, in place of what was kept before; in may be that.
func (c *conn) lines(in []byte) {
	for len(in) > 0 && !c.stopped() {
		line, rest, ok, err := c.in.next(in)
		in = rest
		if reply := c.in.framer.Reply(); reply != nil {
			c.chat.session.Telnet = true
			c.append(reply)
		}
		if !ok {
			continue
		}
		if !c.spoken && isHTTP(line) {
			c.notChat("HTTP")
			return
		}
		if !c.spoken && c.irc == nil && !c.chat.session.Telnet && isIRC(line) {
			c.speakIRC()
		}
		c.spoken = true
		c.chat.line(line, err)
	}
	if c.state != open {
		in = nil
	}
	if len(in) > c.shard.config.Input {
		c.shard.limitLog.Info("closed: too much input", c.from(), zap.Int("bytes", len(in)))
		c.close(inputLine)
		return
	}
	if len(in) == 0 {
		c.in.pending = nil
	} else {
		c.in.pending = append(c.in.pending[:0], in...)
	}
}

// notChat closes the connection of a client that speaks another protocol.
func (c *conn) notChat(what string) {
	c.shard.limitLog.Info("closed: not chat", c.from(), zap.String("looks like", what))
	c.close(notChatLine)
}

// peek looks whether an unfinished line goes on. If evio read the end of the input, it would close the connection, and the line would be
// lost. While something is worked on it waits for that: a client of IRC is shown more than it has asked for.
func (c *conn) peek() {
	if !c.idle() {
		return // rearm looks again
	}
	switch n, err := socket.Peek(c.out.fd); {
	case n > 0:
		c.read(socket.Once)
	case err == nil:
		c.lastLine()
	case socket.Again(err):
		c.rearm()
	default:
		c.source.unclean = true // the kernel reports the error only once
		c.read(socket.Once)     // evio reads the end now
	}
}

// lastLine does what was read of a line, when no more input will come.
func (c *conn) lastLine() {
	c.in.ended = true
	if line, ok, err := c.in.end(); ok {
		c.chat.line(line, err)
	}
	c.settle()
}
