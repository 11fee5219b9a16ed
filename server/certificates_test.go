package server

import (
	"crypto/tls"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

func TestBadCertificate(t *testing.T) {
	ca, other := newCA(t), newCA(t)
	cert, key := ca.issue("chat.test")
	_, otherKey := other.issue("chat.test")
	garbage := cert + ".txt"
	ca.write(garbage, "NOTHING", nil)
	for _, c := range []struct{ what, cert, key, want string }{
		{"no certificate file", cert + ".not", key, "no such file"},
		{"no key file", cert, key + ".not", "no such file"},
		{"no certificate in it", garbage, key, "failed to find"},
		{"the files swapped", key, cert, "can't use the TLS certificate"},
		{"the key of another", cert, otherKey, "does not match"},
	} {
		t.Run(c.what, func(t *testing.T) {
			config := testConfig(t)
			config.TLS = TLS{Listen: []string{"127.0.0.1:0"}, Cert: c.cert, Key: c.key}
			s, err := Start(nil, config)
			if s != nil || err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// renewal is a certificate whose files are changed under it.
type renewal struct {
	*certificates
	t   testing.TB
	ca  *testCA
	log *observer.ObservedLogs
}

func newRenewal(t testing.TB) *renewal {
	t.Helper()
	ca := newCA(t)
	core, log := observer.New(zapcore.InfoLevel)
	cert, key := ca.issue("first.test")
	certs, err := loadCertificates(cert, key, zap.New(core))
	if err != nil {
		t.Fatal(err)
	}
	return &renewal{certs, t, ca, log}
}

// name is whom the certificate is for that a client gets after the time in which nobody looks.
func (r *renewal) name() string {
	r.t.Helper()
	r.looked = time.Time{}
	c, err := r.get(nil)
	if err != nil {
		r.t.Fatal(err)
	}
	return c.Leaf.DNSNames[0]
}

func TestCertificateIsReadAgain(t *testing.T) {
	r := newRenewal(t)
	if got := r.name(); got != "first.test" {
		t.Fatal(got)
	}
	r.ca.issue("second.test")
	if got := r.name(); got != "second.test" {
		t.Error(got)
	}
	r.ca.issue("third.test")
	r.looked = time.Now()
	if c, _ := r.get(nil); c.Leaf.DNSNames[0] != "second.test" {
		t.Error("the files are looked at for every client")
	}
}

func TestBrokenCertificateIsNotTaken(t *testing.T) {
	r := newRenewal(t)
	cert, _ := r.ca.files()
	r.ca.write(cert, "CERTIFICATE", []byte("garbage"))
	for range 3 {
		if got := r.name(); got != "first.test" {
			t.Error(got)
		}
	}
	if err := os.Remove(cert); err != nil {
		t.Fatal(err)
	}
	if got := r.name(); got != "first.test" {
		t.Error(got)
	}
	if n := r.log.FilterMessage("the old certificate is kept").Len(); n != 2 {
		t.Errorf("logged %d times, want once for each fault", n)
	}
	r.ca.issue("mended.test")
	if got := r.name(); got != "mended.test" {
		t.Error(got)
	}
}

func TestWarningsAboutCertificates(t *testing.T) {
	r := newRenewal(t)
	cert, key := r.ca.files()
	if err := os.Chmod(key, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := loadCertificates(cert, key, r.certificates.log); err != nil {
		t.Fatal(err)
	}
	if r.log.FilterMessage("every user of this machine can read the TLS key").Len() != 1 {
		t.Error("nobody is told that the key can be read")
	}
}

// A client who comes after a renewal sees the new certificate; who is there already stays.
func TestRenewalUnderARunningServer(t *testing.T) {
	s := startSecure(t)
	before := s.joinSecure("alice")
	s.ca.issue("renewed.test")
	eventually(t, "a new client sees it", func() bool {
		u := s.dialSecure()
		defer u.Close()
		return u.Conn.(*tls.Conn).ConnectionState().PeerCertificates[0].DNSNames[0] == "renewed.test"
	})
	if got := before.ask("/ping still here"); got != "+ ping: still here" {
		t.Error(got)
	}
}
