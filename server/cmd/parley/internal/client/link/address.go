package link

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

const (
	defaultPort    = "8888"
	defaultTLSPort = "8889"
)

// Resolve fills in what an address leaves out: an empty one is localhost, and the port is 8888, with TLS 8889. It looks up no names.
func Resolve(address string, secure bool) (string, error) {
	host, port := split(address)
	if host == "" {
		host = "localhost"
	}
	if port == "" {
		port = defaultPort
		if secure {
			port = defaultTLSPort
		}
	}
	if number, err := strconv.Atoi(port); err != nil || number < 1 || number > 65535 || !isHost(host) {
		return "", fmt.Errorf("%q is not an address: write host, host:port or [IPv6]:port", address)
	}
	return net.JoinHostPort(host, port), nil
}

// split takes an address apart. A bare IPv6 address has colons but no port.
func split(address string) (host, port string) {
	if strings.HasPrefix(address, "[") && strings.HasSuffix(address, "]") {
		return address[1 : len(address)-1], ""
	}
	if isIP(address) {
		return address, ""
	}
	if host, port, err := net.SplitHostPort(address); err == nil {
		return host, port
	}
	return address, ""
}

func isHost(s string) bool { return isIP(s) || !strings.ContainsAny(s, "[]:/ ") }

func isIP(s string) bool {
	_, err := netip.ParseAddr(s)
	return err == nil
}
