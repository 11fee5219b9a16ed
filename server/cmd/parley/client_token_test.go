package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// tokenOf makes a token for somebody who has an account, and returns the file that holds it.
func tokenOf(t *testing.T, address, name string) (file string) {
	t.Helper()
	home := t.TempDir()
	giveToken(t, address, home, name)
	return filepath.Join(home, name+".token")
}

// giveToken makes a token for somebody who has an account, and puts it into a file of a home.
func giveToken(t *testing.T, address, home, name string) {
	t.Helper()
	p := loginAs(t, address, name)
	p.says("/token for=1d for the test")
	p.hears(`\+ token .*`)
	p.says("/quit")
	p.rest()
	writeSecret(t, filepath.Join(home, name+".token"), regexp.MustCompile(`parley_\w+`).FindString(p.heard.String())+"\n")
}

func writeSecret(t *testing.T, file, secret string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(secret), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestConnectWithAToken(t *testing.T) {
	address := startProgram(t)
	alice := dialAs(t, address, "alice")
	alice.says("/join #builds")
	alice.hears(`\+ join #builds .*`)
	ci := dialAs(t, address, "ci")
	ci.says("/join #builds")
	ci.hears(`\+ join #builds .*`)
	token := tokenOf(t, address, "ci")
	out, err := connectWith(t, "--name", "ci", "--token", token, "--send", "/msg #builds done", address)
	if err != nil {
		t.Errorf("%v: %s", err, out)
	}
	alice.hears(`\* say #builds ci: done`)
	matches(t, out, `\* hello .*`, `\+ login ci waiting=0 last=\d+`, `\+ msg #builds \d+`)

	out, err = connectWith(t, "--json", "--name", "ci", "--token", token, "--send", `{"do":"msg","to":"#builds","text":"done again"}`, address)
	if err != nil {
		t.Errorf("%v: %s", err, out)
	}
	alice.hears(`\* say #builds ci: done again`)
	matches(t, out, `\{"type":"done","command":"login","name":"ci",.*\}`, `\{"type":"done","command":"msg","to":"#builds","number":\d+\}`)
}

// TestConnectRefusesToLogIn: nothing is sent, the exit status says so, and no secret is shown.
func TestConnectRefusesToLogIn(t *testing.T) {
	address := startProgram(t)
	register(t, address, "ci")
	token := tokenOf(t, address, "ci")
	secret, err := os.ReadFile(token)
	if err != nil {
		t.Fatal(err)
	}
	open, group := token+".open", token+".group"
	for file, mode := range map[string]os.FileMode{open: 0o604, group: 0o620} {
		writeSecret(t, file, string(secret))
		if err := os.Chmod(file, mode); err != nil {
			t.Fatal(err)
		}
	}
	empty, two := token+".empty", token+".two"
	writeSecret(t, empty, "\n")
	writeSecret(t, two, string(secret)+"/quit\n")
	for _, c := range []struct{ what, flags, want string }{
		{"others may read it", "--name ci --token " + open, "others may read or write"},
		{"others may write it", "--name ci --token " + group, "chmod 600 " + group},
		{"nothing is in it", "--name ci --token " + empty, "must hold the token"},
		{"too much is in it", "--name ci --token " + two, "must hold the token"},
		{"no such file", "--name ci --token nothing", "no such file"},
		{"the token itself", "--name ci --token " + string(secret), "takes the name of a file"},
		{"no name", "--token " + token, "must be used together"},
		{"no token", "--name ci", "must be used together"},
		{"the name of another", "--name eve --token " + token, "cannot log in as eve: The name or the password is wrong."},
	} {
		t.Run(c.what, func(t *testing.T) {
			out, err := connectWith(t, append(strings.Fields(c.flags), "--send", "/ping x", address)...)
			if err == nil || !strings.Contains(out, c.want) || strings.Contains(out, "ping: x") {
				t.Errorf("%v, and it says\n%s", err, out)
			}
			if strings.Contains(out, strings.TrimSpace(string(secret))) {
				t.Errorf("it shows the token:\n%s", out)
			}
		})
	}
	if out, err := connectWith(t, "--name", "a b", "--token", token, address); err == nil || !strings.Contains(out, `"a b" is no name`) {
		t.Errorf("%v, and it says\n%s", err, out)
	}
}

// TestConnectAtATerminalWithAToken logs a person in who never types a password.
func TestConnectAtATerminalWithAToken(t *testing.T) {
	address := startProgram(t)
	register(t, address, "tess")
	token := tokenOf(t, address, "tess")
	ann := dialAs(t, address, "ann")
	term := openTerminal(t, asProgram+"=1 '"+os.Args[0]+"' connect --name tess --token "+token+" "+address)
	term.shows("  connected")
	term.enters("hello ann")
	ann.hears(`\* all tess: hello ann`)
	term.enters("/quit")
	term.shows("exit=0")
	term.neverShowed("parley_")
}

// TestConnectJSONPassesEverything has a program in a pipe that registers by a prompt, and reads what others say.
func TestConnectJSONPassesEverything(t *testing.T) {
	address := startProgram(t)
	ann := dialAs(t, address, "ann")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	input := `{"do":"register","name":"bot","tag":"in"}` + "\n" + aPassword + "\n" +
		`{"do":"all","text":"größer \"x\""}` + "\n//shrug\n" + `{"do":"msg","to":"nobody","text":"x"}` + "\n" + `{"do":"quit","tag":"out"}` + "\n"
	out, err := start(t, append(clientEnv(t.TempDir()), asProgram+"=1"), input, self, "connect", "--json", address).end()
	if err == nil {
		t.Error("one answer was a failure, and the exit status is 0")
	}
	ann.hears(`\* all bot: größer "x"`)
	ann.hears(`\* all bot: /shrug`)
	matches(t, out,
		`\{"type":"event","event":"prompt","what":"password",.*"tag":"in"\}`, `\{"type":"done","command":"register","name":"bot","tag":"in"\}`,
		`\{"type":"done","command":"all","number":\d+\}`, `\{"type":"done","command":"all","number":\d+\}`,
		`\{"type":"failed","command":"msg","code":"no-such-user",.*\}`,
		`\{"type":"done","command":"quit","tag":"out"\}`, `\{"type":"end","code":"bye",.*\}`)
}
