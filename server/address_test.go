package server

import (
	"net"
	"net/netip"
	"testing"

	"go.uber.org/zap/zaptest/observer"
)

func prefix(t testing.TB, s string) netip.Prefix {
	t.Helper()
	p, err := netip.ParsePrefix(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Who resets before the accept still has an address, and is not taken for this machine.
func TestAddressOfOneWhoHasResetAlready(t *testing.T) {
	log := new(observer.ObservedLogs)
	s := start(t, func(o *setup) { log = observed(o) })
	busy := make(chan struct{})
	s.shards[0].do(nil, func() { <-busy })
	u := s.dialAt("tcp", s.addr())
	u.reset()
	close(busy)
	logged(t, log, "connected", u.LocalAddr().String())
}

func TestPlainAddr(t *testing.T) {
	for _, c := range []struct {
		from net.Addr
		want string
	}{
		{&net.TCPAddr{IP: net.IPv4(203, 0, 113, 9), Port: 1}, "203.0.113.9:1"},
		{&net.TCPAddr{IP: net.ParseIP("::ffff:203.0.113.9"), Port: 1}, "203.0.113.9:1"},
		{&net.TCPAddr{IP: net.ParseIP("fe80::1"), Zone: "eth0", Port: 1}, "[fe80::1]:1"},
		{&net.UnixAddr{Name: "/x"}, netip.AddrPort{}.String()},
	} {
		if got := plainAddr(c.from).String(); got != c.want {
			t.Errorf("%v: got %s, want %s", c.from, got, c.want)
		}
	}
}
