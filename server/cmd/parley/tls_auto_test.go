package main

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"parley/internal/testpebble"
)

// TestTLSAuto has a server that was given nothing but its name speak TLS that clients believe, and again after kill -9.
func TestTLSAuto(t *testing.T) {
	authority := testpebble.Start(t, 90*24*time.Hour)
	root := filepath.Join(t.TempDir(), "root.pem")
	if err := os.WriteFile(root, authority.Root(t), 0o600); err != nil {
		t.Fatal(err)
	}
	s := &killable{
		t: t, store: "sqlite:" + filepath.Join(t.TempDir(), "parley.db"), env: []string{"SSL_CERT_FILE=" + authority.CA},
		flags: []string{
			"--listen-tls", "127.0.0.1:0", "--tls-auto", "chat.test", "--tls-auto-dir", filepath.Join(t.TempDir(), "tls"),
			"--tls-auto-http", authority.HTTP, "--tls-auto-ca", authority.URL,
		},
	}
	t.Cleanup(s.kill)
	s.start()
	if !comesTrue(func() bool { return strings.Contains(s.log.String(), `"msg":"certificate"`) }) {
		t.Fatalf("there is no certificate:\n%s", s.log)
	}
	say := func(lines string) {
		t.Helper()
		secure := s.log.told(t, "listening for TLS")
		out := runClient(t, lines, "openssl", "s_client", "-quiet", "-verify_return_error", "-verify_hostname", "chat.test", "-servername", "chat.test",
			"-CAfile", root, "-connect", secure)
		if !strings.Contains(out, "+ quit") {
			t.Errorf("over TLS:\n%s\nthe log:\n%s", out, s.log)
		}
	}
	say("/register alice correct horse\n/quit\n")
	s.restart()
	say("/login alice correct horse\n/quit\n")
	if strings.Contains(s.log.String(), `"msg":"certificate"`) {
		t.Error("it got another certificate, though it had one")
	}
}

func TestTLSAutoIsRefused(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, c := range []struct{ flags, want string }{
		{"--tls-auto chat.test", "--tls-auto needs --listen-tls"},
		{"--listen-tls :0 --tls-auto chat.test --tls-cert x --tls-key y", "leave out --tls-cert and --tls-key"},
		{"--listen-tls 127.0.0.1:0 --tls-auto chat.test --tls-auto-dir " + t.TempDir() + " --tls-auto-http " + taken.Addr().String(), "can't be opened"},
	} {
		if _, err := newApp(t.Context(), parseFlags(t, strings.Fields(c.flags)), zap.NewNop()); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.flags, err)
		}
	}
}
