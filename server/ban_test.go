package server

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"parley/storage"
)

// operate does what an operator asks for on the command line, on the store beside the server.
func (s *testServer) operate(a storage.Ask) {
	s.t.Helper()
	ctx := context.Background()
	store, err := storage.OpenShared(ctx, s.setup.storeURL(), storage.Limits{}, zap.NewNop())
	if err != nil {
		s.t.Fatal(err)
	}
	defer store.Close()
	if a.Order == nil {
		a.Order = &storage.Order{}
	}
	b := storage.Batch{At: time.Now(), Asks: []storage.Ask{a}}
	if err := store.Commit(ctx, &b); err != nil || b.Verdicts[0].Err != nil {
		s.t.Fatal(err, b.Verdicts)
	}
}

// operator is somebody who moderates the server.
func (s *testServer) operator(name string) *user {
	s.t.Helper()
	u := s.join(name)
	s.operate(storage.Ask{Kind: storage.SetOperator, To: name, Order: &storage.Order{May: true}})
	eventually(s.t, name+" is an operator", func() bool { return strings.HasPrefix(u.ask("/stats"), "+ stats ") })
	return u
}

// otherAddress is one of this machine that the test's other clients do not come from.
const otherAddress = "127.0.0.2"

// tcpFrom connects from an address.
func (s *testServer) tcpFrom(from, to string) net.Conn {
	s.t.Helper()
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}, Timeout: deadline}
	c, err := d.Dial("tcp", to)
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

func (s *testServer) dialFrom(from string) *user {
	s.t.Helper()
	return s.newUser(s.tcpFrom(from, s.addr()))
}

const (
	sessionBanned = "! banned: You are banned from this server: spam"
	addressBanned = "! banned: Your address is banned from this server."
)

// A ban by address ends sessions, refuses connections, and refuses those that are there already before a password is looked at. It holds after a restart.
func TestBanByAddress(t *testing.T) {
	s := start(t)
	op := s.operator("olga")
	eve, stranger := s.dialFrom(otherAddress), s.dialFrom(otherAddress)
	for _, u := range []*user{eve, stranger} {
		u.want("* hello ")
	}
	eve.enter("eve")
	if got := op.ask("/ban 127.0.0.0/8 spam"); !strings.HasPrefix(got, "- ban forbidden: Your own address") {
		t.Error(got)
	}
	if got := op.ask("/ban " + otherAddress + " spam"); got != "+ ban 127.0.0.2/32" {
		t.Error(got)
	}
	eve.want(sessionBanned)
	eve.wantEnd()
	looked := s.store.looked.Load()
	for _, command := range []string{"login", "register"} {
		if got := stranger.ask("/" + command + " eve " + password); got != "- "+command+" banned: You are banned: spam" {
			t.Error(got)
		}
	}
	if n := s.store.looked.Load() - looked; n != 0 {
		t.Errorf("%d accounts were looked for", n)
	}
	refused := func() {
		t.Helper()
		u := s.dialFrom(otherAddress)
		u.want(addressBanned)
		u.wantEnd()
	}
	refused()
	s.join("eve") // from elsewhere
	s = s.restart()
	refused()
	op = s.join("olga")
	if got := op.ask("/unban " + otherAddress); got != "+ unban 127.0.0.2/32" {
		t.Error(got)
	}
	s.dialFrom(otherAddress).want("* hello ")
}

// Behind a balancer it is the client's address that is banned. The balancer's own means nothing.
func TestBanBehindABalancer(t *testing.T) {
	s, log := startBalanced(t)
	other := strings.Replace(headerV1, ".9 ", ".10 ", 1)
	op := s.throughBalancer(other)
	op.want("* hello ")
	op.enter("olga")
	s.operate(storage.Ask{Kind: storage.SetOperator, To: "olga", Order: &storage.Order{May: true}})
	eventually(t, "olga is an operator", func() bool { return strings.HasPrefix(op.ask("/stats"), "+ stats ") })
	eve := s.throughBalancer(headerV2)
	eve.want("* hello ")
	eve.enter("eve")
	for _, address := range []string{"203.0.113.9", "127.0.0.0/8"} {
		if got := op.ask("/ban " + address + " spam"); !strings.HasPrefix(got, "+ ban ") {
			t.Error(got)
		}
	}
	eve.want(sessionBanned)
	eve.wantEnd()
	for _, header := range []string{headerV1, headerV2} {
		u := s.throughBalancer(header)
		u.want(addressBanned)
		u.wantEnd()
	}
	logged(t, log, "refused", "203.0.113.9:4711", "the address is banned")
	s.throughBalancer(other).want("* hello ")
}

