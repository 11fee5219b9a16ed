package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestScreenTwoServers: both are in one screen, as the file has them.
func TestScreenTwoServers(t *testing.T) {
	t.Parallel()
	work, home := startProgram(t), startProgram(t)
	moveIn(t, work, "tess", "#builds")
	moveIn(t, home, "tessa", "#garden")
	ann, mum := resident(t, work, "ann", "#builds"), resident(t, home, "mum", "#garden")
	ann.tells("#lobby", "hello at work")
	mum.tells("#lobby", "hello at home")

	term := newTerminal(t)
	giveToken(t, work, term.home, "tess")
	giveToken(t, home, term.home, "tessa")
	write(t, filepath.Join(term.home, ".config/parley/config.toml"), fmt.Sprintf(`
[servers.work]
address = %q
name = "tess"
token = %q

[servers.home]
address = %q
name = "tessa"
token = %q
`, work, filepath.Join(term.home, "tess.token"), home, filepath.Join(term.home, "tessa.token")))
	w := term.connects("two-servers", small, "work home")
	w.looksAlways("work", "hello at work", "#garden")
	mum.tells("#garden", "tessa: the beans are up")
	w.rings()
	w.sees("@1")
	w.presses("M-a")
	w.looksAlways("garden", "the beans are up")
	w.enters("how lovely")
	mum.hears(`\* say #garden tessa: how lovely`)
	w.presses("M-2")
	w.enters("a build for you")
	ann.hears(`\* say #builds tess: a build for you`)
	w.presses("C-c")
	w.hasLeft(0)
}

// TestScreenInChinese: the locale says in which language.
func TestScreenInChinese(t *testing.T) {
	t.Parallel()
	address := startProgram(t)
	ann := dialAs(t, address, "ann")
	ann.tells("#lobby", "你好")
	w := openWindow(t, "chinese", small, address, "LC_ALL=", "LANG=zh_CN.UTF-8")
	w.looksAlways("name", "  >")
	w.enters("tess")
	w.looks("password", "tess")
	w.enters(aPassword)
	w.looksAlways("unknown", "tess")
	w.types("n")
	w.seesNot("N:")
	w.enters(aPassword)
	w.sees("tokens.toml")
	w.types("n")
	w.looksAlways("lobby", "你好")
	w.hasStraightRule(20)
	w.enters("/msg nobody 你好")
	w.looks("refused", "nobody")
}

// TestScreenWithoutColour: NO_COLOR is heard, and what is for tess is marked all the same.
func TestScreenWithoutColour(t *testing.T) {
	t.Parallel()
	address := startProgram(t)
	moveIn(t, address, "tess")
	ann := dialAs(t, address, "ann")
	w := openAs(t, "no-colour", small, address, "tess", "NO_COLOR=1")
	w.sees("begins here")
	ann.tells("#lobby", "tess: no colours?")
	w.rings()
	w.looksInColour("marked", "no colours?")
	if marks := w.coloured(); regexp.MustCompile(`(?m)^[ rbfcB]*[cB][ rbfcB]*$`).MatchString(marks) {
		t.Errorf("there are colours:\n%s", marks)
	}
}

// TestScreenPlain: one line at the bottom, and the text above it, is still to be had.
func TestScreenPlain(t *testing.T) {
	t.Parallel()
	address := startProgram(t)
	moveIn(t, address, "tess")
	ann := dialAs(t, address, "ann")
	term := newTerminal(t)
	giveToken(t, address, term.home, "tess")
	w := term.connects("plain", small, "--plain "+withToken(term, "tess")+address)
	w.sees("login tess")
	w.types("half a li")
	ann.tells("#lobby", "hello")
	w.looks("talk", "ann: hello", "> half a li")
	w.types("ne")
	w.presses("Enter")
	ann.hears(`\* all tess: half a line`)
	w.enters("exit")
	w.hasLeft(0)
}

// TestScreenDumb: a terminal that can't move its cursor gets line by line what comes, and the answers to what is typed.
func TestScreenDumb(t *testing.T) {
	t.Parallel()
	address := startProgram(t)
	moveIn(t, address, "tess")
	ann := dialAs(t, address, "ann")
	term := newTerminal(t)
	giveToken(t, address, term.home, "tess")
	w := term.runs("dumb", small, "TERM=dumb; export TERM; "+connectLine(withToken(term, "tess")+address)) // tmux sets TERM itself
	w.sees("+ login tess")
	ann.tells("#lobby", "hello")
	w.sees("* all ann: hello")
	w.enters("hello yourself")
	ann.hears(`\* all tess: hello yourself`)
	w.sees("+ all")
	w.presses("C-d")
	w.sees("exit=0")
}

// TestScreenHangUp: when the terminal goes away, or the client is told to end, it ends.
func TestScreenHangUp(t *testing.T) {
	t.Parallel()
	address := startProgram(t)
	moveIn(t, address, "tess")
	ann := dialAs(t, address, "ann")
	for _, signal := range []string{"HUP", "TERM"} {
		w := openAs(t, "hang-up", small, address, "tess")
		w.sees("connected")
		w.types("a draft")
		w.sees("> a draft")
		pid := clientOf(t, w)
		if out, err := exec.Command("kill", "-"+signal, strconv.Itoa(pid)).CombinedOutput(); err != nil {
			t.Fatalf("kill: %v: %s", err, out)
		}
		w.sees("exit=", "a draft")
		w.presses("C-l")
	}
	w := openAs(t, "hang-up", small, address, "tess")
	w.sees("connected")
	pid := clientOf(t, w)
	_ = w.tmux("kill-server").Run()
	if !comesTrue(func() bool { _, err := os.Stat(fmt.Sprintf("/proc/%d", pid)); return err != nil }) {
		t.Error("the client goes on without a terminal")
	}
	ann.asksUntil("/who", "who 1")
}

// clientOf finds the process of the client in a window: the child of the shell in it.
func clientOf(t *testing.T, w *window) (pid int) {
	t.Helper()
	shell := strings.TrimSpace(w.run("display-message", "-p", "#{pane_pid}"))
	if !comesTrue(func() bool {
		children, _ := os.ReadFile("/proc/" + shell + "/task/" + shell + "/children")
		pid, _ = strconv.Atoi(strings.TrimSpace(string(children)))
		return pid != 0
	}) {
		t.Fatalf("the shell %s has no client", shell)
	}
	return pid
}
