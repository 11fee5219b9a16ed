package ratelimit

import (
	"net/netip"
	"testing"
	"time"
)

func TestAddressKey(t *testing.T) {
	for _, c := range []struct{ a, b string }{
		{"192.0.2.1", "192.0.2.1/32"},
		{"::ffff:192.0.2.1", "192.0.2.1/32"},
		{"::ffff:c000:201", "192.0.2.1/32"},
		{"2001:db8:1:2::1", "2001:db8:1:2::/64"},
		{"2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"},
		{"2001:db8:1:3::1", "2001:db8:1:3::/64"},
		{"fe80::1%eth0", "fe80::/64"},
		{"::1", "::/64"},
	} {
		if got := AddressKey(netip.MustParseAddr(c.a)); got.String() != c.b {
			t.Errorf("%s counts as %s, want %s", c.a, got, c.b)
		}
	}
	if got := AddressKey(netip.Addr{}); got != (netip.Prefix{}) {
		t.Errorf("a unix socket counts as %s", got)
	}
}

// address returns one of many.
func address(i int) netip.Addr {
	return netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})
}

// TestTableForgets: of a hundred thousand addresses, a thousand each second, only those of the last moments stay in the table.
func TestTableForgets(t *testing.T) {
	m := NewMeter[netip.Prefix](Per(30, time.Minute)) // forgotten after two seconds
	most := 0
	for i := range 100_000 {
		now := noon.Add(time.Duration(i) * time.Millisecond)
		m.Take(AddressKey(address(i)), now)
		most = max(most, m.Len())
	}
	if most > 10_000 {
		t.Errorf("up to %d sources were remembered", most)
	}
}

// TestTableRemembers: an entry that is not stale stays, however many others come.
func TestTableRemembers(t *testing.T) {
	m := NewMeter[netip.Prefix](Per(2, time.Hour))
	guilty := AddressKey(address(0))
	for range 2 {
		m.Take(guilty, noon)
	}
	for i := range 100_000 {
		m.Take(AddressKey(address(1+i)), noon)
	}
	if m.Take(guilty, noon) == 0 {
		t.Error("a source was forgotten in a crowd of others")
	}
}
