package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"

	clientsettings "parley/server/cmd/parley/internal/client/settings"
)

// tlsConfig says which certificates connect accepts of a server: those that this machine trusts, or only those in the file. It is nil for plain text.
func tlsConfig(server clientsettings.Server) (*tls.Config, error) {
	if !server.TLS && server.TLSCA == "" {
		return nil, nil
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if server.TLSCA == "" {
		return config, nil
	}
	pem, err := os.ReadFile(server.TLSCA)
	if err != nil {
		return nil, fmt.Errorf("can't read --tls-ca: %w", err)
	}
	config.RootCAs = x509.NewCertPool()
	if !config.RootCAs.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("--tls-ca %s holds no certificate in PEM form", server.TLSCA)
	}
	return config, nil
}
