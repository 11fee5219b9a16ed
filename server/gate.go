package server

import (
	"sync"

	"go.uber.org/zap"

	"parley/commands"
)

// gate decides who may come in. It is shared by all shards.
type gate struct {
	config Config

	mu    sync.Mutex // guards what follows; nothing is called under it
	count int
}

// refusal says why somebody may not come in.
type refusal struct {
	reason string // for the log
	line   []byte
}

// enter counts a connection in, or says why not. Who is refused is counted all the same, until leave.
func (g *gate) enter(c *conn) *refusal {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.count++
	if g.count > g.config.MaxConnections {
		return &refusal{"as many connections as there may be", fullLine}
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

func (g *gate) leave(*conn) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.count--
}

// opened makes a connection of an accepted descriptor. Admitted is false when it is to be closed at once.
func (s *shard) opened(fd int) (c *conn, admitted bool) {
	tuneTCP(fd)
	c = &conn{shard: s, fd: fd, remote: peerAddr(fd), timer: -1, member: -1}
	c.spareFD = -1
	c.session = commands.Session{Outlet: s, Peer: c, Remote: c.remote.Addr()}
	refused := s.gate.enter(c)
	s.add(c)
	if s.draining {
		refused = &refusal{"going down", drainingLine}
	}
	if refused != nil {
		s.log.Info("refused", zap.Stringer("from", c.remote), zap.String("why", refused.reason))
		if s.gate.crowded() {
			_, _ = send(fd, refused.line)
			s.remove(c)
			return nil, false
		}
		c.close(refused.line)
		return c, true
	}
	s.log.Info("connected", zap.Stringer("from", c.remote))
	c.append(s.chat.Greeting(nil))
	c.flush()
	c.after(timerLogin, s.config.LoginTime.Milliseconds())
	return c, true
}
