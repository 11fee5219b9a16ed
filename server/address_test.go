package server

import (
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

// A client that resets before the accept still has an address, and is not taken for this machine.
func TestAddressAfterAReset(t *testing.T) {
	log := new(observer.ObservedLogs)
	s := start(t, func(o *setup) { log = observed(o) })
	busy := make(chan struct{})
	s.shards[0].call(func() { <-busy })
	u := s.dialAt("tcp", s.addr())
	u.reset()
	close(busy)
	logged(t, log, "connected", u.LocalAddr().String())
}
