// Package address writes network addresses in one way, so that they can be compared and counted.
package address

import (
	"net"
	"net/netip"
)

// Of is the address of one end of a TCP connection, without a zone; an IPv4 address is written as such even on a socket for both families.
// For anything else, such as a unix socket, it is the zero address.
func Of(a net.Addr) netip.AddrPort {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.AddrPort{}
	}
	from := tcp.AddrPort()
	return netip.AddrPortFrom(from.Addr().Unmap().WithZone(""), from.Port())
}

// In reports whether one of the networks contains an address.
func In(networks []netip.Prefix, a netip.Addr) bool {
	for _, n := range networks {
		if n.Contains(a) {
			return true
		}
	}
	return false
}
