package server

import (
	"net/netip"
	"strings"
	"testing"

	"go.uber.org/zap/zaptest/observer"
)

const (
	headerV1 = "PROXY TCP4 203.0.113.9 203.0.113.1 4711 8888\r\n"
	headerV2 = "\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c\xcb\x00\x71\x09\xcb\x00\x71\x01\x12\x67\x22\xb8"
	localV2  = "\r\n\r\n\x00\r\nQUIT\n\x20\x00\x00\x00"
)

// balanced takes connections from a load balancer on this machine.
func balanced(t testing.TB) func(*setup) {
	return func(o *setup) { o.Proxies = []netip.Prefix{prefix(t, "127.0.0.0/8")} }
}

func startBalanced(t testing.TB, choose ...func(*setup)) (s *testServer, log *observer.ObservedLogs) {
	t.Helper()
	choose = append([]func(*setup){balanced(t), func(o *setup) { log = observed(o) }}, choose...)
	return start(t, choose...), log
}

// throughBalancer connects as a load balancer does.
func (s *testServer) throughBalancer(header string) *user {
	s.t.Helper()
	u := s.dialAt("tcp", s.addr())
	u.send(header)
	return u
}

func TestAddressBehindABalancer(t *testing.T) {
	for _, c := range []struct{ what, header, from string }{
		{"version 1", headerV1, "203.0.113.9:4711"},
		{"version 1, IPv6", "PROXY TCP6 2001:db8::9 2001:db8::1 4711 8888\r\n", "[2001:db8::9]:4711"},
		{"version 1, IPv4 written as IPv6", "PROXY TCP6 ::ffff:203.0.113.9 ::ffff:203.0.113.1 4711 8888\r\n", "203.0.113.9:4711"},
		{"version 2", headerV2, "203.0.113.9:4711"},
		{"version 2 with more to say", headerV2[:15] + "\x13" + headerV2[16:] + "\x05\x00\x04abcd", "203.0.113.9:4711"},
	} {
		t.Run(c.what, func(t *testing.T) {
			s, log := startBalanced(t)
			u := s.throughBalancer(c.header)
			u.want("* hello ")
			u.enter("alice")
			logged(t, log, "connected", c.from)
		})
	}
}

// A balancer's health check is greeted, counted by no address, and not logged.
func TestHealthCheckOfABalancer(t *testing.T) {
	s, log := startBalanced(t, func(o *setup) { o.MaxPerAddress = 1 })
	for _, header := range []string{
		localV2,
		strings.Replace(headerV2, "\x21\x11", "\x20\x11", 1), // with an address that means nothing
		"PROXY UNKNOWN\r\n",
	} {
		u := s.throughBalancer(header)
		u.want("* hello ")
		s.waitFor(s.shards[0], "it is let in under its own address", func(c *conn) bool {
			return c.proxy == nil && c.remote().String() == u.LocalAddr().String() && c.chat.session.Trusted
		})
	}
	if n := log.FilterMessage("connected").Len(); n > 0 {
		t.Errorf("%d lines in the log", n)
	}
}

// The header may come in any pieces, also together with the first lines.
func TestProxyHeaderInPieces(t *testing.T) {
	s, _ := startBalanced(t)
	for _, header := range []string{headerV1, headerV2} {
		u := s.dialAt("tcp", s.addr())
		for _, b := range []byte(header[:len(header)-1]) {
			u.send(string([]byte{b}))
			s.onLoop(s.shards[0], func() {})
		}
		u.send(header[len(header)-1:] + "/ping one\n/pi")
		u.want("* hello ")
		u.want("+ ping: one")
		u.send("ng two")
		u.halfClose()
		u.want("+ ping: two")
		u.wantEnd()
	}
}

