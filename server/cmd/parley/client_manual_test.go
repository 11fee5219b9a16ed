package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// clientsPage is the manual of the clients. The second word behind the fence of an example says how it is tried: at a
// terminal, in a pipe, as a script. A config is put in its place before.
const clientsPage = "../../../docs/clients.md"

// example is one block of the page.
type example struct{ language, kind, text string }

// name is its first line without blanks and slashes, which have a meaning in the name of a test.
func (e example) name() string {
	line, _, _ := strings.Cut(e.text, "\n")
	return strings.NewReplacer(" ", "_", "/", "|").Replace(line)
}

// examples reads a page. Host and port become those of the test.
func examples(t *testing.T, file, address string) (all []example) {
	t.Helper()
	page, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	host, port, _ := net.SplitHostPort(address)
	here := strings.NewReplacer("localhost", host, "8888", port)
	for _, m := range regexp.MustCompile("(?ms)^```(.+?)\n(.*?)^```$").FindAllStringSubmatch(string(page), -1) {
		language, kind, _ := strings.Cut(m[1], " ")
		all = append(all, example{language, kind, here.Replace(m[2])})
	}
	return all
}

// TestClientsPage tries every example, all on one port.
func TestClientsPage(t *testing.T) {
	address := startProgram(t)
	tried := tryExamples(t, address, examples(t, clientsPage, address))
	for _, kind := range []string{"config", "terminal", "pipe", "script"} {
		if tried[kind] == 0 {
			t.Errorf("the page has no example of the kind %q any more", kind)
		}
	}
}

// tryExamples tries examples of a page, for which alice is in #backup. It returns how many of each kind there were.
func tryExamples(t *testing.T, address string, page []example) (tried map[string]int) {
	t.Helper()
	alice := dialAs(t, address, "alice")
	alice.says("/join #backup")
	alice.hears(`\+ join #backup .*`)
	alice.says("/quit")
	alice.rest()
	register(t, address, "ann")
	home := homeWith(t, page)
	tried = map[string]int{}
	for _, e := range page {
		tried[e.kind]++
		switch e.kind {
		case "config":
		case "screen": // TestScreenOnThePage makes it
		case "terminal":
			t.Run(e.name(), func(t *testing.T) { t.Parallel(); tryTerminal(t, address, home, e) })
		case "pipe":
			t.Run(e.name(), func(t *testing.T) { t.Parallel(); tryPipe(t, home, e) })
		case "script":
			t.Run(e.name(), func(t *testing.T) { t.Parallel(); tryScript(t, address, home, e) })
		default:
			t.Errorf("nothing says how this is to be tried: %s", e.text)
		}
	}
	return tried
}

// homeWith makes the home of whoever follows the page: the configuration is in place, and parley is installed.
func homeWith(t *testing.T, page []example) (home string) {
	t.Helper()
	home = newHome(t)
	for _, e := range page {
		switch {
		case e.kind == "config" && e.language == "toml":
			writeSettings(t, home, e.text)
		case e.kind == "config":
			write(t, filepath.Join(home, ".tfrc"), e.text)
		}
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(home, "bin", "parley"), fmt.Sprintf("#!/bin/sh\n%s=1 exec '%s' \"$@\"\n", asProgram, self))
	return home
}

// newHome makes an empty home. What was run there may write to it until it has ended, which may be after the test.
func newHome(t *testing.T) string {
	t.Helper()
	home, err := os.MkdirTemp("", "parley-home-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if !comesTrue(func() bool { return os.RemoveAll(home) == nil }) {
			t.Errorf("%s can't be removed", home)
		}
	})
	return home
}

// write writes a file that can be run.
func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
}

// readerEnv is the environment of whoever follows the page.
func readerEnv(home string) []string {
	return append(clientEnv(home), "PATH="+home+"/bin:"+os.Getenv("PATH")+":/usr/games", "PARLEY_PASSWORD="+aPassword)
}

// tryTerminal logs in and talks with ann.
func tryTerminal(t *testing.T, address, home string, e example) {
	t.Helper()
	program := strings.Fields(e.text)[0]
	if program != "parley" {
		need(t, program)
	}
	slash := "/"
	if program == "tf5" {
		slash = "/p "
	}
	ann, bye := loginAs(t, address, "ann"), "See you."
	term := openTerminal(t, e.text, readerEnv(home)...)
	if program == "parley" && !strings.Contains(e.text, "--plain") {
		term.entersAs("alice")
		bye = "exit=0"
	} else {
		term.shows("Welcome.")
		term.enters("%slogin alice", slash)
		term.shows("our password")
		term.enters(aPassword)
	}
	hello := "hello by " + e.name()
	term.enters("%s", hello)
	ann.hears(`\* all alice: ` + regexp.QuoteMeta(hello))
	ann.says("I hear %s", hello)
	term.shows("I hear " + hello)
	term.enters("%squit", slash)
	term.shows(bye) // some stay until a key is pressed
}

// entersAs answers what the whole screen of parley connect asks somebody who has an account.
func (term *terminal) entersAs(name string) {
	term.t.Helper()
	term.shows("Your name here:")
	term.enters("%s", name)
	term.shows("The password of " + name + ":")
	term.enters(aPassword)
	term.shows("Stay logged in on this computer?")
	term.types("n")
	term.shows("  connected")
}

// loginAs opens a connection of somebody who has an account.
func loginAs(t *testing.T, address, name string) *plain {
	t.Helper()
	p := dial(t, address)
	p.says("/login %s %s", name, aPassword)
	p.hears(`\+ login ` + name + ` .*`)
	return p
}

var answered = regexp.MustCompile(`(?m)^(\+ (who \d+|msg #backup \d+|ping: .*)|\{"type":"done","command":"who",.*\})\r?$`)

func tryPipe(t *testing.T, home string, e example) {
	t.Helper()
	for _, client := range []string{"nc.openbsd", "nc.traditional", "ncat", "busybox", "socat", "curl", "bash"} {
		if strings.Contains(e.text, client+" ") {
			need(t, client)
		}
	}
	if out := runReader(t, home, e.language, "-c", e.text); !answered.MatchString(out) {
		t.Errorf("the answer is missing:\n%s", out)
	}
}

// tryScript is a script that says something in the lobby.
func tryScript(t *testing.T, address, home string, e example) {
	t.Helper()
	need(t, "expect", "telnet")
	ann := loginAs(t, address, "ann")
	file := filepath.Join(t.TempDir(), "script")
	write(t, file, e.text)
	out := runReader(t, home, "expect", "-f", file)
	ann.hears(`\* all alice: The backup is done\.`)
	if !strings.Contains(out, "! bye: ") {
		t.Errorf("the script did not come to its end:\n%s", out)
	}
}

// runReader runs what stands on the page. It must end by itself, and well.
func runReader(t *testing.T, home string, command ...string) string {
	t.Helper()
	out, err := start(t, readerEnv(home), "", command...).end()
	if err != nil {
		t.Errorf("%q: %v, after\n%s", command, err, out)
	}
	return out
}