// At the TLS port a banned client costs no handshake, and the log says why it was sent away.
func TestBanAtTheTLSPort(t *testing.T) {
	s := startSecure(t)
	op := s.operator("olga")
	eve := s.secureUser(s.tcpFrom(otherAddress, s.secureAddr()))
	eve.want("* hello ")
	eve.enter("eve")
	if got := op.ask("/ban " + otherAddress + " spam"); got != "+ ban 127.0.0.2/32" {
		t.Error(got)
	}
	eve.want(sessionBanned)
	eve.wantEnd()
	tcp := s.newUser(s.tcpFrom(otherAddress, s.secureAddr()))
	if _, err := tcp.Write([]byte("\x16\x03\x01")); err != nil {
		t.Fatal(err)
	}
	if lines := tcp.rest(); len(lines) > 0 {
		t.Errorf("it is told %q", lines)
	}
	logged(t, s.log, "closed: TLS", tcp.LocalAddr().String(), "the address is banned")
	s.joinSecure("alice")
}

// Somebody whose password is being looked at when his address is banned does not stay.
func TestBanDuringALogin(t *testing.T) {
	s := start(t)
	op := s.operator("olga")
	u := s.dialFrom(otherAddress)
	u.want("* hello ")
	u.enter("slow")
	u.ask("/logout")
	release := s.store.holdSlow()
	u.say("/login slow " + password)
	s.waitWorking(s.shards[0])
	if got := op.ask("/ban " + otherAddress + " spam"); got != "+ ban 127.0.0.2/32" {
		t.Error(got)
	}
	release()
	u.want("+ login slow ")
	u.want(sessionBanned)
	u.wantEnd()
	if got := op.ask("/who"); got != "+ who 1" {
		t.Error(got)
	}
}

// While there is a lockdown a new connection has less time to log in. One that was there before keeps its own.
func TestLockdownGivesLessTime(t *testing.T) {
	s := start(t)
	op := s.operator("olga")
	before := s.dial()
	if got := op.ask("/lockdown on"); got != "+ lockdown on" {
		t.Error(got)
	}
	after := s.dial()
	op.ask("/lockdown off")
	last := s.dial()
	given := map[string]int64{} // by address, the time at which each must have logged in
	var now int64
	s.onLoop(s.shards[0], func() {
		now = s.shards[0].schedule.now()
		for _, c := range s.shards[0].conns {
			given[c.remote().String()] = c.timers.at(timerLogin)
		}
	})
	for _, u := range []*user{before, last} {
		if at := given[u.LocalAddr().String()]; at < now+2*loginAtOnce { // of a minute
			t.Errorf("without a lockdown there are %d ms left", at-now)
		}
	}
	if at := given[after.LocalAddr().String()]; at == 0 || at > now+loginAtOnce+tick {
		t.Errorf("with a lockdown there are %d ms left", at-now)
	}
}

// One's own session ends, wherever it is.
func TestEndOfAnotherSession(t *testing.T) {
	s := start(t, func(o *setup) { o.Shards = 3 })
	for range 8 { // on whatever loop it is
		one, other := s.join("alice"), s.join("alice")
		one.say("/sessions")
		var ids []string
		for line := one.line(); line[0] != '+'; line = one.line() {
			if !strings.HasSuffix(line, " this") {
				ids = append(ids, strings.Fields(line)[2])
			}
		}
		if len(ids) != 1 {
			t.Fatalf("alice's other sessions are %q", ids)
		}
		if got := one.ask("/end " + ids[0]); got != "+ end "+ids[0] {
			t.Error(got)
		}
		other.want("! ended: You have ended this session.")
		other.wantEnd()
		one.Close()
		other.Close()
		eventually(t, "both are gone", func() bool { return s.Online() == 0 })
	}
}
