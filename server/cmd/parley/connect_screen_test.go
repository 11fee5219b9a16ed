package main

import (
	"crypto/tls"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"parley/internal/language"
	"parley/server/cmd/parley/internal/client/screen"
	"parley/server/cmd/parley/internal/client/secrets"
)

// TestWhatIsKeptIsRemembered: a token goes to the account and the server that it was kept for, by the same kind of connection, and to nobody else.
func TestWhatIsKeptIsRemembered(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
	dir := t.TempDir()
	store := secrets.Open(language.English, dir)
	visits := func(server screen.Server) screen.Server {
		remember(&server, store)
		return server
	}
	first := visits(screen.Server{Address: "localhost:8888"})
	if first.Account != "" || first.Secret != "" || first.SecretIsToken || first.Trouble != "" || !strings.Contains(first.Kept, "tokens.toml") {
		t.Errorf("at first there is %+v", first)
	}
	if err := first.Keep("tess", "parley_A"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		server          screen.Server
		account, secret string
	}{
		{screen.Server{Address: "localhost:8888"}, "tess", "parley_A"},
		{screen.Server{Address: "localhost:8888", Account: "Tess"}, "tess", "parley_A"},
		{screen.Server{Address: "localhost:8888", Account: "bob"}, "bob", ""},
		{screen.Server{Address: "localhost:8889"}, "", ""},
		{screen.Server{Address: "localhost:8888", TLS: &tls.Config{}}, "", ""},
	} {
		if got := visits(c.server); got.Account != c.account || got.Secret != c.secret || got.SecretIsToken != (c.secret != "") {
			t.Errorf("%+v becomes %+v", c.server, got)
		}
	}
	safe := visits(screen.Server{Address: "localhost:8888", TLS: &tls.Config{}})
	if err := safe.Keep("bob", "parley_B"); err != nil {
		t.Fatal(err)
	}
	if got := visits(screen.Server{Address: "localhost:8888"}); got.Account != "tess" {
		t.Errorf("a token for TLS is sent in the clear: %+v", got)
	}

	file := filepath.Join(dir, "tokens.toml")
	if err := os.Chmod(file, 0o644); err != nil {
		t.Fatal(err)
	}
	if got := visits(screen.Server{Address: "localhost:8888"}); got.Secret != "" || !strings.Contains(got.Trouble, "chmod 600") {
		t.Errorf("others may read it, and it becomes %+v", got)
	}
	if err := os.Chmod(file, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := visits(screen.Server{Address: "localhost:8888"}).Forget(); err != nil {
		t.Fatal(err)
	}
	if got := visits(screen.Server{Address: "localhost:8888"}); got.Account != "" {
		t.Errorf("what was forgotten is %+v", got)
	}
}

// TestTokensForEverybody: whoever has made a secret readable for others is told why a password is asked for.
func TestTokensForEverybody(t *testing.T) {
	t.Parallel()
	address := startProgram(t)
	term := newTerminal(t)
	file := filepath.Join(term.home, ".config", "parley", "tokens.toml")
	write(t, file, "[[token]]\nserver = \""+address+"\"\naccount = \"tess\"\nsecret = \"parley_A\"\n")
	if err := os.Chmod(file, 0o644); err != nil {
		t.Fatal(err)
	}
	w := term.connects("", small, address)
	w.sees("Others may read or write", "Your name here")
	w.presses("Escape")
	w.hasLeft(0)
}

// TestBadAddress: what can't be connected to is told as a script is told it, by a sentence and the status 2.
func TestBadAddress(t *testing.T) {
	t.Parallel()
	w := openWindow(t, "", small, "http://host")
	w.sees(`parley: "http://host" is not an address: write host, host:port or [IPv6]:port`)
	w.hasLeft(2)
}
