// Package testpebble runs pebble for tests, which is the small ACME authority of Let's Encrypt's makers.
package testpebble

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"parley/internal/testca"
)

const version = "v2.10.1"

// Authority is a running pebble. For it, every name is that of this machine.
type Authority struct {
	URL   string         // of its ACME directory
	CA    string         // file, PEM: whom to trust at that URL
	Trust *x509.CertPool // the same
	HTTP  string         // address where it looks for the servers of all names

	management string
}

// Start runs pebble until the test ends. Its certificates hold for so long. Without pebble's source the test is skipped, but fails with CI=true.
func Start(t *testing.T, valid time.Duration) *Authority {
	t.Helper()
	dir := t.TempDir()
	install(t, dir)
	ca := testca.New(t)
	cert, key := ca.Issue("localhost")
	names := freeAddress(t)
	a := &Authority{CA: ca.File(), HTTP: freeAddress(t), management: freeAddress(t), Trust: ca.Pool()}
	listen := freeAddress(t)
	a.URL = "https://" + listen + "/dir"
	_, port, _ := net.SplitHostPort(a.HTTP)
	config, err := json.Marshal(map[string]any{"pebble": map[string]any{
		"listenAddress": listen, "managementListenAddress": a.management, "certificate": cert, "privateKey": key,
		"httpPort": json.RawMessage(port), "tlsPort": 1, "keyAlgorithm": "ecdsa", "retryAfter": map[string]int{"authz": 1, "order": 1},
		"profiles": map[string]any{"default": map[string]any{"description": "all", "validityPeriod": int(valid.Seconds())}},
	}})
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "pebble.json"), config, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	run(t, dir, "pebble-challtestsrv", "-dnsserver", names, "-management", freeAddress(t), "-http01", "", "-https01", "", "-tlsalpn01", "", "-doh", "",
		"-defaultIPv6", "")
	run(t, dir, "pebble", "-config", "pebble.json", "-dnsserver", names)
	a.await(t)
	return a
}

// install builds pebble into a directory.
func install(t *testing.T, dir string) {
	t.Helper()
	const module = "github.com/letsencrypt/pebble/v2/cmd/"
	build := exec.Command("go", "install", module+"pebble@"+version, module+"pebble-challtestsrv@"+version)
	build.Dir = dir // outside of our module
	build.Env = append(os.Environ(), "GOBIN="+dir, "GOFLAGS=")
	if out, err := build.CombinedOutput(); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("pebble can't be built: %v\n%s", err, out)
		}
		t.Skipf("pebble can't be built: %v", err)
	}
}

// run runs a program until the test ends.
func run(t *testing.T, dir, name string, args ...string) {
	t.Helper()
	var said bytes.Buffer
	p := exec.Command(filepath.Join(dir, name), args...)
	p.Dir, p.Stdout, p.Stderr = dir, &said, &said
	p.Env = append(os.Environ(), "PEBBLE_VA_NOSLEEP=1")
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = p.Process.Kill()
		_ = p.Wait()
		if t.Failed() {
			t.Logf("%s said:\n%s", name, &said)
		}
	})
}

// freeAddress is one of this machine's where nobody listens, neither for TCP nor for UDP.
func freeAddress(t *testing.T) string {
	t.Helper()
	for {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		address := l.Addr().String()
		if c, err := net.ListenPacket("udp", address); err == nil {
			c.Close()
			return address
		}
	}
}

// await waits until it answers.
func (a *Authority) await(t *testing.T) {
	t.Helper()
	for begin := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		if _, err := a.get("roots/0"); err == nil {
			return
		} else if time.Since(begin) > 30*time.Second {
			t.Fatal(err)
		}
	}
}

// get asks its management.
func (a *Authority) get(path string) ([]byte, error) {
	client := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: a.Trust}, DisableKeepAlives: true}, Timeout: 5 * time.Second}
	answer, err := client.Get("https://" + a.management + "/" + path)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", path, answer.Status)
	}
	return io.ReadAll(answer.Body)
}

// Root is the certificate, PEM, that signs those which it gives.
func (a *Authority) Root(t *testing.T) []byte {
	t.Helper()
	root, err := a.get("roots/0")
	if err != nil {
		t.Fatal(err)
	}
	return root
}
