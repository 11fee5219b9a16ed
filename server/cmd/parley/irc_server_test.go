package main

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// ircPage is the manual of those who come with an IRC client. The second word behind the fence of an example says how it is tried.
const ircPage = "../../../docs/irc.md"

// ircServer is where a server listens. It may stand on other ports than those of the page.
type ircServer struct {
	text, textTLS string
	irc, tls      string
	cert          string // whom a client must trust for TLS
}

// startIRC runs the program with all its ports, and further flags.
func startIRC(t *testing.T, flags ...string) *ircServer {
	t.Helper()
	cert, key := certificate(t, "DNS:localhost,IP:127.0.0.1")
	text, log := startLogged(t, append([]string{
		"--listen-irc", "127.0.0.1:0", "--listen-irc-tls", "127.0.0.1:0", "--listen-tls", "127.0.0.1:0",
		"--tls-cert", cert, "--tls-key", key,
	}, flags...)...)
	return &ircServer{
		text: text, textTLS: log.told(t, "listening for TLS"),
		irc: log.told(t, "listening for IRC"), tls: log.told(t, "listening for IRC over TLS"), cert: cert,
	}
}

// certificate makes one for the server, as docs/tls.md makes it.
func certificate(t *testing.T, names string) (cert, key string) {
	t.Helper()
	need(t, "openssl")
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	out, err := exec.Command("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "3650",
		"-keyout", key, "-out", cert, "-subj", "/CN=parley", "-addext", "subjectAltName="+names).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return cert, key
}

// page returns the examples of docs/irc.md that are of a language and a kind, for this server.
func (s *ircServer) page(t *testing.T, language, kind string) (found []string) {
	t.Helper()
	_, irc, _ := net.SplitHostPort(s.irc)
	_, tls, _ := net.SplitHostPort(s.tls)
	ports := strings.NewReplacer("6667", irc, "6697", tls)
	for _, e := range examples(t, ircPage, s.text) {
		if e.language == language && e.kind == kind {
			found = append(found, ports.Replace(e.text))
		}
	}
	if len(found) == 0 {
		t.Fatalf("the page has no example of %s %s", language, kind)
	}
	return found
}

// linesOf are the lines of a file, which need not be there yet.
func linesOf(file string) []string {
	text, _ := os.ReadFile(file)
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
}
