package server

import (
	"errors"
	"time"

	"go.uber.org/zap"

	"parley/commands"
	"parley/server/internal/admission"
	"parley/server/internal/proxyheader"
)

// headerTime is how long a PROXY header may take to come.
const headerTime = 5 * time.Second

var (
	errHeaderLate = errors.New("its PROXY header did not come in time")
	errNoClient   = errors.New("the client has left the TLS front")
)

// proxyWait is what a PROXY connection has before it is admitted: the header that says whose it is.
type proxyWait struct {
	header proxyheader.Reader
	tls    bool // it is the TLS front that will send it
}

// await keeps a connection out of the chat until its PROXY header has come. It is counted, but by no address yet. False means that it must
// be closed at once.
func (s *shard) await(c *conn, tls bool) bool {
	c.proxy = &proxyWait{tls: tls}
	c.chat.session = commands.Session{Connection: &c.chat, Shard: s.place, Trusted: true}
	s.admission.Await()
	if s.admission.Crowded() {
		s.metrics.refused[admission.Full].Inc()
		s.limitLog.Info("refused", c.from(), zap.String("why", "no descriptor to spare"))
		return false
	}
	c.timers.after(timerLogin, headerTime.Milliseconds())
	return true
}

// header takes input for the PROXY header, and admits the connection when the header is whole. It returns the input after the header,
// which is the client's own.
func (c *conn) header(in []byte) []byte {
	header, rest, ok, err := c.proxy.header.Take(in)
	if err != nil {
		c.refuseHeader(err)
		return nil
	}
	if !ok {
		return nil
	}
	if c.proxy.tls {
		if err := c.claim(header); err != nil {
			c.refuseHeader(err)
			return nil
		}
	}
	c.proxy = nil
	c.timers.stop(timerLogin)
	c.shard.admission.Leave(&c.visitor)
	from, known := header.Source()
	if known {
		c.comesFrom(from)
		c.source.unix = false
	}
	if !c.shard.admit(c, !known) {
		c.hangUp()
	}
	return rest
}

// refuseHeader closes a connection without a word, since it is not known who is at the other end.
func (c *conn) refuseHeader(why error) {
	c.shard.metrics.refusedProxy.Inc()
	c.shard.limitLog.Info("closed: PROXY protocol", c.from(), zap.String("why", why.Error()))
	c.hangUp()
}
