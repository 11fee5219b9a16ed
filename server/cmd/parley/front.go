package main

import (
	"errors"
	"net/netip"
	"slices"
	"strings"

	"parley/server"
)

// frontFlags are about what stands between the clients and the chat: TLS and load balancers.
type frontFlags struct {
	ListenTLS     []string       `name:"listen-tls" placeholder:"ADDRESS" env:"PARLEY_LISTEN_TLS" help:"Address to listen on for TLS, such as :8889 (default off). May be repeated."`
	TLSCert       string         `name:"tls-cert" placeholder:"FILE" env:"PARLEY_TLS_CERT" help:"Certificate for TLS, PEM, followed by the intermediate ones. Read again when it changes (no default)."`
	TLSKey        string         `name:"tls-key" placeholder:"FILE" env:"PARLEY_TLS_KEY" help:"Its private key, PEM (no default)."`
	ProxyProtocol []netip.Prefix `placeholder:"CIDR" env:"PARLEY_PROXY_PROTOCOL" help:"Load balancers: a connection from there must begin with a PROXY header, v1 or v2 (default none). May be repeated."`
}

// speaksTLS reports whether TLS is spoken anywhere.
func (o *serveCommand) speaksTLS() bool { return len(o.ListenTLS)+len(o.ListenIRCTLS) > 0 }

// front checks that the flags fit together.
func (o *serveCommand) front() (server.TLS, error) {
	if err := o.check(&o.frontFlags, o.speaksTLS()); err != nil || len(o.TLSAuto) > 0 {
		return server.TLS{Listen: o.ListenTLS}, err
	}
	switch {
	case !o.speaksTLS() && (o.TLSCert != "" || o.TLSKey != ""):
		return server.TLS{}, errors.New("--tls-cert and --tls-key need --listen-tls or --listen-irc-tls, such as --listen-tls :8889")
	case o.speaksTLS() && (o.TLSCert == "" || o.TLSKey == ""):
		return server.TLS{}, errors.New("a port for TLS, by --listen-tls or --listen-irc-tls, needs --tls-cert and --tls-key, or --tls-auto NAME")
	}
	return server.TLS{Listen: o.ListenTLS, Cert: o.TLSCert, Key: o.TLSKey}, nil
}

// descriptorsKept is how many descriptors are not for connections.
func (o *serveCommand) descriptorsKept() int {
	addresses := 0
	for _, a := range slices.Concat(o.Listen, o.ListenIRC) {
		if !strings.HasPrefix(a, "unix:") {
			addresses++
		}
	}
	kept := keptDescriptors(o.Shards.on(cores), addresses)
	if o.speaksTLS() {
		kept += server.TLSDescriptors
	}
	return kept
}
