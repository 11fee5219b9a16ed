package tlsfront

import (
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"parley/internal/testca"
)

func TestBadCertificate(t *testing.T) {
	ca, other := testca.New(t), testca.New(t)
	cert, key := ca.Issue("chat.test")
	_, otherKey := other.Issue("chat.test")
	garbage := cert + ".txt"
	ca.Write(garbage, "NOTHING", nil)
	for _, c := range []struct{ what, cert, key, want string }{
		{"no certificate file", cert + ".not", key, "no such file"},
		{"no key file", cert, key + ".not", "no such file"},
		{"no certificate in it", garbage, key, "failed to find"},
		{"the files swapped", key, cert, "can't use the TLS certificate"},
		{"the key of another", cert, otherKey, "does not match"},
	} {
		t.Run(c.what, func(t *testing.T) {
			f, err := New(Config{Cert: c.cert, Key: c.key, Log: zap.NewNop()})
			if f != nil || err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// renewal is a certificate whose files are changed under it.
type renewal struct {
	*certificates
	t   testing.TB
	ca  *testca.CA
	log *observer.ObservedLogs
}

func newRenewal(t testing.TB) *renewal {
	t.Helper()
	ca := testca.New(t)
	core, log := observer.New(zapcore.InfoLevel)
	cert, key := ca.Issue("first.test")
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
	r.ca.Issue("second.test")
	if got := r.name(); got != "second.test" {
		t.Error(got)
	}
	r.ca.Issue("third.test")
	r.looked = time.Now()
	if c, _ := r.get(nil); c.Leaf.DNSNames[0] != "second.test" {
		t.Error("the files are looked at for every client")
	}
}

func TestBrokenCertificateIsNotTaken(t *testing.T) {
	r := newRenewal(t)
	cert, _ := r.ca.Files()
	r.ca.Write(cert, "CERTIFICATE", []byte("garbage"))
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
	r.ca.Issue("mended.test")
	if got := r.name(); got != "mended.test" {
		t.Error(got)
	}
}

func TestWarningsAboutCertificates(t *testing.T) {
	r := newRenewal(t)
	cert, key := r.ca.Files()
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

// An expired certificate is taken, since clients may be told not to mind; the log says it once for each time that it is read.
func TestExpiredCertificateIsLogged(t *testing.T) {
	const message = "the certificate has expired"
	r := newRenewal(t)
	if n := r.log.FilterMessage(message).Len(); n != 0 {
		t.Errorf("logged %d times for one that is valid", n)
	}
	r.ca.IssueUntil("expired.test", time.Now().Add(-time.Minute))
	for range 3 {
		if got := r.name(); got != "expired.test" {
			t.Error(got)
		}
	}
	entries := r.log.FilterMessage(message).All()
	if len(entries) != 1 || entries[0].Level != zapcore.WarnLevel || entries[0].ContextMap()["file"] != r.certFile {
		t.Errorf("logged %v", entries)
	}
}
