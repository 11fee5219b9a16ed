package main

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
)

// portSetting is one that names where clients are served.
type portSetting struct {
	flag      string
	addresses []string
}

// ports are all of these settings.
func (o *serveCommand) ports() []portSetting {
	return []portSetting{{"listen", o.Listen}, {"listen-irc", o.ListenIRC}, {"listen-tls", o.ListenTLS}, {"listen-irc-tls", o.ListenIRCTLS}}
}

// firstAddress is the first one of them all.
func (o *serveCommand) firstAddress() (string, error) {
	for _, p := range o.ports() {
		if len(p.addresses) > 0 {
			return p.addresses[0], nil
		}
	}
	return "", errors.New("no client could come: name an address with --listen or --listen-tls")
}

// maxSocketPath is how many bytes the path of a unix socket may have.
var maxSocketPath = len(syscall.RawSockaddrUnix{}.Path) - 1

func checkSocketPath(path string) error {
	if path == "" || strings.HasSuffix(path, "/") {
		return fmt.Errorf("%q is no path of a unix socket, such as /run/parley/chat", path)
	}
	if len(path) > maxSocketPath {
		return fmt.Errorf("the path of the unix socket %s is longer than %d bytes", path, maxSocketPath)
	}
	return nil
}
