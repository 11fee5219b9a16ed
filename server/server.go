// Package server knows sockets, and hands each line to commands.
//
// A shard is one event loop with its connections; nothing else touches them. Other goroutines leave work in the shard's
// mailbox and ring its bell. Reading is evio's, behind loop.go; writing is ours, behind outbox.go.
package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"

	"parley/commands"
	"parley/commands/ratelimit"
	"parley/storage"
)

// Config is what an operator may choose about the network.
type Config struct {
	Listen         []string       // TCP addresses as net.Listen takes them, or unix:PATH
	TLS            TLS            // the front door
	Proxies        []netip.Prefix // of balancers; a connection from there begins with a PROXY header
	Shards         int            // event loops
	MaxConnections int            // more are told full
	Descriptors    int            // for the connections, those being sent away, and what proofs take (see spares)
	MaxPerAddress  int            // for one address, or one /64 of IPv6
	ConnectRate    ratelimit.Rate // new connections for each address
	Trust          []netip.Prefix // not counted by address, as this machine is
	Input          int            // bytes of input that may wait for the lines before them
	Outbox         int            // bytes that may wait for a reader who does not keep up
	LoginTime      time.Duration  // to log in
	DrainTime      time.Duration  // for the connections to end when the server does
	Chat           commands.Config
	Log            *zap.Logger

	patience patience // the ordinary one if there is none
}

// Server is a running server.
type Server struct {
	config Config
	shards []*shard
	loops  []*loop
	door   *door // nil without TLS
	chat   *commands.Chat
	failed chan struct{}

	failOnce sync.Once
}

// Start opens the ports and serves. The store is used until Stop, and not closed by it.
func Start(store storage.Store, config Config) (*Server, error) {
	if config.patience == (patience{}) {
		config.patience = ordinaryPatience
	}
	s := &Server{config: config, failed: make(chan struct{})}
	g := newGate(config)
	spare := &spares{gate: g}
	var err error
	if s.door, err = newDoor(config, g); err != nil {
		return nil, err
	}
	outlets := make([]commands.Outlet, config.Shards)
	for i := range outlets {
		sh := newShard(config, g, spare)
		sh.door = s.door
		s.shards = append(s.shards, sh)
		outlets[i] = sh
	}
	if s.chat, err = commands.New(store, outlets, config.Chat); err != nil {
		return nil, err
	}
	for _, sh := range s.shards {
		sh.chat = s.chat
	}
	if err := s.listen(); err != nil {
		s.Stop(context.Background())
		return nil, err
	}
	return s, nil
}

func newShard(config Config, g *gate, spare *spares) *shard {
	s := &shard{config: config, log: config.Log, limitLog: commands.Sampled(config.Log), gate: g, spares: spare, start: time.Now(), epoll: -1, done: make(chan struct{})}
	s.mail, s.spare = &commands.Mail{}, &commands.Mail{}
	s.bell = -1
	s.alarm = time.AfterFunc(time.Hour, s.ring)
	return s
}

// listen starts the loops. Several share the TCP ports that the first one has got; a unix socket is the first one's alone.
func (s *Server) listen() error {
	addresses := s.config.Listen
	share := len(s.shards) > 1
	for _, a := range addresses {
		if err := probe(a, share); err != nil {
			return sentence(err)
		}
	}
	for i, sh := range s.shards {
		l := &loop{shard: sh, ready: make(chan error, 1), failed: s.fail}
		go l.serve(addresses, share)
		if err := <-l.ready; err != nil {
			return sentence(err)
		}
		s.loops = append(s.loops, l)
		if i == 0 {
			addresses = ports(l.addrs)
		}
	}
	return s.door.open(s.loops)
}

// probe sees that an address is free where nobody else would: the kernel lets any number share a port, and evio removes
// whatever has the name of its unix socket, be it a directory.
func probe(address string, share bool) error {
	path, ok := strings.CutPrefix(address, "unix:")
	if !ok && !share {
		return nil
	}
	if !ok {
		l, err := net.Listen("tcp", address)
		if err == nil {
			l.Close()
		}
		return err
	}
	file, err := os.Lstat(path)
	if err != nil {
		return nil // it is not there, or Listen says why
	}
	if c, err := net.Dial("unix", path); err == nil {
		c.Close()
	} else if file.Mode()&os.ModeSocket != 0 {
		return nil // somebody left it behind
	}
	return fmt.Errorf("%s is there already", path)
}

// ports are the TCP addresses among those of a loop, as net.Listen takes them.
func ports(addrs []net.Addr) (list []string) {
	for _, a := range addrs {
		if a.Network() == "tcp" {
			list = append(list, a.String())
		}
	}
	return list
}

// sentence says why a port can't be had.
func sentence(err error) error {
	var op *net.OpError
	if !errors.As(err, &op) || op.Addr == nil {
		return fmt.Errorf("can't listen: %w", err)
	}
	why := op.Err
	if call := new(os.SyscallError); errors.As(op.Err, &call) {
		why = call.Err
	}
	return fmt.Errorf("can't listen on %s: %w", op.Addr, why)
}

// Addrs are the addresses that it listens on.
func (s *Server) Addrs() []net.Addr { return s.loops[0].addrs }

// TLSAddrs are the addresses where it speaks TLS.
func (s *Server) TLSAddrs() []net.Addr { return s.door.addrs() }

// Stop ends in order: no new connections, running commands finish, what waits is sent, everybody is told. When ctx ends
// or the drain time is over the rest is cut off. It may be called once.
func (s *Server) Stop(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, s.config.DrainTime)
	defer cancel()
	s.door.shut()
	for _, l := range s.loops {
		l.do(nil, l.drain)
	}
	for _, l := range s.loops {
		select {
		case <-l.done:
		case <-ctx.Done():
			l.do(nil, l.cutOff)
			<-l.done
		}
	}
	s.door.wait(ctx)
	s.chat.Stop()
}

// Failed is closed when the server has ended by itself; the log says why.
func (s *Server) Failed() <-chan struct{} { return s.failed }

func (s *Server) fail() { s.failOnce.Do(func() { close(s.failed) }) }

// Online is how many connections there are.
func (s *Server) Online() int {
	return s.shards[0].gate.connections()
}
