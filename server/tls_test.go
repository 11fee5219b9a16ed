package server

import (
	"crypto/tls"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"testing"
	"time"

	"parley/commands/ratelimit"
	"parley/server/internal/admission"
)

func TestChatOverTLS(t *testing.T) {
	for _, shards := range []int{1, 2} {
		t.Run(fmt.Sprint(shards, " shards"), func(t *testing.T) {
			s := startSecure(t, func(o *setup) { o.Shards = shards })
			a, b, plain := s.joinSecure("alice"), s.joinSecure("bob"), s.join("carol")
			a.say("/msg bob hi", "good morning")
			a.want("+ msg bob 5 sent=1")
			a.want("+ all 6")
			b.want("* msg alice 5: hi")
			b.want("* all alice: good morning")
			plain.want("* all alice: good morning")
			logged(t, s.log, "connected", a.LocalAddr().String())
			a.say("/quit")
			a.want("+ quit")
			a.want("! bye")
			a.wantEnd()
		})
	}
}

// What is longer than any buffer on the way arrives whole, both ways.
func TestMuchOverTLS(t *testing.T) {
	s := startSecure(t)
	reader, writer := s.joinSecure("reader"), s.joinSecure("writer")
	read := make(chan struct{})
	go func() {
		defer close(read)
		reader.wantFlood("writer", floodLines)
	}()
	writer.flood(floodLines)
	<-read
}

// Every line is answered before the end of the input is looked at, with TLS's own word for the end and without.
func TestHalfCloseOverTLS(t *testing.T) {
	for _, c := range []struct {
		end  string
		send func(*user)
	}{
		{"close_notify", func(u *user) { u.halfClose() }},
		{"only a FIN", func(u *user) {
			if err := u.socket().CloseWrite(); err != nil {
				u.t.Fatal(err)
			}
		}},
	} {
		t.Run(c.end, func(t *testing.T) {
			s := startSecure(t)
			u := s.joinSecure("alice")
			commits, slow := s.store.holdCommits(), s.store.holdSlow()
			u.send("/all one\n/history slow\n/all two\n/ping last")
			c.send(u)
			s.waitFor(s.shards[0], "a message is outstanding", func(c *conn) bool { return c.chat.outstanding > 0 && c.chat.held != nil })
			commits()
			u.want("+ all ")
			s.waitWorking(s.shards[0])
			slow()
			u.want("- history no-such-user")
			u.want("+ all ")
			u.want("+ ping: last")
			u.wantEnd()
			eventually(t, "the connection is gone", func() bool { return s.Online() == 0 })
		})
	}
}

// A TLS client who does not read is cut off after a whole line and told so.
func TestTooSlowOverTLS(t *testing.T) {
	s := startSecure(t, func(o *setup) { o.Outbox = 32 << 10 })
	reader, writer := s.joinSecure("reader"), s.join("writer")
	c := s.conn("reader")
	for going := true; going; s.onLoop(c.shard, func() { going = c.state == open }) {
		for range 20 {
			writer.ask("/all " + stuffing)
		}
	}
	lines := reader.rest()
	if last := lines[len(lines)-1]; !strings.HasPrefix(last, "! slow-reader: ") {
		t.Fatalf("the last line is %q", last)
	}
	for _, line := range lines[:len(lines)-1] {
		if line != "* all writer: "+stuffing {
			t.Fatalf("a broken line: %q", line)
		}
	}
}

// A client that takes nothing at all is cut off, by the loop and by the TLS front.
func TestNothingReadOverTLS(t *testing.T) {
	s := startSecure(t, func(o *setup) {
		o.Outbox = 32 << 10
		o.patience = patience{slow: 50, closingWords: 50, close: 50, ended: 50, handshake: 1 << 30}
	})
	s.joinSecure("reader")
	writer := s.join("writer")
	for s.Online() > 1 {
		writer.ask("/all " + stuffing)
	}
	eventually(t, "the front has let go", func() bool { return s.front.Clients() == 0 })
}

func TestTLSPortRefuses(t *testing.T) {
	s := startSecure(t)
	t.Run("plain text", func(t *testing.T) {
		u := s.dialAt("tcp", s.secureAddr())
		u.say("/login alice " + password)
		u.want("! not-chat: This port speaks TLS")
		u.wantEnd()
		u.Close()
		logged(t, s.log, "closed: TLS", u.LocalAddr().String(), "does not speak TLS")
	})
	t.Run("TLS 1.1", func(t *testing.T) {
		old := s.trust()
		old.MinVersion, old.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
		u := s.dialAt("tcp", s.secureAddr())
		if err := tls.Client(u.Conn, old).Handshake(); err == nil || !strings.Contains(err.Error(), "protocol version") {
			t.Errorf("got %v", err)
		}
		logged(t, s.log, "closed: TLS", u.LocalAddr().String(), "versions")
	})
	t.Run("a client who leaves at once", func(t *testing.T) {
		u := s.dialAt("tcp", s.secureAddr())
		u.Close()
		logged(t, s.log, "closed: TLS", u.LocalAddr().String(), "left during the handshake")
	})
	t.Run("another process at the loops' socket", func(t *testing.T) {
		u := s.dialAt("unix", s.shards[0].loop.Internal())
		u.send("PROXY TCP4 203.0.113.9 203.0.113.1 1 2\r\n/ping\n")
		u.rest()
		logged(t, s.log, "closed: PROXY protocol", "unix socket", "left the TLS front") // this test is the same process
	})
	u := s.dialSecure()
	if got := u.ask("/ping still here"); got != "+ ping: still here" {
		t.Error(got)
	}
}

