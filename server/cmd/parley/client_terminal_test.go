package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"parley/server/internal/testenv"
)

// need skips the test on a machine that lacks one of the commands. Debian keeps some of them with the games.
func need(t *testing.T, commands ...string) {
	t.Helper()
	for _, command := range commands {
		look := exec.Command("sh", "-c", `command -v "$1"`, "sh", command)
		look.Env = clientEnv(t.TempDir())
		if look.Run() == nil {
			continue
		}
		testenv.Skip(t, command+" is not installed; .ci/install does it")
	}
}

// clientEnv is the environment of a client: a home of its own, and nothing of the settings of whoever runs the test.
func clientEnv(home string) []string {
	return []string{"PATH=" + os.Getenv("PATH") + ":/usr/games", "HOME=" + home, "LC_ALL=C.UTF-8", "TERM=screen", "SHELL=/bin/sh"}
}

// terminal is a real terminal in which a person types.
type terminal struct {
	t    *testing.T
	home string
}

// openTerminal runs a line of shell in a new terminal, 200 columns wide. When it has ended, "exit=" and its status are shown.
func openTerminal(t *testing.T, line string, env ...string) *terminal {
	t.Helper()
	return newTerminal(t).opens(200, 50, line, env...)
}

// newTerminal makes the home of whoever will sit at a terminal.
func newTerminal(t *testing.T) *terminal {
	t.Helper()
	need(t, "tmux")
	home, err := os.MkdirTemp("/tmp", "parley") // short: the path of a socket is limited
	if err != nil {
		t.Fatal(err)
	}
	term := &terminal{t, home}
	t.Cleanup(func() {
		_ = term.tmux("kill-server").Run()
		os.RemoveAll(home)
	})
	return term
}

// opens runs a line of shell in a terminal of that size.
func (term *terminal) opens(columns, rows int, line string, env ...string) *terminal {
	t := term.t
	t.Helper()
	// What comes afterwards must not read: curl leaves the terminal in a state where that fails.
	start := term.tmux("new-session", "-d", "-x", strconv.Itoa(columns), "-y", strconv.Itoa(rows), line+"\necho exit=$?; exec sleep 600")
	start.Env = append(start.Env, env...)
	if out, err := start.CombinedOutput(); err != nil {
		t.Fatalf("tmux: %v: %s", err, out)
	}
	return term
}

func (term *terminal) tmux(args ...string) *exec.Cmd {
	command := exec.Command("tmux", append([]string{"-u", "-f", "/dev/null", "-S", filepath.Join(term.home, "tmux")}, args...)...)
	command.Env = clientEnv(term.home)
	return command
}

func (term *terminal) run(args ...string) string {
	term.t.Helper()
	out, err := term.tmux(args...).CombinedOutput()
	if err != nil {
		term.t.Fatalf("tmux %q: %v: %s", args, err, out)
	}
	return string(out)
}

// types types text as it stands.
func (term *terminal) types(text string) { term.t.Helper(); term.run("send-keys", "-l", "--", text) }

// presses takes keys by name, as Enter or C-c.
func (term *terminal) presses(keys ...string) {
	term.t.Helper()
	term.run(append([]string{"send-keys"}, keys...)...)
}

// enters types a line.
func (term *terminal) enters(format string, args ...any) {
	term.t.Helper()
	term.types(fmt.Sprintf(format, args...))
	term.presses("Enter")
}

// screen is all that was ever shown.
func (term *terminal) screen() string {
	term.t.Helper()
	return strings.TrimRight(term.run("capture-pane", "-p", "-J", "-S", "-"), "\n ")
}

// shows waits until the text is on the screen.
func (term *terminal) shows(text string) { term.t.Helper(); term.showsTimes(1, text) }

// showsTimes waits until the text is on the screen so many times.
func (term *terminal) showsTimes(n int, text string) {
	term.t.Helper()
	if !comesTrue(func() bool { return strings.Count(term.screen(), text) >= n }) {
		term.t.Fatalf("%q is not shown %d times:\n%s", text, n, term.screen())
	}
}

// neverShowed fails if the text is on the screen.
func (term *terminal) neverShowed(text string) {
	term.t.Helper()
	if screen := term.screen(); strings.Contains(screen, text) {
		term.t.Errorf("%q was shown:\n%s", text, screen)
	}
}
