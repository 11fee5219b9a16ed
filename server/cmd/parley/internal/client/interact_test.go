package client

import (
	"os/exec"
	"strings"
	"testing"
)

// converse opens a terminal with a client that has been greeted.
func converse(t *testing.T) (*fakeServer, *terminal) {
	t.Helper()
	s := listen(t)
	term := openTerminal(t, s.address())
	s.accept()
	term.shows("Welcome.", ">")
	return s, term
}

func TestTypedLineStaysWhole(t *testing.T) {
	s, term := converse(t)
	term.types("half a li")
	term.shows("> half a li")
	s.say("* all bob: hello")
	term.shows("Welcome.", "bob: hello", "> half a li")
	term.types("ne")
	term.presses("Home")
	term.types("one ")
	term.shows("bob: hello", "> one half a line")
	term.presses("Enter")
	s.exchange("one half a line", "+ all 1", "* msg bob 2: psst")
	term.shows("Welcome.", "bob: hello", "> one half a line", "bob → you: psst", ">")
}

func TestLongAndWideLinesStayWhole(t *testing.T) {
	s, term := converse(t)
	line := "日本語 " + strings.Repeat("é", 52) + "語 wide 🙂 " + strings.Repeat("x", 60)
	term.types(line)
	term.shows("Welcome.", "> "+line)
	s.say("* all bob: hello")
	term.shows("Welcome.", "bob: hello", "> "+line)
	term.presses("Home", "Right", "Delete", "End", "BSpace", "C-w", "BSpace", "BSpace", "BSpace")
	line = "日語 " + strings.Repeat("é", 52) + "語 wide"
	term.shows("Welcome.", "bob: hello", "> "+line)
	term.presses("Enter")
	s.exchange(line, "+ all 1")
	term.shows("Welcome.", "bob: hello", "> "+line, ">")
}

func TestLineOfExactlyTheWidth(t *testing.T) {
	s, term := converse(t)
	line := strings.Repeat("a", 57) + "b"
	term.types(line)
	s.say("* all bob: one", "* all bob: two")
	term.shows("Welcome.", "bob: one", "bob: two", "> "+line)
	term.types("c")
	term.shows("Welcome.", "bob: one", "bob: two", "> "+line+"c")
	term.presses("BSpace", "BSpace", "Enter")
	s.exchange(strings.Repeat("a", 57), "+ all 1")
	term.shows("bob: two", "> "+strings.Repeat("a", 57), ">")
}

func TestLineSurvivesResizing(t *testing.T) {
	s, term := converse(t)
	line := strings.Repeat("0123456789", 8)
	term.types(line)
	term.shows("Welcome.", "> "+line)
	term.resize(33)
	term.types("x")
	term.shows("Welcome.", "> "+line+"x")
	s.say("* all bob: hello")
	term.shows("Welcome.", "bob: hello", "> "+line+"x")
}

func TestPasswordIsNotShown(t *testing.T) {
	s, term := converse(t)
	term.types("/login alice")
	term.presses("Enter")
	s.exchange("/login alice", "* prompt password: Your password, please. Careful: your screen may show it.")
	term.shows("> /login alice", "Your password, please:")
	term.types("horse battery")
	s.say("* all bob: peeking")
	term.shows("> /login alice", "bob: peeking", "Your password, please:")
	term.presses("Enter")
	s.exchange("horse battery", "+ login alice waiting=0")
	term.shows("> /login alice", "bob: peeking", "Your password, please:", "login alice waiting=0", ">")
	term.presses("Up")
	term.shows("login alice waiting=0", "> /login alice")
	if screen := term.screen(); strings.Contains(screen, "horse") {
		t.Errorf("the password is shown:\n%s", screen)
	}
}

func TestPasswordTypedAheadIsNotShown(t *testing.T) {
	s, term := converse(t)
	term.types("/passwd\rold secret\rnew secret\rhello\r")
	s.exchange("/passwd", "* prompt password: Old:")
	s.exchange("old secret", "* prompt password: New:")
	s.exchange("new secret", "+ passwd")
	s.exchange("hello", "+ all 1")
	term.shows("passwd", ">")
	if screen := term.screen(); strings.Contains(screen, "secret") {
		t.Errorf("the password is shown:\n%s", screen)
	}
}