func TestFullOverTLS(t *testing.T) {
	s := startSecure(t, func(o *setup) { o.MaxConnections, o.Descriptors = 1, 5 })
	s.joinSecure("alice")
	u := s.secureUser(s.dialAt("tcp", s.secureAddr()).Conn)
	u.want("! full: There is no room")
	u.wantEnd()
	if n := count(t, s.metrics().refused[admission.Full]); n != 1 {
		t.Errorf("it was counted %d times", n)
	}
}

// The TLS front takes only as many clients as there are descriptors for.
func TestFullAtTheTLSPort(t *testing.T) {
	s := startSecure(t, func(o *setup) { o.MaxConnections, o.Descriptors = 1, 3 })
	s.joinSecure("alice")
	s.dialAt("tcp", s.secureAddr()) // takes the second place with an unfinished handshake
	third := s.dialAt("tcp", s.secureAddr())
	if _, err := third.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("got %v", err)
	}
	logged(t, s.log, "refused", third.LocalAddr().String(), "no room at the TLS port")
}

func TestStopWithTLSClients(t *testing.T) {
	s := startSecure(t)
	users := []*user{s.joinSecure("alice"), s.joinSecure("bob"), s.dialSecure()}
	idle := s.dialAt("tcp", s.secureAddr()) // in mid-handshake, for ever
	eventually(t, "it has been accepted", func() bool { return s.front.Clients() == len(users)+1 })
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		s.stop()
	}()
	for _, u := range users {
		u.want("! draining")
		u.wantEnd()
		u.Close()
	}
	<-stopped
	logged(t, s.log, "closed: TLS", idle.LocalAddr().String(), "going down")
}

func TestResetOverTLS(t *testing.T) {
	s := startSecure(t)
	u, writer := s.joinSecure("alice"), s.join("writer")
	if err := u.socket().SetLinger(0); err != nil {
		t.Fatal(err)
	}
	u.socket().Close()
	eventually(t, "the session is gone", func() bool { return writer.ask("/who") == "+ who 1" })
}

// A client that comes after a renewal sees the new certificate; one that is connected stays.
func TestRenewalUnderARunningServer(t *testing.T) {
	s := startSecure(t)
	before := s.joinSecure("alice")
	s.ca.Issue("renewed.test")
	eventually(t, "a new client sees it", func() bool {
		u := s.dialSecure()
		defer u.Close()
		return u.Conn.(*tls.Conn).ConnectionState().PeerCertificates[0].DNSNames[0] == "renewed.test"
	})
	if got := before.ask("/ping still here"); got != "+ ping: still here" {
		t.Error(got)
	}
}

// A client who never ends the handshake is not waited for.
func TestHandshakeThatDoesNotEnd(t *testing.T) {
	s := startSecure(t, func(o *setup) { o.patience.handshake = 50 })
	u := s.dialAt("tcp", s.secureAddr())
	u.rest()
	logged(t, s.log, "closed: TLS", u.LocalAddr().String(), "the handshake took too long")
}

// startTLSBehindBalancer is a server whose TLS clients say by a PROXY header where they come from.
func startTLSBehindBalancer(t *testing.T, choose ...func(*setup)) *secureServer {
	t.Helper()
	return startSecure(t, append([]func(*setup){balanced(t)}, choose...)...)
}

// beginsHandshake begins a handshake that it does not end.
func (s *secureServer) beginsHandshake(header string) *user {
	u := s.dialAt("tcp", s.secureAddr())
	u.send(header)
	return u
}

func TestHandshakesOfOneAddress(t *testing.T) {
	const most = 32
	s := startTLSBehindBalancer(t)
	ended := make(chan error, most+1)
	for range most + 1 {
		u := s.beginsHandshake(headerV1)
		go func() {
			_, err := u.in.ReadByte()
			ended <- err
		}()
	}
	within(t, "one of them is refused", func() {
		if err := <-ended; err != io.EOF {
			t.Errorf("it ends by %v", err)
		}
	})
	logged(t, s.log, "closed: TLS", "203.0.113.9:4711", "too many handshakes of this address")
	other := s.beginsHandshake(strings.Replace(headerV1, ".9 ", ".10 ", 1))
	s.secureUser(other.Conn).want("* hello ")
}

// New connections of an address are counted before the handshake, which costs far more than they do; and not once more behind it.
func TestConnectRateAtTheTLSPort(t *testing.T) {
	s := startTLSBehindBalancer(t, func(o *setup) { o.ConnectRate = ratelimit.Per(2, time.Hour) })
	for range 2 {
		s.secureUser(s.beginsHandshake(headerV1).Conn).want("* hello ")
	}
	third := s.beginsHandshake(headerV1)
	if lines := third.rest(); len(lines) > 0 {
		t.Errorf("it was told %q", lines)
	}
	logged(t, s.log, "closed: TLS", "203.0.113.9:4711", "too many new connections")
	other := s.beginsHandshake(strings.Replace(headerV1, ".9 ", ".10 ", 1))
	s.secureUser(other.Conn).want("* hello ")
}

// At the TLS port, too, only a balancer may say where somebody comes from.
func TestProxyHeaderFromElsewhereAtTheTLSPort(t *testing.T) {
	s := startSecure(t, func(o *setup) { o.Proxies = []netip.Prefix{prefix(t, "198.51.100.0/24")} })
	for _, header := range []string{headerV1, headerV2} {
		u := s.beginsHandshake(header)
		u.want("! not-chat: This port speaks TLS")
		u.wantEnd()
		u.Close()
		logged(t, s.log, "closed: TLS", u.LocalAddr().String(), "does not speak TLS")
	}
}
