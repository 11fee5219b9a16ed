package server

import (
	"net"
	"net/netip"

	"go.uber.org/zap"
)

// plainAddr writes an address in one way: an IPv4 one as such even on a socket for both, and without a zone. The zero
// address is that of a unix socket.
func plainAddr(a net.Addr) netip.AddrPort {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.AddrPort{}
	}
	from := tcp.AddrPort()
	return netip.AddrPortFrom(from.Addr().Unmap().WithZone(""), from.Port())
}

// local reports whether a connection came over a unix socket, and not for somebody else.
func (c *conn) local() bool { return !c.remote.IsValid() }

// from is where a connection comes from, for the log.
func (c *conn) from() zap.Field {
	if c.local() {
		return zap.String("from", "unix socket")
	}
	return zap.Stringer("from", c.remote)
}

// contains reports whether one of some networks holds an address.
func contains(networks []netip.Prefix, a netip.Addr) bool {
	for _, n := range networks {
		if n.Contains(a) {
			return true
		}
	}
	return false
}
