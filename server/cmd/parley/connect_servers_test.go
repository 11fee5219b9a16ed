package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// withSettings is a home whose owner has written config.toml.
func withSettings(t *testing.T, text string) (home string) {
	t.Helper()
	home = t.TempDir()
	writeSettings(t, home, text)
	return home
}

// writeSettings writes config.toml into a home.
func writeSettings(t *testing.T, home, text string) {
	t.Helper()
	dir := filepath.Join(home, ".config", "parley")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "config.toml"), text)
}

// connectFrom runs parley connect in a pipe, as somebody who has this home.
func connectFrom(t *testing.T, home string, args ...string) (printed string, err error) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return start(t, append(clientEnv(home), asProgram+"=1"), "", append([]string{self, "connect"}, args...)...).end()
}

// TestConnectByName: a server has a name, with an account and a token, and flags count more.
func TestConnectByName(t *testing.T) {
	address := startProgram(t)
	home := withSettings(t, `
[servers.work]
address = "`+address+`"
name = "tess"
token = "tess.token"
`)
	for _, name := range []string{"tess", "bot"} {
		register(t, address, name)
		giveToken(t, address, filepath.Join(home, ".config", "parley"), name)
	}
	out, err := connectFrom(t, home, "--send", "/ping x", "work")
	if err != nil {
		t.Errorf("%v: %s", err, out)
	}
	matches(t, out, `\* hello .*`, `\+ login tess .*`, `\+ ping: x`)

	out, err = connectFrom(t, home, "--name", "bot", "--token", filepath.Join(home, ".config", "parley", "bot.token"), "--send", "/ping x", "work")
	if err != nil {
		t.Errorf("%v: %s", err, out)
	}
	matches(t, out, `\* hello .*`, `\+ login bot .*`, `\+ ping: x`)

	out, err = connectFrom(t, home, "--send", "/ping x", address) // which is no name
	if err != nil {
		t.Errorf("%v: %s", err, out)
	}
	matches(t, out, `\* hello .*`, `\+ ping: x`)
}

func TestConnectByNameWithTLS(t *testing.T) {
	_, secure, cert := startTLS(t)
	home := withSettings(t, `
[servers.safe]
address = "`+secure+`"
tls-ca = "`+cert+`"
`)
	out, err := connectFrom(t, home, "--send", "/ping x", "safe")
	if err != nil {
		t.Errorf("%v: %s", err, out)
	}
	matches(t, out, `\* hello .*`, `\+ ping: x`)
}

func TestConnectMistakes(t *testing.T) {
	settings := "[servers.work]\naddress = \"work.invalid\"\n[servers.home]\naddress = \"home.invalid\"\n"
	for _, c := range []struct{ settings, args, want string }{
		{settings, "work home", "several servers at once take a whole screen"},
		{settings, "--plain work home", "several servers at once take a whole screen"},
		{settings, "--send x work home", "several servers at once take a whole screen"},
		{settings, "--name alice --token f work home", "--name and --token are for one server"},
		{settings, "work work", "work is named twice"},
		{settings, "wrok", "there is no host called wrok, and HOME/.config/parley/config.toml has no server of that name; did you mean work?"},
		{settings, "work", "cannot connect to work.invalid:8888"},
		{settings, "--name alice work", "--name and --token must be used together"},
		{"[servers.work]\naddress = \"work.invalid\"\nname = \"tess\"\ntoken = \"f\"\n", "--name alice work", "--name and --token must be used together"},
		{"adress = 1\nlanguage = 2", "localhost", "parley: HOME/.config/parley/config.toml:1: there is no setting adress"},
		{"adress = 1\nlanguage = 2", "localhost", "parley: HOME/.config/parley/config.toml:2: language:"},
	} {
		home := withSettings(t, c.settings)
		out, err := connectFrom(t, home, strings.Fields(c.args)...)
		if want := strings.ReplaceAll(c.want, "HOME", home); err == nil || !strings.Contains(out, want) {
			t.Errorf("%s: %v, and it says\n%swant %s", c.args, err, out, want)
		}
	}
}