func TestPasswordThatWasNotAskedForIsNotSent(t *testing.T) {
	s, term := converse(t)
	term.types("/login alice\rhorse battery\rhello\r")
	s.exchange("/login alice", "- login already-logged-in: You are logged in already.")
	s.exchange("hello", "+ all 1")
	term.shows("You are logged in already.",
		"What you typed for the password was not sent: the server did not ask for it.", ">")
}

func TestHistoryKeepsNoPassword(t *testing.T) {
	s, term := converse(t)
	term.types("first\r")
	s.exchange("first", "+ all 1")
	term.types("/login alice horse battery\r")
	s.exchange("/login alice horse battery", "+ login alice waiting=0")
	term.shows("> /login alice ********", "login alice waiting=0", ">") // what is typed before the answer has come stands above it
	term.types("second\r")
	s.exchange("second", "+ all 2")
	term.shows("> /login alice ********", "login alice waiting=0", "> second", ">")
	term.types("draft")
	term.presses("Up")
	term.shows("> second", "> second")
	term.presses("Up")
	term.shows("> second", "> first")
	term.presses("Up", "Down", "Down")
	term.shows("> second", "> draft")
	term.presses("C-u", "Up", "Up", "Enter")
	s.exchange("first", "+ all 3")
}

func TestPastedLinesAllArrive(t *testing.T) {
	s, term := converse(t)
	lines := strings.Fields(strings.Repeat("alpha beta gamma delta ", 50))
	term.types(strings.Join(lines, "\r") + "\r")
	for i, line := range lines {
		if i == 100 {
			s.exchange(line, "- all rate-limited retry=1: Too fast.")
		}
		s.exchange(line, "+ all 1")
	}
	term.shows("> gamma", "> delta", ">")
}

func TestDoneLeavesAfterWhatWasTyped(t *testing.T) {
	s, term := converse(t)
	term.types("one\rtwo\r")
	term.presses("C-d")
	s.exchange("one", "+ all 1")
	s.exchange("two", "+ all 2")
	s.exchange("/quit", "+ quit", "! bye: See you.")
	term.hasLeft(ExitOK, "> two", "See you.")
}

func TestExitLeaves(t *testing.T) {
	s, term := converse(t)
	term.types("exit\r")
	s.exchange("/quit", "+ quit", "! bye: See you.")
	term.hasLeft(ExitOK, "> exit", "See you.")
}

func TestInterruptLeavesASilentServer(t *testing.T) {
	s, term := converse(t)
	term.types("one\rtwo\rhalf")
	s.expect("one")
	term.presses("C-c")
	s.expect("/quit")
	s.expectEnd()
	term.presses("C-c")
	term.hasLeft(ExitOK)
}

func TestInterruptAtAPasswordSendsNothing(t *testing.T) {
	s, term := converse(t)
	term.types("/login alice\rhalf")
	s.exchange("/login alice", "* prompt password: Password:")
	term.presses("C-c")
	s.expectEnd()
	s.hangUp()
	term.hasLeft(ExitOK)
	if screen := term.screen(); strings.Contains(screen, "half") {
		t.Errorf("the password is shown:\n%s", screen)
	}
}

func TestTerminatedRestoresTheTerminal(t *testing.T) {
	_, term := converse(t)
	if out, err := exec.Command("kill", "-TERM", term.file("pid")).CombinedOutput(); err != nil {
		t.Fatalf("kill: %v: %s", err, out)
	}
	term.hasLeft(ExitOK)
}

func TestLostConnectionIsTold(t *testing.T) {
	s, term := converse(t)
	term.types("unfinished")
	term.shows("> unfinished")
	s.hangUp()
	term.hasLeft(ExitFailed, "> unfinished", "parley: the connection to "+s.address()+" was lost")
}

func TestServerCannotDriveTheTerminal(t *testing.T) {
	s, term := converse(t)
	s.say("* all eve: \x1b[2J\x1b[Hgone\u009b2J", "not parley\x1b[2J")
	term.shows("Welcome.", "eve: [2J[Hgone2J", "not parley[2J", ">")
}
