package server

import (
	"net/netip"
	"sync"
	"time"

	"go.uber.org/zap"
	"golang.org/x/sys/unix"

	"parley/commands"
	"parley/commands/ratelimit"
)

// gate decides who may come in. It is shared by all shards.
type gate struct {
	config Config
	rate   *ratelimit.Meter // new connections of each source

	mu      sync.Mutex           // guards what follows; nothing is called under it
	count   int                  // those being sent away, too
	inside  int                  // without them: a crowd that is refused keeps nobody out
	sources map[netip.Prefix]int // of those inside, for each source that is counted
}

func newGate(config Config) *gate {
	return &gate{config: config, rate: ratelimit.NewMeter(config.ConnectRate), sources: map[netip.Prefix]int{}}
}

// trusts reports whether an address is not counted: this machine, a unix socket, or a network that the operator trusts.
func (g *gate) trusts(a netip.Addr) bool {
	return !a.IsValid() || a.IsLoopback() || contains(g.config.Trust, a)
}

// refusal says why somebody may not come in.
type refusal struct {
	reason string // for the log
	line   []byte
}

// enter counts a connection, and lets it in or says why not. It is counted until leave, either way.
func (g *gate) enter(c *conn) *refusal {
	source := ratelimit.AddressKey(c.remote.Addr())
	often := !c.session.Trusted && g.rate.Take(source, time.Now()) > 0
	g.mu.Lock()
	defer g.mu.Unlock()
	g.count++
	switch {
	case g.inside >= g.config.MaxConnections:
		return &refusal{"as many connections as there may be", fullLine}
	case !c.session.Trusted && g.sources[source] >= g.config.MaxPerAddress:
		return &refusal{"as many connections as an address may have", fullAddressLine}
	case often:
		return &refusal{"too many new connections of this address", floodLine}
	}
	c.inside = true
	g.inside++
	if !c.session.Trusted {
		g.sources[source]++
	}
	return nil
}

// crowded reports whether there is no descriptor to spare for one who is being sent away. Half of what is left when all
// places are taken is for them, half for spares.
func (g *gate) crowded() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.count > (g.config.MaxConnections+g.config.Descriptors)/2
}

// connections is how many descriptors connections have.
func (g *gate) connections() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.count
}

// leave counts a connection out.
func (g *gate) leave(c *conn) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.count--
	if !c.inside {
		return
	}
	c.inside = false
	g.inside--
	if c.session.Trusted {
		return
	}
	source := ratelimit.AddressKey(c.remote.Addr())
	if g.sources[source]--; g.sources[source] <= 0 {
		delete(g.sources, source)
	}
}

// opened makes a connection of an accepted descriptor. Admitted is false when it is to be closed at once. Remote is zero for a
// unix socket.
func (s *shard) opened(fd int, remote netip.AddrPort, viaDoor bool) (c *conn, admitted bool) {
	unix.CloseOnExec(fd) // evio does not; in a child it would stay open, and the loop hear of it for ever
	tuneTCP(fd)
	c = &conn{shard: s, fd: fd, remote: remote, timer: -1, member: -1}
	c.spareFD = -1
	s.add(c)
	if viaDoor || contains(s.config.Proxies, remote.Addr()) {
		admitted = s.await(c, viaDoor)
	} else {
		admitted = s.admit(c, false)
	}
	if !admitted {
		s.remove(c)
	}
	return c, admitted
}

// admit lets a connection in whose address is known, or sends it away. False means that it is to be closed at once. A balancer
// may come for itself, every few seconds, to see whether we live.
func (s *shard) admit(c *conn, balancer bool) bool {
	c.session = commands.Session{Outlet: s, Peer: c, Remote: c.remote.Addr(), Trusted: balancer || s.gate.trusts(c.remote.Addr())}
	refused := s.gate.enter(c)
	if s.draining {
		refused = &refusal{"going down", drainingLine}
	}
	if refused != nil {
		s.limitLog.Info("refused", c.from(), zap.String("why", refused.reason))
		if s.gate.crowded() {
			_, _ = send(c.fd, refused.line)
			return false
		}
		c.close(refused.line)
		return true
	}
	if !balancer {
		s.log.Info("connected", c.from())
	}
	c.append(s.chat.Greeting(nil))
	c.flush()
	c.after(timerLogin, s.config.LoginTime.Milliseconds())
	return true
}
