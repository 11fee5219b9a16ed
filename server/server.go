// Package server knows sockets, and hands each request to commands.
//
// A shard is one event loop with its connections; nothing else touches them. Other goroutines leave work in the shard's
// mailbox and ring its bell. Reading is evio's, in internal/evloop; writing is ours, in outbox.go.
package server

import (
	"context"
	"crypto/tls"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"parley/commands"
	"parley/commands/ratelimit"
	"parley/protocol"
	"parley/server/internal/admission"
	"parley/server/internal/tlsfront"
	"parley/storage"
)

// Config is what an operator may choose about the network.
type Config struct {
	Listen         []string       // TCP addresses as net.Listen takes them, or unix:PATH
	TLS            TLS            // where it speaks TLS
	IRC            IRC            // where it speaks IRC from the beginning
	Proxies        []netip.Prefix // of balancers; a connection from there begins with a PROXY header
	Shards         int            // event loops
	MaxConnections int            // more are told full
	Descriptors    int            // for admitted connections, for refused ones, and a second one for each with unacknowledged messages
	MaxPerAddress  int            // for one address, or one /64 of IPv6
	ConnectRate    ratelimit.Rate // new connections for each address
	Trust          []netip.Prefix // not counted by address, as this machine is
	Input          int            // bytes of input that may wait for the lines before them
	Outbox         int            // bytes that may wait for a reader who does not keep up
	LoginTime      time.Duration  // to log in
	DrainTime      time.Duration  // over which Drain spreads the ends of the sessions
	StopTime       time.Duration  // for the connections to end in order when Stop is called
	Chat           commands.Config
	Log            *zap.Logger

	patience patience // zero: ordinaryPatience
}

// TLS is where the server speaks TLS, and with which certificate. Without an address there is no TLS.
type TLS struct {
	Listen []string                                             // TCP addresses as net.Listen takes them
	Cert   string                                               // file, PEM: the certificate and the intermediate ones
	Key    string                                               // file, PEM
	Get    func(*tls.ClientHelloInfo) (*tls.Certificate, error) // in place of both, if it is not nil: see tls.Config.GetCertificate
}

// IRC is where the server greets nobody and takes every client for one that speaks IRC. Elsewhere it knows these by their first line.
type IRC struct {
	Listen    []string // TCP addresses as net.Listen takes them, or unix:PATH
	ListenTLS []string // TCP addresses as net.Listen takes them, with the certificate of TLS
	Rooms     int      // of an account, as clients are told it
	Bans      int      // of a room, likewise
}

// TLSDescriptors is how many descriptors a server that speaks TLS needs besides those of Config.Descriptors.
const TLSDescriptors = 2 * tlsfront.Ways

// Server is a running server.
type Server struct {
	config    Config // as it was started with, but for DrainTime
	admission *admission.Admission
	front     *tlsfront.Front // nil without TLS
	shards    []*shard
	running   []*shard // those whose loop was started
	chat      *commands.Chat
	failed    chan struct{}
	draining  atomic.Bool

	failOnce sync.Once
}

// Start opens the ports and serves. The store is used until Stop, and not closed by it. An error is for the operator to read.
func Start(store storage.Store, config Config) (*Server, error) {
	if config.patience == (patience{}) {
		config.patience = ordinaryPatience
	}
	s := &Server{config: config, failed: make(chan struct{})}
	bans := commands.NewAddressBans()
	config.Chat.Bans = bans
	metrics := newMetrics(config.Chat.Metrics)
	s.admission = admission.New(admission.Config{
		Refused:        func(why admission.Verdict) { metrics.refused[why].Inc() },
		Banned:         func(from netip.Addr, now time.Time) bool { return bans.Find(from, now) != nil },
		MaxConnections: config.MaxConnections, Descriptors: config.Descriptors,
		MaxPerAddress: config.MaxPerAddress, ConnectRate: config.ConnectRate, Trust: config.Trust,
	})
	var err error
	if s.front, err = newFront(config, s.admission); err != nil {
		return nil, err
	}
	shards := make([]commands.Shard, config.Shards)
	for i := range shards {
		sh := newShard(config, s.admission, s.front, metrics, s.fail)
		sh.place = i
		s.shards = append(s.shards, sh)
		shards[i] = sh
	}
	if s.chat, err = commands.New(store, shards, config.Chat); err != nil {
		return nil, err
	}
	for _, sh := range s.shards {
		sh.chat = s.chat
	}
	s.show(config.Chat.Metrics)
	if err := s.listen(); err != nil {
		s.Stop(context.Background())
		return nil, err
	}
	return s, nil
}

