package address

import (
	"net"
	"net/netip"
	"testing"
)

func TestOf(t *testing.T) {
	for _, c := range []struct {
		from net.Addr
		want string
	}{
		{&net.TCPAddr{IP: net.IPv4(203, 0, 113, 9), Port: 1}, "203.0.113.9:1"},
		{&net.TCPAddr{IP: net.ParseIP("::ffff:203.0.113.9"), Port: 1}, "203.0.113.9:1"},
		{&net.TCPAddr{IP: net.ParseIP("fe80::1"), Zone: "eth0", Port: 1}, "[fe80::1]:1"},
		{&net.UnixAddr{Name: "/x"}, netip.AddrPort{}.String()},
	} {
		if got := Of(c.from).String(); got != c.want {
			t.Errorf("%v: got %s, want %s", c.from, got, c.want)
		}
	}
}
