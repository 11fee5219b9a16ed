package server

import (
	"go.uber.org/zap"

	"parley/server/internal/socket"
)

// data takes input, which is valid during the call only.
func (c *conn) data(in []byte) {
	if c.proxy != nil {
		if in = c.header(in); len(in) == 0 {
			return
		}
	}
	switch {
	case c.state != open:
		c.rearm()
		return
	case c.stopped() || len(c.in.pending) > 0:
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
}

// lines does the lines in the input one by one, until one must wait. The rest is kept.
func (c *conn) lines(in []byte) {
	for len(in) > 0 && !c.stopped() {
		line, rest, ok, err := c.in.framer.Next(in)
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
	c.in.keep(in)
}

// notChat closes the connection of a client that speaks another protocol.
func (c *conn) notChat(what string) {
	c.shard.limitLog.Info("closed: not chat", c.from(), zap.String("looks like", what))
	c.close(notChatLine)
}

// peek looks whether an unfinished line goes on. If evio read the end of the input, it would close the connection, and the line would be
// lost.
func (c *conn) peek() {
	switch n, err := socket.Peek(c.fd); {
	case n > 0:
		c.read(socket.Once)
	case err == nil:
		c.in.ended = true
		if line, ok, err := c.in.framer.End(); ok {
			c.chat.line(line, err)
		}
		c.settle()
	case socket.Again(err):
		c.rearm()
	default:
		c.source.unclean = true // the kernel reports the error only once
		c.read(socket.Once)     // evio reads the end now
	}
}