// newFront makes the TLS front; nil when no TLS is wanted.
func newFront(config Config, a *admission.Admission) (*tlsfront.Front, error) {
	var ports []tlsfront.Port
	for _, a := range config.TLS.Listen {
		ports = append(ports, tlsfront.Port{Address: a, PlainText: protocol.Text.AppendLine(nil, tlsOnlyLine)})
	}
	for _, a := range config.IRC.ListenTLS {
		ports = append(ports, tlsfront.Port{Address: a, IRC: true, PlainText: protocol.IRC.AppendLine(nil, tlsOnlyLine)})
	}
	if len(ports) == 0 {
		return nil, nil
	}
	return tlsfront.New(tlsfront.Config{
		Ports: ports, Cert: config.TLS.Cert, Key: config.TLS.Key, Get: config.TLS.Get,
		Proxies: config.Proxies, Admission: a,
		Timeout: tlsfront.Timeout{
			Handshake: time.Duration(config.patience.handshake) * time.Millisecond,
			Loop:      headerTime,
			End:       time.Duration(config.patience.ended) * time.Millisecond,
		},
		Log: config.Log, LimitLog: commands.Sampled(config.Log),
	})
}

// Addrs are the addresses that it listens on, without those for TLS and for IRC.
func (s *Server) Addrs() []net.Addr { return s.shards[0].loop.Addrs()[:len(s.config.Listen)] }

// IRCAddrs are those for IRC.
func (s *Server) IRCAddrs() []net.Addr { return s.shards[0].loop.Addrs()[len(s.config.Listen):] }

// TLSAddrs are the addresses where it speaks TLS, without those for IRC.
func (s *Server) TLSAddrs() []net.Addr { return s.tlsAddrs(0, len(s.config.TLS.Listen)) }

// IRCTLSAddrs are those for IRC.
func (s *Server) IRCTLSAddrs() []net.Addr {
	from := len(s.config.TLS.Listen)
	return s.tlsAddrs(from, from+len(s.config.IRC.ListenTLS))
}

func (s *Server) tlsAddrs(from, to int) []net.Addr {
	addrs := s.front.Addrs()
	return addrs[min(from, len(addrs)):min(to, len(addrs))]
}

// Drain sends everybody away in order: there are no new connections, who has not logged in is told first, and the sessions are told evenly over
// the drain time, so that they come to other servers a few at a time. Running commands finish, and what waits is sent. It returns when
// nobody is left, when the time is over, or when ctx ends. Stop follows.
func (s *Server) Drain(ctx context.Context) {
	over := s.config.DrainTime
	ctx, cancel := context.WithTimeout(ctx, over)
	defer cancel()
	s.draining.Store(true)
	s.front.Shut()
	for _, sh := range s.running {
		sh.call(func() { sh.drain(over) })
	}
	for _, sh := range s.running {
		select {
		case <-sh.loop.Done():
		case <-ctx.Done():
			return
		}
	}
}

// Stop ends in order: no new connections, running commands finish, what waits is sent, everybody is told. When ctx ends
// or the stop time is over the rest is cut off. It may be called once.
func (s *Server) Stop(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, s.config.StopTime)
	defer cancel()
	s.draining.Store(true)
	s.front.Shut()
	for _, sh := range s.running {
		sh.call(func() { sh.drain(0) })
	}
	for _, sh := range s.running {
		select {
		case <-sh.loop.Done():
		case <-ctx.Done():
			sh.call(sh.cutOff)
			<-sh.loop.Done()
		}
	}
	for _, sh := range s.shards {
		sh.schedule.alarm.Stop()
	}
	s.front.Wait(ctx)
	s.chat.Stop()
}

// Failed is closed when the server has ended by itself; the log says why.
func (s *Server) Failed() <-chan struct{} { return s.failed }

func (s *Server) fail() { s.failOnce.Do(func() { close(s.failed) }) }

// Online is how many connections there are.
func (s *Server) Online() int {
	return s.admission.Open()
}
