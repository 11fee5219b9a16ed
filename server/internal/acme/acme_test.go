package acme

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"parley/internal/testpebble"
)

// server is a TLS server with such certificates.
type server struct {
	*Certificates
	t       *testing.T
	address string
	log     *observer.ObservedLogs
	stop    func() // it may be called again
}

func startServer(t *testing.T, config Config) *server {
	t.Helper()
	core, log := observer.New(zap.InfoLevel)
	config.Log = zap.New(core)
	c, err := Start(config)
	if err != nil {
		t.Fatal(err)
	}
	stop := sync.OnceFunc(c.Stop)
	t.Cleanup(stop)
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{GetCertificate: c.Get})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				_ = client.(*tls.Conn).Handshake()
				client.Close()
			}()
		}
	}()
	return &server{c, t, l.Addr().String(), log, stop}
}

// shown is the certificate that a client sees who wants a name and trusts the authority; empty: none that it could believe.
func (s *server) shown(a *testpebble.Authority, name string) (serial string) {
	s.t.Helper()
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(a.Root(s.t))
	c, err := tls.DialWithDialer(&net.Dialer{Timeout: 10 * time.Second}, "tcp", s.address, &tls.Config{ServerName: name, RootCAs: roots})
	if err != nil {
		return ""
	}
	defer c.Close()
	return c.ConnectionState().PeerCertificates[0].SerialNumber.String()
}

// until waits until something is so.
func (s *server) until(what string, so func() bool) {
	s.t.Helper()
	for begin := time.Now(); !so(); time.Sleep(50 * time.Millisecond) {
		if time.Since(begin) > time.Minute {
			s.t.Fatalf("%s: not after a minute; the log: %v", what, s.log.All())
		}
	}
}

// TestCertificates: each name gets one, and a server that is started again has the same ones.
func TestCertificates(t *testing.T) {
	a := testpebble.Start(t, 24*time.Hour)
	config := Config{Names: []string{"chat.test", "irc.test"}, Authority: a.URL, Dir: t.TempDir(), HTTP: a.HTTP, trust: a.Trust}
	s := startServer(t, config)
	for _, name := range config.Names {
		s.until("a certificate for "+name, func() bool { return s.shown(a, name) != "" })
	}
	if lines := s.log.FilterMessage("certificate").All(); len(lines) != 2 || !lines[0].ContextMap()["until"].(time.Time).After(time.Now()) {
		t.Errorf("logged %v", lines)
	}
	first := s.shown(a, "chat.test")
	s.stop()
	again := startServer(t, config)
	again.until("what was kept", func() bool { return again.shown(a, "chat.test") == first })
	if n := again.log.FilterMessage("certificate").Len(); n != 0 {
		t.Errorf("%d certificates are new", n)
	}
}

// TestRenewal: a certificate is replaced before it ends.
func TestRenewal(t *testing.T) {
	a := testpebble.Start(t, 20*time.Second)
	s := startServer(t, Config{Names: []string{"chat.test"}, Authority: a.URL, Dir: t.TempDir(), HTTP: a.HTTP, trust: a.Trust, renewEach: time.Second})
	s.until("a certificate", func() bool { return s.shown(a, "chat.test") != "" })
	first := s.shown(a, "chat.test")
	s.until("another one", func() bool { now := s.shown(a, "chat.test"); return now != "" && now != first })
}

// TestNoAuthority: the server runs without it, says so, and its clients can't be deceived.
func TestNoAuthority(t *testing.T) {
	s := startServer(t, Config{Names: []string{"chat.test"}, Authority: "https://127.0.0.1:1/dir", Dir: t.TempDir(), HTTP: "127.0.0.1:0"})
	s.until("a line in the log", func() bool { return s.log.FilterMessage("the authority gives no certificate").Len() > 0 })
	if c, err := tls.Dial("tcp", s.address, &tls.Config{ServerName: "chat.test", InsecureSkipVerify: true}); err == nil {
		t.Errorf("there is a certificate: %v", c.ConnectionState().PeerCertificates[0])
	}
}

func TestStartRefuses(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	if _, err := Start(Config{Names: []string{"chat.test"}, Dir: t.TempDir(), HTTP: taken.Addr().String(), Log: zap.NewNop()}); err == nil {
		t.Error("the port is taken, and nobody says so")
	}
	if _, err := Start(Config{Names: []string{"chat.test"}, Dir: "/dev/null/x", HTTP: "127.0.0.1:0", Log: zap.NewNop()}); err == nil {
		t.Error("the directory can't be made, and nobody says so")
	}
}
