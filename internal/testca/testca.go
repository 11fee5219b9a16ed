// Package testca signs certificates for tests.
package testca

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// CA is an authority that clients of a test trust. Its methods fail the test.
type CA struct {
	t    testing.TB
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	dir  string
	next int64
}

// New makes an authority whose files are gone after the test.
func New(t testing.TB) *CA {
	t.Helper()
	ca := &CA{t: t, dir: t.TempDir(), next: 2}
	ca.key = ca.newKey()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "a test"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, ca.key.Public(), ca.key)
	if err != nil {
		t.Fatal(err)
	}
	if ca.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	return ca
}

// File writes its certificate to a file, as those need it who trust it.
func (ca *CA) File() string {
	ca.t.Helper()
	file := filepath.Join(ca.dir, "ca.pem")
	ca.Write(file, "CERTIFICATE", ca.cert.Raw)
	return file
}

func (ca *CA) newKey() *ecdsa.PrivateKey {
	ca.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		ca.t.Fatal(err)
	}
	return key
}

// Pool is the authority as clients need it.
func (ca *CA) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(ca.cert)
	return pool
}

// Issue writes a certificate for 127.0.0.1 and a name, and its key, where Files says; it overwrites what is there.
func (ca *CA) Issue(name string) (certFile, keyFile string) {
	ca.t.Helper()
	return ca.IssueUntil(name, time.Now().Add(time.Hour))
}

// IssueUntil is Issue for a certificate that expires at a certain time.
func (ca *CA) IssueUntil(name string, end time.Time) (certFile, keyFile string) {
	ca.t.Helper()
	key := ca.newKey()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(ca.next), NotBefore: end.Add(-2 * time.Hour), NotAfter: end,
		DNSNames: []string{name}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	ca.next++
	der, err := x509.CreateCertificate(rand.Reader, template, ca.cert, key.Public(), ca.key)
	if err != nil {
		ca.t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		ca.t.Fatal(err)
	}
	certFile, keyFile = ca.Files()
	ca.Write(certFile, "CERTIFICATE", der)
	ca.Write(keyFile, "PRIVATE KEY", keyDER)
	return certFile, keyFile
}

// Files are the names of the certificate's file and its key's.
func (ca *CA) Files() (certFile, keyFile string) {
	return filepath.Join(ca.dir, "cert.pem"), filepath.Join(ca.dir, "key.pem")
}

// Write writes a file in PEM.
func (ca *CA) Write(file, kind string, der []byte) {
	ca.t.Helper()
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		ca.t.Fatal(err)
	}
}
