package server

import (
	"time"

	"go.uber.org/zap"

	"parley/commands"
	"parley/protocol"
	"parley/server/internal/address"
	"parley/server/internal/admission"
	"parley/server/internal/evloop"
	"parley/server/internal/socket"
)

// newConn makes a connection of an accepted one.
func (s *shard) newConn(a evloop.Accepted) *conn {
	c := &conn{shard: s, leaving: s.draining}
	c.comesFrom(a.Remote)
	c.chat.conn = c
	c.timers = newTimers(&s.schedule, c)
	c.out = outbox{fd: a.FD, limit: s.config.Outbox, buffers: &s.buffers}
	c.source = ackSource{fd: a.FD, spare: -1, unix: c.local()}
	return c
}

// Opened is evloop.Handler's.
func (s *shard) Opened(a evloop.Accepted) (evloop.Conn, bool) {
	socket.TuneTCP(a.FD)
	c := s.newConn(a)
	s.add(c)
	c.onlyIRC = !a.Internal && a.Listener >= s.forIRC
	admitted := false
	if a.Internal || address.In(s.config.Proxies, a.Remote.Addr()) {
		admitted = s.await(c, a.Internal)
	} else {
		admitted = s.admit(c, false)
	}
	if !admitted {
		s.remove(c)
	}
	return c, admitted
}

// admit lets a connection whose address is known into the chat, or refuses it. False means that it must be closed at once. Balancer is
// true for a balancer's health check, which comes every few seconds and is not logged.
func (s *shard) admit(c *conn, balancer bool) bool {
	from := c.visitor.Address
	trusted := balancer || s.admission.Trusts(from)
	c.chat.session = commands.Session{Connection: &c.chat, Shard: s.place, Remote: from, Trusted: trusted}
	if c.onlyIRC {
		c.speakIRC()
	}
	c.visitor = admission.Visitor{Address: from, Trusted: trusted, Rated: c.out.tls != nil}
	verdict := s.admission.Enter(&c.visitor, time.Now())
	switch {
	case s.draining:
		if verdict == admission.Admitted { // otherwise it is counted already
			s.metrics.refusedDraining.Inc()
		}
		return s.refuse(c, "going down", drainingLine)
	case verdict != admission.Admitted:
		return s.refuse(c, verdict.String(), refusalLine[verdict])
	}
	c.admitted = true
	s.metrics.connections.Inc()
	if !balancer {
		s.log.Info("connected", c.from())
	}
	if !c.onlyIRC {
		c.append(s.chat.Greeting(nil))
		c.flush()
	}
	c.awaitLogin()
	return true
}

// loginAtOnce is how long somebody may take to log in while there is a lockdown, in milliseconds.
const loginAtOnce = 5_000

// awaitLogin gives the connection its time to log in.
func (c *conn) awaitLogin() {
	ms := c.shard.config.LoginTime.Milliseconds()
	if c.shard.chat.Lockdown() {
		ms = min(ms, loginAtOnce)
	}
	c.timers.after(timerLogin, ms)
}

// refuse sends a connection away with its closing words. If no descriptor is to spare, it does not wait until they are taken.
func (s *shard) refuse(c *conn, why string, line *protocol.Line) (keep bool) {
	s.limitLog.Info("refused", c.from(), zap.String("why", why))
	if s.admission.Crowded() {
		_, _ = c.out.send(c.closing(line))
		return false
	}
	c.close(line)
	return true
}
