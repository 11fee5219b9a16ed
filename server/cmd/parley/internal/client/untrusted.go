package client

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"strings"
)

// untrusted says what is wrong with TLS and what can be done. It is nil if something else is wrong.
func untrusted(err error) error {
	var bad *tls.CertificateVerificationError
	switch {
	case errors.As(err, new(tls.RecordHeaderError)):
		return errors.New("that port does not speak TLS; leave out --tls, or use the port for TLS")
	case errors.As(err, new(x509.UnknownAuthorityError)):
		return errors.New("its certificate is not signed by anybody whom this machine trusts; for a certificate or CA of your own, use --tls-ca FILE")
	case errors.As(err, &bad):
		return errors.New(strings.TrimPrefix(bad.Err.Error(), "x509: "))
	}
	return nil
}
