package admission

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"parley/commands/ratelimit"
)

// noon is the time of all that these tests do, unless they say otherwise.
var noon = time.Date(2026, 11, 19, 12, 0, 0, 0, time.UTC)

// visit makes a visitor; an empty address is a unix socket.
func (a *Admission) visit(from string) *Visitor {
	v := &Visitor{}
	if from != "" {
		v.Address = netip.MustParseAddr(from)
	}
	v.Trusted = a.Trusts(v.Address)
	return v
}

func (a *Admission) enter(from string) (*Visitor, Verdict) {
	v := a.visit(from)
	return v, a.Enter(v, noon)
}

func testAdmission(choose ...func(*Config)) *Admission {
	config := Config{MaxConnections: 1000, Descriptors: 1200, MaxPerAddress: 16, ConnectRate: ratelimit.Rate{Off: true}}
	for _, f := range choose {
		f(&config)
	}
	return New(config)
}

func TestTrusts(t *testing.T) {
	a := testAdmission(func(c *Config) {
		c.Trust = []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("2001:db8:5::/48")}
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
		if got := a.visit(address).Trusted; got != want {
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
		a := testAdmission()
		var first *Visitor
		for range 16 {
			var verdict Verdict
			if first, verdict = a.enter(c.first); verdict != Admitted {
				t.Fatalf("%s: %v", c.first, verdict)
			}
		}
		second, verdict := a.enter(c.second)
		if full := verdict == AddressFull; full != c.one || !full && verdict != Admitted {
			t.Errorf("after 16 of %s, %s: %v", c.first, c.second, verdict)
		}
		a.Leave(second)
		a.Leave(first)
		if _, verdict := a.enter(c.first); verdict != Admitted {
			t.Errorf("when there is a place again, %s: %v", c.first, verdict)
		}
	}
}

// enterAll lets one connection in from each of many networks, and returns how many were admitted.
func (a *Admission) enterAll(form string, networks, each int) (admitted int) {
	for i := range networks {
		for range each {
			if _, verdict := a.enter(fmt.Sprintf(form, i)); verdict == Admitted {
				admitted++
			}
		}
	}
	return admitted
}

// TestWidePrefixes: a subscriber with many /64 has more than one with a single one, but not as much more as it has of them.
func TestWidePrefixes(t *testing.T) {
	for _, c := range []struct {
		what, form     string
		networks, want int
	}{
		{"a /56", "2001:db8:0:%x::1", 256, 4 * 16},
		{"a /48", "2001:db8:0:%x00::1", 256, 16 * 16},
		{"many /48", "2001:db8:%x::1", 30, 30 * 16},
		{"many IPv4", "192.0.2.%d", 30, 30 * 16},
	} {
		if got := testAdmission().enterAll(c.form, c.networks, 16); got != c.want {
			t.Errorf("%s has %d connections, want %d", c.what, got, c.want)
		}
		rated := testAdmission(func(a *Config) { a.MaxPerAddress, a.ConnectRate = 1000, ratelimit.Per(16, time.Minute) })
		if got := rated.enterAll(c.form, c.networks, 20); got != c.want {
			t.Errorf("%s has %d new connections at once, want %d", c.what, got, c.want)
		}
	}
}

// TestTrustedAreNotCountedByAddress, but in all.
func TestTrustedAreNotCountedByAddress(t *testing.T) {
	a := testAdmission(func(c *Config) {
		c.MaxPerAddress, c.ConnectRate, c.Trust = 1, ratelimit.Per(1, time.Minute), []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}
	})
	for i := range 1000 {
		from := []string{"127.0.0.1", "::1", "10.1.2.3", ""}[i%4]
		if v := a.visit(from); a.Arrive(v.Address, noon) != Admitted {
			t.Fatalf("number %d, from %q, may not come", i, from)
		}
		if _, verdict := a.enter(from); verdict != Admitted {
			t.Fatalf("number %d, from %q: %v", i, from, verdict)
		}
	}
	if _, verdict := a.enter("127.0.0.1"); verdict != Full {
		t.Errorf("one more than there is room for: %v", verdict)
	}
	if n := len(a.byAddress); n != 0 {
		t.Errorf("%d addresses are remembered", n)
	}
}

