package commands

import (
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"parley/commands/ratelimit"
	"parley/protocol"
)

// noon is when the tests with a clock of their own begin.
var noon = time.Date(2026, 11, 19, 12, 0, 0, 0, time.UTC)

// at is a session from an address.
func at(address string) *Session { return &Session{Remote: netip.MustParseAddr(address)} }

// trusted is one from a network that no limit counts.
func trusted() *Session { return &Session{Remote: netip.MustParseAddr("127.0.0.1"), Trusted: true} }

// waitOf returns how long an error says to wait; 0 if there is no error.
func waitOf(t *testing.T, err error) int {
	t.Helper()
	var told *protocol.Error
	switch {
	case err == nil:
		return 0
	case !errors.As(err, &told) || told.Code != protocol.RateLimited || told.Retry < 1:
		t.Fatalf("refused by %v", err)
	}
	return told.Retry
}

func testLimits(choose ...func(*Config)) *loginLimits {
	off := ratelimit.Rate{Off: true}
	c := Config{LoginRate: off, RegisterRate: off, RegisterRateAll: off}
	for _, f := range choose {
		f(&c)
	}
	return newLoginLimits(&c)
}

// guess tries so many wrong passwords.
func (a *loginLimits) guess(t *testing.T, s *Session, key string, times int, now time.Time) (wait int) {
	t.Helper()
	for range times {
		wait = waitOf(t, a.login(s, key, now))
	}
	return wait
}

func TestFiveGuessesThenAGrowingWait(t *testing.T) {
	a := testLimits()
	mallory := at("192.0.2.66")
	now := noon
	if wait := a.guess(t, mallory, "alice", Guesses, now); wait != 0 {
		t.Fatalf("within five there is a wait of %d s", wait)
	}
	wait := a.guess(t, mallory, "alice", 1, now)
	for _, want := range []int{15, 30, 60, 120, 240, 480, 900, 900} {
		if wait != want {
			t.Fatalf("the wait is %d s, want %d", wait, want)
		}
		now = now.Add(time.Duration(wait)*time.Second - time.Second)
		if left := a.guess(t, mallory, "alice", 100, now); left != 1 {
			t.Fatalf("a second before its end the wait is %d s", left)
		}
		now = now.Add(time.Second)
		tries := -1
		for wait = 0; wait == 0; tries++ {
			wait = a.guess(t, mallory, "alice", 1, now)
		}
		if tries < 1 || tries > Guesses {
			t.Fatalf("after the wait there are %d tries at once", tries)
		}
	}
}

// TestOwnerIsNotLockedOut: wrong passwords count only for the address that tries them, and only for the account that they are tried on.
func TestOwnerIsNotLockedOut(t *testing.T) {
	a := testLimits()
	for i := range 1000 {
		a.guess(t, at(fmt.Sprintf("192.0.%d.%d", 2+i/250, 1+i%250)), "alice", 20, noon)
	}
	if wait := a.guess(t, at("198.51.100.1"), "alice", 1, noon); wait != 0 {
		t.Errorf("the owner waits %d s for what others did", wait)
	}
	if wait := a.guess(t, at("192.0.2.1"), "bob", 1, noon); wait != 0 {
		t.Errorf("bob, at the guesser's address, waits %d s", wait)
	}
}

// TestGuesserIsOneSubscriber: all addresses of an IPv6 /64 count as one, because one subscriber has them all.
func TestGuesserIsOneSubscriber(t *testing.T) {
	for _, c := range []struct {
		name, one, other string
		same             bool
	}{
		{"a /64", "2001:db8::1", "2001:db8::ffff:2", true},
		{"another /64", "2001:db8::1", "2001:db8:0:1::1", false},
		{"IPv4 both ways", "192.0.2.1", "::ffff:192.0.2.1", true},
		{"a neighbour", "192.0.2.1", "192.0.2.2", false},
	} {
		a := testLimits()
		a.guess(t, at(c.one), "alice", Guesses, noon)
		if wait := a.guess(t, at(c.other), "alice", 1, noon); wait > 0 != c.same {
			t.Errorf("%s: a wait of %d s", c.name, wait)
		}
	}
}

