package server

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"parley/internal/testca"
	"parley/storage"
)

// port of an address that a server listens on.
func port(t *testing.T, a net.Addr) string {
	t.Helper()
	_, p, err := net.SplitHostPort(a.String())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestListen(t *testing.T) {
	for _, shards := range []int{1, 2} {
		for _, c := range []struct {
			what   string
			listen []string
			dial   []string // PORT stands for the port of the address in the same place
		}{
			{"every interface, both families", []string{":0"}, []string{"127.0.0.1:PORT", "[::1]:PORT"}},
			{"IPv4 alone", []string{"127.0.0.1:0"}, []string{"127.0.0.1:PORT"}},
			{"IPv6 alone", []string{"[::1]:0"}, []string{"[::1]:PORT"}},
			{"several", []string{"127.0.0.1:0", "[::1]:0", "127.0.0.1:0"}, nil},
		} {
			t.Run(c.what, func(t *testing.T) {
				s := start(t, func(o *setup) { o.Shards, o.Listen = shards, c.listen })
				dial := c.dial
				for _, a := range s.Addrs() {
					if c.dial == nil {
						dial = append(dial, a.String())
					}
				}
				for _, d := range dial {
					// Often enough that the kernel uses every loop.
					for range 8 {
						u := s.dialAt("tcp", strings.Replace(d, "PORT", port(t, s.Addrs()[0]), 1))
						u.want("* hello ")
					}
				}
			})
		}
	}
}

func TestListenOnUnixSocket(t *testing.T) {
	for _, shards := range []int{1, 2} {
		path := filepath.Join(shortDir(t), "chat.sock")
		s := start(t, func(o *setup) { o.Shards, o.Listen = shards, []string{"127.0.0.1:0", "unix:" + path} })
		for range 4 {
			u := s.dialAt("unix", path)
			u.want("* hello ")
			if got := u.ask("/ping x"); got != "+ ping: x" {
				t.Error(got)
			}
		}
		s.dial()
	}
}

// A name that is taken gives one sentence, and what has it is left alone.
func TestListenRefused(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	free := freeAddress(t)
	dir := shortDir(t)
	socket := filepath.Join(dir, "taken.sock")
	other, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, shards := range []int{1, 2} {
		for _, c := range []struct{ listen, sentence string }{
			{taken.Addr().String(), "can't listen on " + taken.Addr().String() + ": address already in use"},
			{free, "can't listen on " + free + ": address already in use"}, // it is named twice
			{"127.0.0.1:99999", "can't listen: "},
			{"unix:" + socket, "can't listen: " + socket + " is there already"},
			{"unix:" + file, "can't listen: " + file + " is there already"},
			{"unix:" + dir, "can't listen: " + dir + " is there already"},
			{"unix:" + dir + "/no/such", "can't listen on "},
		} {
			before := countResources()
			config := testConfig(t)
			config.Log = zap.NewNop()
			config.Shards, config.Listen = shards, []string{"127.0.0.1:0", free, c.listen}
			s, err := Start(noStore{}, config)
			if err == nil {
				t.Errorf("%s was taken again", c.listen)
				s.Stop(t.Context())
				continue
			}
			if !strings.HasPrefix(err.Error(), c.sentence) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s: %q, want %q", c.listen, err, c.sentence)
			}
			before.check(t)
		}
	}
	twice := filepath.Join(dir, "twice.sock")
	config := testConfig(t)
	config.Log, config.Listen = zap.NewNop(), []string{"unix:" + twice, "unix:" + twice}
	if _, err := Start(noStore{}, config); err == nil || err.Error() != "can't listen: unix:"+twice+" is named twice" {
		t.Errorf("one socket named twice: %v", err)
	}
	for _, path := range []string{socket, file, dir} {
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
	}
}

// freeAddress is one that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// Loops that share a port listen where package net would: on every interface that is IPv6 and IPv4, if the machine has both.
func TestProbeNamesTheAddress(t *testing.T) {
	l, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	host, _, _ := net.SplitHostPort(l.Addr().String())
	addresses := []string{":0", "localhost:0", "127.0.0.1:0"}
	if err := probe(addresses, true); err != nil {
		t.Fatal(err)
	}
	want := net.JoinHostPort(host, "0")
	if local, _, _ := net.SplitHostPort(addresses[1]); addresses[0] != want || net.ParseIP(local) == nil || addresses[2] != "127.0.0.1:0" {
		t.Errorf("%q, want %s first", addresses, want)
	}
}

// noStore is for a server that never uses its store, but for what it reads when it starts.
type noStore struct{ storage.Store }

func (noStore) Rung() <-chan struct{} { return nil }

func (noStore) Lockdown(context.Context) (bool, error) { return false, nil }

func (noStore) Sanctions(context.Context, storage.ID) ([]storage.Sanction, error) { return nil, nil }

func (noStore) Guests(context.Context) ([]storage.ID, error) { return nil, nil }

// A server starts although a killed one has left its socket behind.
func TestListenOnAnOldSocket(t *testing.T) {
	path := filepath.Join(shortDir(t), "chat.sock")
	old, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	old.(*net.UnixListener).SetUnlinkOnClose(false)
	old.Close()
	s := start(t, func(o *setup) { o.Listen = []string{"unix:" + path} })
	u := s.dialAt("unix", path)
	u.want("* hello ")
}

// Connections that are reset before they are accepted harm nobody.
func TestAcceptGoesOn(t *testing.T) {
	s := start(t)
	u := s.join("alice")
	for range 300 {
		c, err := net.Dial("tcp", s.addr())
		if err != nil {
			t.Fatal(err)
		}
		c.(*net.TCPConn).SetLinger(0)
		c.Close()
	}
	s.join("bob")
	if got := u.ask("/who"); got != "+ who 2" {
		t.Error(got)
	}
}

// A client that the loops let in can count on the TLS ports, so those are opened first: where one is taken, no other address was ever open.
func TestTLSPortsAreOpenedFirst(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	dir := shortDir(t)
	old := time.Unix(1_000_000_000, 0)
	if err := os.Chtimes(dir, old, old); err != nil { // opening a unix socket changes the time of its directory
		t.Fatal(err)
	}
	before := countResources()
	config := testConfig(t)
	config.Log = zap.NewNop()
	config.Listen = []string{"unix:" + filepath.Join(dir, "chat.sock")}
	cert, key := testca.New(t).Issue("chat.test")
	config.TLS = TLS{Listen: []string{"127.0.0.1:0", taken.Addr().String()}, Cert: cert, Key: key}
	s, err := Start(noStore{}, config)
	if err == nil {
		s.Stop(t.Context())
		t.Fatal("a port was taken again")
	}
	if want := "can't listen on " + taken.Addr().String() + ": address already in use"; err.Error() != want {
		t.Errorf("%q, want %q", err, want)
	}
	if info, err := os.Stat(dir); err != nil || !info.ModTime().Equal(old) {
		t.Errorf("the unix socket was opened before the TLS ports: %v", err)
	}
	before.check(t)
}