func TestBadProxyHeader(t *testing.T) {
	for _, c := range []struct{ what, header string }{
		{"none", "/login alice " + password + "\n"},
		{"a TLS hello", "\x16\x03\x01"},
		{"half a signature", "PROXIMITY"},
		{"not an address", "PROXY TCP4 somewhere 203.0.113.1 4711 8888\r\n"},
		{"no port", "PROXY TCP4 203.0.113.9 203.0.113.1 99999 8888\r\n"},
		{"too few words", "PROXY TCP4 203.0.113.9\r\n"},
		{"only LF", strings.Replace(headerV1, "\r", "", 1)},
		{"too long", "PROXY TCP4 " + strings.Repeat("1", 200)},
		{"version 2, too long", headerV2[:14] + "\xff\xff"},
		{"version 2, too short for its address", headerV2[:15] + "\x04abcd"},
		{"version 3", strings.Replace(headerV2, "\x21\x11", "\x31\x11", 1)},
		{"an unknown family", strings.Replace(headerV2, "\x21\x11", "\x21\x13", 1)},
	} {
		t.Run(c.what, func(t *testing.T) {
			s, log := startBalanced(t)
			u := s.throughBalancer(c.header)
			if lines := u.rest(); len(lines) > 0 {
				t.Errorf("it was told %q", lines)
			}
			logged(t, log, "closed: PROXY protocol", u.LocalAddr().String())
			eventually(t, "it is gone", func() bool { return s.Online() == 0 })
		})
	}
}

func TestProxyHeaderThatDoesNotCome(t *testing.T) {
	s, log := startBalanced(t)
	u := s.throughBalancer(headerV1[:20])
	sh := s.shards[0]
	s.waitFor(sh, "the header is begun", func(c *conn) bool { return c.proxy != nil && c.proxy.header.Len() == 20 })
	s.onLoop(sh, func() {
		if !sh.conns[0].timers.isArmed(timerLogin) {
			t.Error("it may take for ever")
		}
		sh.conns[0].expired(timerLogin)
	})
	u.rest()
	logged(t, log, "closed: PROXY protocol", "did not come in time")
}

// From elsewhere a header is an ordinary line, refused before login, and changes no address.
func TestProxyHeaderFromElsewhere(t *testing.T) {
	log := new(observer.ObservedLogs)
	s := start(t, func(o *setup) {
		o.Proxies = []netip.Prefix{prefix(t, "198.51.100.0/24")}
		log = observed(o)
	})
	u := s.dial()
	u.send(headerV1)
	u.want("- all login-required")
	logged(t, log, "connected", u.LocalAddr().String())
}

// The limits by address count the client, not the balancer.
func TestLimitsBehindABalancer(t *testing.T) {
	s, _ := startBalanced(t, func(o *setup) { o.MaxPerAddress = 1 })
	one := s.throughBalancer(headerV1)
	one.want("* hello ")
	same := s.throughBalancer(headerV1)
	same.want("! full: Your address")
	same.wantEnd()
	other := s.throughBalancer(strings.Replace(headerV1, ".9 ", ".10 ", 1))
	other.want("* hello ")
	for _, u := range []*user{one, same, other} {
		u.Close()
	}
	eventually(t, "all are gone", func() bool { return s.Online() == 0 })
	s.throughBalancer(headerV1).want("* hello ")
}

func TestStopBeforeTheProxyHeader(t *testing.T) {
	s, _ := startBalanced(t)
	u := s.throughBalancer(headerV1[:20])
	s.waitFor(s.shards[0], "the header is begun", func(c *conn) bool { return c.proxy != nil && c.proxy.header.Len() == 20 })
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		s.stop()
	}()
	u.want("! draining")
	u.Close()
	<-stopped
}

// A balancer may stand in front of the TLS port, too: its header comes before TLS.
func TestTLSBehindABalancer(t *testing.T) {
	s := startSecure(t, balanced(t))
	for _, header := range []string{headerV1, headerV2} {
		tcp := s.dialAt("tcp", s.secureAddr())
		tcp.send(header)
		u := s.secureUser(tcp.Conn)
		u.want("* hello ")
		u.enter("alice")
		logged(t, s.log, "connected", "203.0.113.9:4711")
	}
	none := s.dialAt("tcp", s.secureAddr())
	none.send("\x16\x03\x01\x00\x05hello")
	none.rest()
	logged(t, s.log, "closed: TLS", none.LocalAddr().String(), "PROXY header")
}
