package torture

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"time"
)

// serverName is what the certificate is made out to.
const serverName = "parley.test"

// makeCertificate writes a certificate and its key to a directory, and returns what makes clients trust it.
func makeCertificate(dir string) (cert, key string, trust *tls.Config, err error) {
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", "", nil, err
	}
	made, err := x509.MarshalECPrivateKey(private)
	if err != nil {
		return "", "", nil, err
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{serverName}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour)}
	signed, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		return "", "", nil, err
	}
	parsed, err := x509.ParseCertificate(signed)
	if err != nil {
		return "", "", nil, err
	}
	trust = &tls.Config{ServerName: serverName, RootCAs: x509.NewCertPool()}
	trust.RootCAs.AddCert(parsed)
	if err := os.WriteFile(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signed}), 0o600); err != nil {
		return "", "", nil, err
	}
	return cert, key, trust, os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: made}), 0o600)
}
