package server

import (
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"

	"parley/server/internal/evloop"
)

// listen starts the loops. All of them share the TCP ports that the first one has opened; only the first one listens on unix sockets.
func (s *Server) listen() error {
	addresses := slices.Concat(s.config.Listen, s.config.IRC.Listen)
	forIRC := len(s.config.Listen) // the first of the addresses where IRC is spoken
	share := len(s.shards) > 1
	if err := probe(addresses, share); err != nil {
		return sentence(err)
	}
	// The TLS ports come first: a client that the loops have greeted can count on them.
	if err := s.front.Listen(); err != nil {
		return sentence(err)
	}
	var internal []string
	for i, sh := range s.shards {
		sh.forIRC = forIRC
		if err := sh.loop.Start(evloop.Config{Listen: addresses, ReusePort: share, Internal: s.front != nil}); err != nil {
			return sentence(err)
		}
		s.running = append(s.running, sh)
		internal = append(internal, sh.loop.Internal())
		if i == 0 {
			forIRC = len(ports(s.Addrs()))
			addresses = ports(sh.loop.Addrs())
		}
	}
	s.front.Open(internal)
	return nil
}

// probe checks that addresses are free, in the cases where nobody else does: any number of listeners may share a port, also two of the addresses, and
// evio removes any file, even a directory, that has the name of its unix socket. Where ports are shared it puts the IP address that package net takes
// in the place of a host, or of none: the package that evio uses for them knows only IPv4 as that of none.
func probe(addresses []string, share bool) error {
	for i, a := range addresses {
		if path, ok := strings.CutPrefix(a, "unix:"); ok {
			if slices.Contains(addresses[:i], a) {
				return fmt.Errorf("%s is named twice", a)
			}
			if err := probeSocket(path); err != nil {
				return err
			}
			continue
		}
		if !share {
			continue
		}
		l, err := net.Listen("tcp", a)
		if err != nil {
			return err
		}
		defer l.Close() // not before the others are open
		host, _, _ := net.SplitHostPort(l.Addr().String())
		_, port, _ := net.SplitHostPort(a)
		addresses[i] = net.JoinHostPort(host, port)
	}
	return nil
}

func probeSocket(path string) error {
	file, err := os.Lstat(path)
	if err != nil {
		return nil // it does not exist, or Listen will say what is wrong
	}
	if c, err := net.Dial("unix", path); err == nil {
		c.Close()
	} else if file.Mode()&os.ModeSocket != 0 {
		return nil // a socket that a dead server has left
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

// sentence says why a port can't be opened.
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