func TestRightPasswordForgetsTheWrongOnes(t *testing.T) {
	a := testLimits()
	alice := at("192.0.2.1")
	for range 10 {
		if wait := a.guess(t, alice, "alice", Guesses, noon); wait != 0 {
			t.Fatalf("a wait of %d s", wait)
		}
		a.right(alice, "alice", noon)
	}
}

// TestBadDayIsForgotten: the wait begins small again after a while, whether or not the table was ever swept.
func TestBadDayIsForgotten(t *testing.T) {
	a := testLimits()
	alice := at("192.0.2.1")
	now := noon
	for range 8 {
		if wait := a.guess(t, alice, "alice", Guesses+1, now); wait > 0 {
			now = now.Add(time.Duration(wait) * time.Second)
		}
	}
	now = now.Add(time.Hour)
	if wait := a.guess(t, alice, "alice", Guesses, now); wait != 0 {
		t.Errorf("an hour later there is a wait of %d s", wait)
	}
	if wait := a.guess(t, alice, "alice", 1, now); wait != int(firstPenalty/time.Second) {
		t.Errorf("an hour later the wait begins with %d s", wait)
	}
}

func TestLoginsOfAnAddress(t *testing.T) {
	a := testLimits(func(c *Config) { c.LoginRate = ratelimit.Per(20, time.Minute) })
	mallory := at("192.0.2.66")
	allowed := 0
	for i := range 10_000 { // another name each time
		if waitOf(t, a.login(mallory, fmt.Sprint("name", i), noon)) == 0 {
			allowed++
		}
	}
	if allowed != 20 {
		t.Errorf("%d logins were looked at, want 20", allowed)
	}
	if n := a.wrong.Len(); n > 20 {
		t.Errorf("%d names that one address tried are remembered", n)
	}
	if wait := waitOf(t, a.login(at("192.0.2.67"), "alice", noon)); wait != 0 {
		t.Errorf("the neighbour waits %d s", wait)
	}
	if wait := waitOf(t, a.login(mallory, "alice", noon.Add(3*time.Second))); wait != 0 {
		t.Errorf("three seconds later there is a wait of %d s", wait)
	}
}

func TestRegistrations(t *testing.T) {
	a := testLimits(func(c *Config) {
		c.RegisterRate = ratelimit.Per(5, time.Hour)
		c.RegisterRateAll = ratelimit.Per(30, 10*time.Minute)
	})
	for range 100 { // they count towards neither
		if wait := waitOf(t, a.register(trusted(), noon)); wait != 0 {
			t.Fatalf("a trusted one waits %d s", wait)
		}
	}
	allowed := map[string]int{}
	for i := range 100 {
		for n := range 10 {
			address := fmt.Sprint("192.0.2.", n)
			if waitOf(t, a.register(at(address), noon)) == 0 {
				allowed[address]++
			}
		}
		if i == 0 && len(allowed) != 10 {
			t.Errorf("%d of 10 addresses could register", len(allowed))
		}
	}
	all := 0
	for address, n := range allowed {
		all += n
		if n > 5 {
			t.Errorf("%s registered %d times", address, n)
		}
	}
	if all != 30 {
		t.Errorf("%d registrations in all, want 30", all)
	}
	if wait := waitOf(t, a.register(at("198.51.100.1"), noon)); wait == 0 || wait > 60 {
		t.Errorf("one more from elsewhere waits %d s", wait)
	}
	if wait := waitOf(t, a.register(trusted(), noon)); wait != 0 {
		t.Errorf("in the rush a trusted one waits %d s", wait)
	}
	if wait := waitOf(t, a.register(at("198.51.100.1"), noon.Add(time.Minute))); wait != 0 {
		t.Errorf("a minute later there is a wait of %d s", wait)
	}
}

func TestTrustedAreNotCounted(t *testing.T) {
	a := testLimits(func(c *Config) { c.LoginRate = ratelimit.Per(1, time.Minute) })
	if wait := a.guess(t, trusted(), "alice", 1000, noon); wait != 0 {
		t.Errorf("a wait of %d s", wait)
	}
	if n := a.wrong.Len(); n != 0 {
		t.Errorf("%d things are remembered of them", n)
	}
}
