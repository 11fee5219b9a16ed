package ratelimit

import "net/netip"

// AddressKey is what limits by address count: an IPv4 address, or the /64 that one IPv6 subscriber has. It is the zero prefix
// for the zero address, which is that of a unix socket.
func AddressKey(a netip.Addr) netip.Prefix {
	a = a.Unmap()
	bits := a.BitLen()
	if a.Is6() {
		bits = 64
	}
	p, _ := a.WithZone("").Prefix(bits)
	return p
}
