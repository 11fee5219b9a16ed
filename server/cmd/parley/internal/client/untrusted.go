package client

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"strings"
)

// untrusted says what is wrong with TLS and what can be done, or nil when something else is wrong.
func untrusted(err error) error {
	var bad *tls.CertificateVerificationError
	switch {
	case errors.As(err, new(tls.RecordHeaderError)):
		return errors.New("that port does not speak TLS; leave --tls away, or try the port for TLS")
	case errors.As(err, new(x509.UnknownAuthorityError)):
		return errors.New("nobody whom this machine trusts has signed its certificate; if it is your own, or your own CA's, say so with --tls-ca FILE")
	case errors.As(err, &bad):
		return errors.New(strings.TrimPrefix(bad.Err.Error(), "x509: "))
	}
	return nil
}
