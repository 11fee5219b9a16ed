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

// lines takes the lines in the input one by one, until one of them must be waited for. The rest is kept.
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

// notChat sends away a client that takes this for another kind of server.
func (c *conn) notChat(what string) {
	c.shard.limitLog.Info("closed: not chat", c.from(), zap.String("looks like", what))
	c.close(notChatLine)
}

// peek sees whether an unfinished line goes on. If evio were let to read it would close the connection at the end of
// the input, and the line would be lost.
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
		c.source.unclean = true // nobody else will be told of the error
		c.read(socket.Once)     // evio meets the end now
	}
}
