package main

import (
	"errors"

	"go.uber.org/zap"

	"parley/server/internal/acme"
)

// tlsAutoFlags have the server get its certificate by itself.
type tlsAutoFlags struct {
	TLSAuto     []string `name:"tls-auto" placeholder:"NAME" env:"PARLEY_TLS_AUTO" help:"Get a certificate for this name from Let's Encrypt, and renew it (default off). Using it means that you agree to its terms. May be repeated."`
	TLSAutoDir  string   `name:"tls-auto-dir" placeholder:"DIR" default:"parley-tls" env:"PARLEY_TLS_AUTO_DIR" help:"Where such certificates and their keys are kept (default parley-tls)."`
	TLSAutoHTTP string   `name:"tls-auto-http" placeholder:"ADDRESS" default:":80" env:"PARLEY_TLS_AUTO_HTTP" help:"Where to answer the authority, which comes to port 80 of each name (default :80)."`
	TLSAutoCA   string   `name:"tls-auto-ca" placeholder:"URL" default:"https://acme-v02.api.letsencrypt.org/directory" env:"PARLEY_TLS_AUTO_CA" help:"The ACME directory of another authority (default Let's Encrypt's)."`
}

// check says whether the flags fit with those of a certificate in files.
func (o *tlsAutoFlags) check(front *frontFlags, speaksTLS bool) error {
	switch {
	case len(o.TLSAuto) == 0:
		return nil
	case !speaksTLS:
		return errors.New("--tls-auto needs --listen-tls or --listen-irc-tls, such as --listen-tls :8889")
	case front.TLSCert != "" || front.TLSKey != "":
		return errors.New("--tls-auto gets the certificate by itself: leave out --tls-cert and --tls-key")
	}
	return acme.Check(o.TLSAuto, o.TLSAutoCA)
}

// start begins to get the certificates; nil without --tls-auto.
func (o *tlsAutoFlags) start(log *zap.Logger) (*acme.Certificates, error) {
	if len(o.TLSAuto) == 0 {
		return nil, nil
	}
	return acme.Start(acme.Config{Names: o.TLSAuto, Authority: o.TLSAutoCA, Dir: o.TLSAutoDir, HTTP: o.TLSAutoHTTP, Log: log})
}
