package server

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"parley/commands/ratelimit"
)

// visit is a connection as the gate sees one; an empty address is a unix socket.
func (g *gate) visit(t *testing.T, address string) *conn {
	t.Helper()
	c := &conn{}
	if address != "" {
		c.remote = netip.AddrPortFrom(netip.MustParseAddr(address), 12345)
	}
	c.session.Trusted = g.trusts(c.remote.Addr())
	return c
}

// enters lets somebody in, or reports the line they are sent away with.
func (g *gate) enters(t *testing.T, address string) (c *conn, line string) {
	t.Helper()
	c = g.visit(t, address)
	if refused := g.enter(c); refused != nil {
		return c, string(refused.line)
	}
	return c, ""
}

func testGate(choose ...func(*Config)) *gate {
	config := Config{MaxConnections: 1000, Descriptors: 1200, MaxPerAddress: 16, ConnectRate: ratelimit.Rate{Off: true}}
	for _, f := range choose {
		f(&config)
	}
	return newGate(config)
}

func TestTrusts(t *testing.T) {
	g := testGate(func(c *Config) {
		c.Trust = []netip.Prefix{prefix(t, "10.1.0.0/16"), prefix(t, "2001:db8:5::/48")}
	})
	for address, want := range map[string]bool{
		"":                 true, // a unix socket
		"127.0.0.1":        true,
		"127.200.3.4":      true,
		"::1":              true,
		"10.1.255.1":       true,
		"10.2.0.1":         false,
		"2001:db8:5:9::1":  true,
		"2001:db8:6::1":    false,
		"192.168.0.1":      false,
		"169.254.0.1":      false,
		"0.0.0.0":          false,
		"fe80::1":          false,
		"::ffff:127.0.0.2": true,
	} {
		if got := g.visit(t, address).session.Trusted; got != want {
			t.Errorf("%q is trusted: %v", address, got)
		}
	}
}

// TestConnectionsOfAnAddress: the limit counts IPv4 addresses and the /64 of IPv6, and a place that is left is free.
func TestConnectionsOfAnAddress(t *testing.T) {
	for _, c := range []struct {
		first, second string
		one           bool // they are one address
	}{
		{"192.0.2.1", "192.0.2.1", true},
		{"192.0.2.1", "::ffff:192.0.2.1", true},
		{"192.0.2.1", "192.0.2.2", false},
		{"2001:db8::1", "2001:db8::ffff:1", true},
		{"2001:db8::1", "2001:db8:0:1::1", false},
	} {
		g := testGate()
		var first *conn
		for range 16 {
			var line string
			if first, line = g.enters(t, c.first); line != "" {
				t.Fatalf("%s is told %q", c.first, line)
			}
		}
		second, line := g.enters(t, c.second)
		if full := line == string(fullAddressLine); full != c.one || !full && line != "" {
			t.Errorf("after 16 of %s, %s is told %q", c.first, c.second, line)
		}
		g.leave(second)
		g.leave(first)
		if _, line := g.enters(t, c.first); line != "" {
			t.Errorf("when there is a place again %s is told %q", c.first, line)
		}
	}
}

// TestTrustedAreNotCountedByAddress, but in all.
func TestTrustedAreNotCountedByAddress(t *testing.T) {
	g := testGate(func(c *Config) {
		c.MaxPerAddress, c.ConnectRate, c.Trust = 1, ratelimit.Per(1, time.Minute), []netip.Prefix{prefix(t, "10.1.0.0/16")}
	})
	for i := range 1000 {
		address := []string{"127.0.0.1", "::1", "10.1.2.3", ""}[i%4]
		if _, line := g.enters(t, address); line != "" {
			t.Fatalf("number %d, from %q, is told %q", i, address, line)
		}
	}
	if _, line := g.enters(t, "127.0.0.1"); line != string(fullLine) {
		t.Errorf("one more than there is room for is told %q", line)
	}
	if n := len(g.sources); n != 0 {
		t.Errorf("%d sources are remembered", n)
	}
}

func TestConnectRate(t *testing.T) {
	g := testGate(func(c *Config) { c.ConnectRate = ratelimit.Per(30, time.Minute) })
	storm := func(address string) (let int) {
		for range 60 {
			c, line := g.enters(t, address)
			switch line {
			case "":
				let++
			case string(floodLine):
			default:
				t.Fatalf("%s is told %q", address, line)
			}
			g.leave(c)
		}
		return let
	}
	for _, address := range []string{"192.0.2.1", "192.0.2.2", "2001:db8::1"} {
		if let := storm(address); let < 30 || let > 32 { // a slow machine earns one or two meanwhile
			t.Errorf("%s was let in %d times of 60, want 30", address, let)
		}
	}
	if let := storm("2001:db8::2"); let > 2 {
		t.Errorf("a second address of one /64 was let in %d times", let)
	}
	if len(g.sources) != 0 || g.connections() != 0 {
		t.Errorf("all have left, and %d are counted, of %d sources", g.connections(), len(g.sources))
	}
}

// TestManySources: addresses that are gone leave nothing behind but what the rate remembers of the last minute.
func TestManySources(t *testing.T) {
	g := testGate()
	for i := range 10_000 {
		c, line := g.enters(t, fmt.Sprintf("2001:db8:0:%x::1", i))
		if line != "" {
			t.Fatalf("number %d is told %q", i, line)
		}
		g.leave(c)
	}
	if len(g.sources) != 0 {
		t.Errorf("%d sources are remembered", len(g.sources))
	}
}

// TestCrowded: half of what is left when all places are taken is for those who are sent away.
func TestCrowded(t *testing.T) {
	g := testGate(func(c *Config) { c.MaxConnections, c.Descriptors = 10, 20 })
	for n := 1; n <= 20; n++ {
		_, line := g.enters(t, "127.0.0.1")
		if (line != "") != (n > 10) {
			t.Errorf("number %d is told %q", n, line)
		}
		if got := g.crowded(); got != (n > 15) {
			t.Errorf("with %d it is crowded: %v", n, got)
		}
	}
}
