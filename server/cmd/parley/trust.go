package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
)

// tlsConfig says which certificates connect accepts: those that this machine trusts, or only those in the file. It is nil for plain text.
func (c *connectCommand) tlsConfig() (*tls.Config, error) {
	if !c.TLS && c.TLSCA == "" {
		return nil, nil
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if c.TLSCA == "" {
		return config, nil
	}
	pem, err := os.ReadFile(c.TLSCA)
	if err != nil {
		return nil, fmt.Errorf("can't read --tls-ca: %w", err)
	}
	config.RootCAs = x509.NewCertPool()
	if !config.RootCAs.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("--tls-ca %s holds no certificate in PEM form", c.TLSCA)
	}
	return config, nil
}
