package ops

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// resolve finds the address to listen on, and refuses one that others can reach.
func resolve(address string, public bool) (*net.TCPAddr, error) {
	found, err := net.ResolveTCPAddr("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("--ops %s: %w; name an address such as localhost:8890", address, err)
	}
	if !public && !found.IP.IsLoopback() {
		return nil, fmt.Errorf("--ops %s: others could reach that, and would be asked for no password; name an address of this machine alone, "+
			"such as localhost:8890, or allow it with --ops-public", address)
	}
	return found, nil
}

// CheckAddress reports whether a port for operators may have an address.
func CheckAddress(address string, public bool) error {
	_, err := resolve(address, public)
	return err
}

// guard keeps web pages of strangers away: a browser on this machine can be made to ask for them by a name that leads here. The name that the
// operator has given the port is good, too.
func (c *Config) guard(next http.Handler) http.Handler {
	if c.Public {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isOwnName(r.Host) && hostOf(r.Host) != hostOf(c.Address) {
			http.Error(w, "ask for localhost or 127.0.0.1", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// isOwnName reports whether the host of a request names this machine as only this machine does.
func isOwnName(host string) bool {
	name := hostOf(host)
	ip, err := netip.ParseAddr(name)
	return name == "localhost" || err == nil && ip.IsLoopback()
}

// hostOf is an address without its port, if it has one.
func hostOf(address string) string {
	if name, _, err := net.SplitHostPort(address); err == nil {
		return name
	}
	return strings.Trim(address, "[]")
}
