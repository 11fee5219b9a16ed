package main

import (
	"net"
	"os"
	"strings"
	"testing"
)

// startTLS runs the program with a certificate of its own making, as docs/tls.md makes it.
func startTLS(t *testing.T) (plain, secure, cert string) {
	t.Helper()
	cert, key := certificate(t, "DNS:localhost")
	plain, log := startLogged(t, "--listen-tls", "127.0.0.1:0", "--tls-cert", cert, "--tls-key", key)
	return plain, strings.Replace(log.told(t, "listening for TLS"), "127.0.0.1", "localhost", 1), cert
}

// TestTLSClients has every client say the same through TLS, its certificate verified.
func TestTLSClients(t *testing.T) {
	_, secure, cert := startTLS(t)
	host, port, _ := net.SplitHostPort(secure)
	for _, command := range []string{
		"openssl s_client -quiet -verify_return_error -CAfile " + cert + " -connect " + secure,
		"ncat --ssl-verify --ssl-trustfile " + cert + " " + host + " " + port,
		"socat -t 20 - OPENSSL:" + secure + ",cafile=" + cert,
	} {
		name, _, _ := strings.Cut(command, " ")
		t.Run(name, func(t *testing.T) {
			out := runClient(t, "/register "+name+" correct horse\n/ping x\n/quit\n", strings.Fields(command)...)
			for _, line := range []string{"* hello parley", "+ register " + name, "+ ping: x", "+ quit", "! bye: "} {
				if !strings.Contains(out, line) {
					t.Errorf("no line %q in\n%s", line, out)
				}
			}
		})
	}
}

func TestConnectTLS(t *testing.T) {
	plain, secure, cert := startTLS(t)
	for _, c := range []struct {
		what, flags, want string
		fails             bool
	}{
		{"a certificate that is known", "--tls --tls-ca " + cert + " " + secure, "+ ping: x", false},
		{"its file says TLS, too", "--tls-ca " + cert + " " + secure, "+ ping: x", false},
		{"a certificate that nobody has signed", "--tls " + secure, "for a certificate or CA of your own, use --tls-ca FILE", true},
		{"another name", "--tls-ca " + cert + " " + strings.Replace(secure, "localhost", "127.0.0.1", 1), "doesn't contain any IP SANs", true},
		{"a port without TLS", "--tls " + plain, "does not speak TLS", true},
		{"the TLS port without TLS", secure, "This port speaks TLS", true},
		{"no such file", "--tls-ca nothing.pem " + secure, "no such file", true},
		{"a file without a certificate", "--tls-ca /dev/null " + secure, "holds no certificate", true},
	} {
		t.Run(c.what, func(t *testing.T) {
			out, err := connectWith(t, append(strings.Fields(c.flags), "--send", "/ping x")...)
			if !strings.Contains(out, c.want) || (err != nil) != c.fails {
				t.Errorf("%v, and it says\n%s", err, out)
			}
		})
	}
}

// connectWith runs parley connect to its end.
func connectWith(t *testing.T, flags ...string) (printed string, err error) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	env := append(clientEnv(t.TempDir()), asProgram+"=1")
	return start(t, env, "", append([]string{self, "connect"}, flags...)...).end()
}

func TestTLSFlagsBelongTogether(t *testing.T) {
	for _, c := range []struct{ flags, want string }{
		{"--listen-tls :8889", "needs --tls-cert and --tls-key"},
		{"--listen-tls :8889 --tls-cert x", "needs --tls-cert and --tls-key"},
		{"--listen-irc-tls :6697", "needs --tls-cert and --tls-key"},
		{"--tls-key x", "need --listen-tls"},
	} {
		if _, err := parseFlags(t, strings.Fields(c.flags)).front(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.flags, err)
		}
	}
}
