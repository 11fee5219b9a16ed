package screen

import (
	"errors"
	"syscall"

	"parley/internal/language"
	"parley/server/cmd/parley/internal/client/link"
)

// unreachable tells why there is no connection. What hardly anybody meets is told as the system does.
func unreachable(lang language.Language, err error) string {
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return lang.Sprintf("no server is running there")
	case errors.Is(err, link.ErrNoAnswer):
		return lang.Sprintf("no answer")
	case errors.Is(err, link.ErrNoHost):
		return lang.Sprintf("there is no host of that name")
	case errors.Is(err, link.ErrNoTLS):
		return lang.Sprintf("that port does not speak TLS; leave out --tls, or use the port for TLS")
	case errors.Is(err, link.ErrUntrusted):
		return lang.Sprintf("its certificate is not signed by anybody whom this machine trusts; for a certificate or CA of your own, use --tls-ca FILE")
	}
	return err.Error()
}
