package client

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/term"

	"parley/internal/language"
	"parley/server/internal/testenv"
)

// addressVariable makes the test binary a client, for a terminal to run; languageVariable is the language of its sentences.
const (
	addressVariable  = "PARLEY_TEST_CONNECT"
	languageVariable = "PARLEY_TEST_LANGUAGE"
)

func TestMain(m *testing.M) {
	if address := os.Getenv(addressVariable); address != "" {
		lang, _ := language.Of(os.Getenv(languageVariable))
		os.Exit(Run(context.Background(), Options{
			Address: address, Plain: true, Language: lang, In: os.Stdin, Out: os.Stdout, Err: os.Stderr,
		}))
	}
	os.Exit(m.Run())
}

// window is a real terminal, 60 columns wide, with a client in it. After the
// client's end it shows "exit=" and its code.
type window struct {
	t   *testing.T
	dir string
}

const terminalScript = `cd %q
stty -g >before
sh -c 'echo $$ >pid; exec %q'
echo exit=$?
stty -g >after
exec cat`

func openTerminal(t *testing.T, address string) *window {
	t.Helper()
	if _, err := exec.LookPath("tmux"); err != nil {
		testenv.Skip(t, "tmux is not installed, so the interactive client is not tested; .ci/install does it")
	}
	dir, err := os.MkdirTemp("/tmp", "parley") // short: a socket's path is limited
	if err != nil {
		t.Fatal(err)
	}
	term := &window{t, dir}
	t.Cleanup(func() {
		term.command("kill-server").Run()
		os.RemoveAll(dir)
	})
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	start := term.command("new-session", "-d", "-x", "60", "-y", "20", fmt.Sprintf(terminalScript, dir, binary))
	start.Env = append(start.Env, addressVariable+"="+address)
	if out, err := start.CombinedOutput(); err != nil {
		t.Fatalf("tmux: %v: %s", err, out)
	}
	return term
}

func (term *window) command(args ...string) *exec.Cmd {
	tmux := exec.Command("tmux", append([]string{"-u", "-f", "/dev/null", "-S", filepath.Join(term.dir, "tmux")}, args...)...)
	tmux.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "TERM=xterm", "TMUX=", "SHELL=/bin/sh")
	return tmux
}

func (term *window) run(args ...string) string {
	term.t.Helper()
	out, err := term.command(args...).CombinedOutput()
	if err != nil {
		term.t.Fatalf("tmux %q: %v: %s", args, err, out)
	}
	return string(out)
}

// types types text as it stands; presses takes the names of keys.
func (term *window) types(text string) { term.t.Helper(); term.run("send-keys", "-l", text) }
func (term *window) presses(keys ...string) {
	term.t.Helper()
	term.run(append([]string{"send-keys"}, keys...)...)
}

// screen is what can be seen, and what has scrolled away, without the blank ends
// of lines, wrapped lines joined.
func (term *window) screen() string {
	term.t.Helper()
	lines := strings.Split(term.run("capture-pane", "-p", "-J", "-S", "-"), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " ")
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n")
}

// resize changes the width, and waits until the client can know it.
func (w *window) resize(columns int) {
	w.t.Helper()
	w.run("resize-window", "-x", fmt.Sprint(columns), "-y", "20")
	tty := strings.TrimSpace(w.run("display-message", "-p", "#{pane_tty}"))
	w.until(fmt.Sprintf("the width is not %d", columns), func() bool {
		f, err := os.Open(tty)
		if err != nil {
			return false
		}
		defer f.Close()
		width, _, _ := term.GetSize(int(f.Fd()))
		return width == columns
	})
}

// until waits for a condition.
func (term *window) until(complaint string, met func() bool) {
	term.t.Helper()
	deadline := time.Now().Add(patience)
	for !met() {
		if time.Now().After(deadline) {
			term.t.Fatalf("%s; the terminal shows\n%s", complaint, term.screen())
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// shows waits until the screen ends in these lines.
func (term *window) shows(lines ...string) {
	term.t.Helper()
	want := strings.Join(lines, "\n")
	term.until("wanted at the end:\n"+want, func() bool {
		return strings.HasSuffix("\n"+term.screen(), "\n"+want)
	})
}

// hasLeft waits for the client's end and wants the terminal as it was before.
func (term *window) hasLeft(exit int, lines ...string) {
	term.t.Helper()
	term.shows(append(lines, fmt.Sprintf("exit=%d", exit))...)
	if before, after := term.file("before"), term.file("after"); before != after {
		term.t.Errorf("the terminal was %q and is %q", before, after)
	}
}

// file waits until the terminal's script has written a file.
func (term *window) file(name string) string {
	term.t.Helper()
	var text []byte
	term.until("no file "+name, func() bool {
		text, _ = os.ReadFile(filepath.Join(term.dir, name))
		return strings.HasSuffix(string(text), "\n")
	})
	return strings.TrimSpace(string(text))
}