func TestConnectRate(t *testing.T) {
	a := testAdmission(func(c *Config) { c.ConnectRate = ratelimit.Per(30, time.Minute) })
	storm := func(from string) (admitted int) {
		for range 60 {
			v, verdict := a.enter(from)
			switch verdict {
			case Admitted:
				admitted++
			case TooOften:
			default:
				t.Fatalf("%s: %v", from, verdict)
			}
			a.Leave(v)
		}
		return admitted
	}
	for _, from := range []string{"192.0.2.1", "192.0.2.2", "2001:db8::1"} {
		if n := storm(from); n != 30 {
			t.Errorf("%s was admitted %d times of 60, want 30", from, n)
		}
	}
	if n := storm("2001:db8::2"); n != 0 {
		t.Errorf("a second address of one /64 was admitted %d times", n)
	}
	if len(a.byAddress) != 0 || a.Open() != 0 {
		t.Errorf("all have left, and %d are counted, of %d addresses", a.Open(), len(a.byAddress))
	}
	if v := a.visit("192.0.2.1"); a.Enter(v, noon.Add(2*time.Second)) != Admitted {
		t.Error("two seconds later it is not admitted again")
	}
}

// TestArrivalIsCountedOnce: what has been counted before its handshake is not counted again behind it.
func TestArrivalIsCountedOnce(t *testing.T) {
	a := testAdmission(func(c *Config) { c.ConnectRate = ratelimit.Per(3, time.Minute) })
	from := netip.MustParseAddr("192.0.2.1")
	for i := range 3 {
		if a.Arrive(from, noon) != Admitted {
			t.Fatalf("number %d may not come", i)
		}
		if verdict := a.Enter(&Visitor{Address: from, Rated: true}, noon); verdict != Admitted {
			t.Fatalf("number %d: %v", i, verdict)
		}
	}
	if a.Arrive(from, noon) != TooOften {
		t.Error("there is one more than may be")
	}
	if verdict := a.Enter(&Visitor{Address: from}, noon); verdict != TooOften {
		t.Errorf("the plain port is another limit: %v", verdict)
	}
}

// TestManyAddresses: addresses that are gone leave nothing behind but what the rate remembers of the last minute.
func TestManyAddresses(t *testing.T) {
	a := testAdmission()
	for i := range 10_000 {
		v, verdict := a.enter(fmt.Sprintf("2001:db8:0:%x::1", i))
		if verdict != Admitted {
			t.Fatalf("number %d: %v", i, verdict)
		}
		a.Leave(v)
	}
	if len(a.byAddress) != 0 {
		t.Errorf("%d addresses are remembered", len(a.byAddress))
	}
}

// TestCrowded: half of what is left when all places are taken is for those who are sent away, and half for spares.
func TestCrowded(t *testing.T) {
	a := testAdmission(func(c *Config) { c.MaxConnections, c.Descriptors = 10, 20 })
	for n := 1; n <= 15; n++ {
		_, verdict := a.enter("127.0.0.1")
		if (verdict != Admitted) != (n > 10) {
			t.Errorf("number %d: %v", n, verdict)
		}
		if a.Crowded() {
			t.Errorf("with %d it is crowded", n)
		}
	}
	for range 5 {
		if !a.TakeSpare() {
			t.Error("there is no spare descriptor")
		}
	}
	if a.TakeSpare() {
		t.Error("there are more descriptors than there are")
	}
	a.GiveSpare()
	if !a.TakeSpare() {
		t.Error("a spare that was given back can't be taken")
	}
	if a.enter("127.0.0.1"); !a.Crowded() {
		t.Error("with one more it is not crowded")
	}
}

// TestBannedAddress: it is refused before its connections are counted by any limit, also if it is trusted, and only while the ban holds.
func TestBannedAddress(t *testing.T) {
	banned := netip.MustParsePrefix("192.0.2.0/24")
	a := testAdmission(func(c *Config) {
		c.Trust = []netip.Prefix{banned}
		c.Banned = func(from netip.Addr, now time.Time) bool {
			return banned.Contains(from) && now.Before(noon.Add(time.Hour))
		}
	})
	from := netip.MustParseAddr("192.0.2.1")
	if _, verdict := a.enter("192.0.2.1"); verdict != Banned {
		t.Errorf("it is %v", verdict)
	}
	if verdict := a.Arrive(from, noon); verdict != Banned {
		t.Errorf("before its handshake it is %v", verdict)
	}
	for _, other := range []string{"192.0.3.1", ""} {
		if _, verdict := a.enter(other); verdict != Admitted {
			t.Errorf("%q is %v", other, verdict)
		}
	}
	later := noon.Add(time.Hour)
	if verdict := a.Arrive(from, later); verdict != Admitted {
		t.Errorf("when the ban has ended it is %v", verdict)
	}
	if verdict := a.Enter(a.visit("192.0.2.1"), later); verdict != Admitted {
		t.Errorf("when the ban has ended it is %v", verdict)
	}
}
