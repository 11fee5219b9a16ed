package link

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
		return ErrNoTLS
	case errors.As(err, new(x509.UnknownAuthorityError)):
		return ErrUntrusted
	case errors.As(err, &bad):
		return errors.New(strings.TrimPrefix(bad.Err.Error(), "x509: "))
	}
	return nil
}
