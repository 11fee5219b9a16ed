package server

import (
	"errors"
	"time"

	"go.uber.org/zap"

	"parley/commands"
)

// headerTime is how long a PROXY header may take to come.
const headerTime = 5 * time.Second

// awaited is what a connection waits for before it is let in: the PROXY header that says whose it is.
type awaited struct {
	proxyHeader
	viaDoor bool // it is the front door that will send it
}

// await keeps a connection outside until its PROXY header has come. It is counted, but by no address yet. False means that
// it is to be closed at once.
func (s *shard) await(c *conn, viaDoor bool) bool {
	c.awaited = &awaited{viaDoor: viaDoor}
	c.session = commands.Session{Outlet: s, Peer: c, Trusted: true}
	s.gate.enter(c)
	if s.gate.crowded() {
		s.limitLog.Info("refused", c.from(), zap.String("why", "no descriptor to spare"))
		return false
	}
	c.after(timerLogin, headerTime.Milliseconds())
	return true
}

// header takes input for the PROXY header, and lets the connection in when that is whole. It returns what the client
// itself has sent.
func (c *conn) header(in []byte) []byte {
	whole, rest, err := c.awaited.take(in)
	if err != nil {
		c.refuseHeader(err)
		return nil
	}
	if whole == nil {
		return nil
	}
	if c.awaited.viaDoor {
		if c.receipt = c.shard.door.claim(whole); c.receipt == nil {
			c.refuseHeader(errors.New("the client has left the front door"))
			return nil
		}
	}
	c.awaited = nil
	c.set(timerLogin, 0)
	c.shard.gate.leave(c)
	from, ok := sourceIn(whole)
	if ok {
		c.remote = from
	}
	if !c.shard.admit(c, !ok) {
		c.hangUp()
	}
	return rest
}

// refuseHeader closes a connection without a word: nobody knows whom it would reach.
func (c *conn) refuseHeader(why error) {
	c.shard.limitLog.Info("closed: PROXY protocol", c.from(), zap.String("why", why.Error()))
	c.hangUp()
}

var errHeaderLate = errors.New("its PROXY header did not come in time")
