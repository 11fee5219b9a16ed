package main

import (
	"errors"
	"net/netip"

	"parley/server"
)

// frontFlags are about what stands between the clients and the chat: TLS and load balancers.
type frontFlags struct {
	ListenTLS     []string       `name:"listen-tls" placeholder:"ADDRESS" env:"PARLEY_LISTEN_TLS" help:"Address to listen on for TLS, such as :8889 (default off). May be repeated."`
	TLSCert       string         `name:"tls-cert" placeholder:"FILE" env:"PARLEY_TLS_CERT" help:"Certificate for TLS, PEM, followed by the intermediate ones. Read again when it changes (no default)."`
	TLSKey        string         `name:"tls-key" placeholder:"FILE" env:"PARLEY_TLS_KEY" help:"Its private key, PEM (no default)."`
	ProxyProtocol []netip.Prefix `placeholder:"CIDR" env:"PARLEY_PROXY_PROTOCOL" help:"Load balancers: a connection from there must begin with a PROXY header, v1 or v2 (default none). May be repeated."`
}

// front checks that the flags fit together.
func (f *frontFlags) front() (server.TLS, error) {
	switch {
	case len(f.ListenTLS) == 0 && (f.TLSCert != "" || f.TLSKey != ""):
		return server.TLS{}, errors.New("--tls-cert and --tls-key need --listen-tls, such as --listen-tls :8889")
	case len(f.ListenTLS) > 0 && (f.TLSCert == "" || f.TLSKey == ""):
		return server.TLS{}, errors.New("--listen-tls needs --tls-cert and --tls-key")
	}
	return server.TLS{Listen: f.ListenTLS, Cert: f.TLSCert, Key: f.TLSKey}, nil
}

// descriptorsEach is how many descriptors a connection may take.
func (f *frontFlags) descriptorsEach() int {
	if len(f.ListenTLS) > 0 {
		return 3 // the client's, and both ends of the unix socket to the loop
	}
	return 1
}
