package client

import (
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/internal/language"
)

// converse opens a terminal with a client that has been greeted.
func converse(t *testing.T) (*fakeServer, *window) {
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

// A line that is longer than the row is seen around the cursor; what is sent and what stays on the screen is the whole of it.
func TestLongAndWideLinesStayWhole(t *testing.T) {
	s, term := converse(t)
	line := "日本語 " + strings.Repeat("é", 52) + "語 wide 🙂 " + strings.Repeat("x", 40)
	term.types(line)
	term.shows("Welcome.", "> éééééé語 wide 🙂 "+strings.Repeat("x", 40))
	s.say("* all bob: hello")
	term.shows("Welcome.", "bob: hello", "> éééééé語 wide 🙂 "+strings.Repeat("x", 40))
	term.presses("Home", "Right", "Delete")
	term.shows("bob: hello", "> 日語 "+strings.Repeat("é", 52))
	term.presses("End", "BSpace", "C-w", "BSpace", "BSpace", "BSpace")
	term.shows("bob: hello", "> "+strings.Repeat("é", 50)+"語 wide")
	line = "日語 " + strings.Repeat("é", 52) + "語 wide"
	term.presses("Enter")
	s.exchange(line, "+ all 1")
	term.shows("Welcome.", "bob: hello", "> "+line, ">")
}

func TestLineOfExactlyTheWidth(t *testing.T) {
	s, term := converse(t)
	line := strings.Repeat("a", 56) + "b"
	term.types(line)
	s.say("* all bob: one", "* all bob: two")
	term.shows("Welcome.", "bob: one", "bob: two", "> "+line)
	term.types("c")
	term.shows("Welcome.", "bob: one", "bob: two", "> "+line[1:]+"c")
	term.presses("BSpace", "BSpace", "Enter")
	s.exchange(strings.Repeat("a", 56), "+ all 1")
	term.shows("bob: two", "> "+strings.Repeat("a", 56), ">")
	s.say("* all bob: " + strings.Repeat("b", 55)) // as wide as the terminal
	term.shows("> "+strings.Repeat("a", 56), "bob: "+strings.Repeat("b", 55), ">")
}

func TestLineSurvivesResizing(t *testing.T) {
	s, term := converse(t)
	line := "one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
	term.types(line)
	term.shows("Welcome.", "> "+line[23:])
	term.resize(33)
	term.shows("Welcome.", "> "+line[50:])
	term.types("x")
	term.shows("Welcome.", "> "+line[51:]+"x")
	s.say("* all bob: hello")
	term.shows("Welcome.", "bob: hello", "> "+line[51:]+"x")
	term.resize(70)
	term.shows("Welcome.", "bob: hello", "> "+line[14:]+"x")
	term.presses("Enter")
	s.exchange(line+"x", "+ all 1")
	term.shows("Welcome.", "bob: hello", "> "+line+"x", ">")
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

// What a server says at once comes whole and in order, however much it is, and the line that is being typed stays below.
func TestManyLinesComeWhole(t *testing.T) {
	s, term := converse(t)
	term.types("half a line")
	term.shows("> half a line")
	said, want := make([]string, 1500), []string{"Welcome."} // tmux keeps 2000 rows
	for i := range said {
		text := fmt.Sprintf("bob: %d %s", i, strings.Repeat("日本é ", i%40)) + "."
		said[i] = "* all " + text
		want = append(want, text)
	}
	want = append(want, "> half a line")
	var all sync.WaitGroup
	all.Go(func() { _, _ = io.WriteString(s.conn, strings.Join(said, "\r\n")+"\r\n") }) // what is missing is not shown
	term.shows(want[len(want)-2:]...)
	all.Wait()
	if got := strings.Split(term.screen(), "\n"); !slices.Equal(got, want[len(want)-len(got):]) || len(got) < 500 {
		t.Errorf("the terminal shows\n%s", strings.Join(got, "\n"))
	}
}

func TestClearedScreenKeepsTheLine(t *testing.T) {
	s, term := converse(t)
	term.types("half a line")
	term.presses("C-l")
	term.until("the screen is not cleared", func() bool { return term.run("capture-pane", "-p", "-E", "1") == "> half a line\n\n" })
	term.resize(50)
	term.types("x")
	term.shows("> half a linex")
	s.say("* all bob: hello")
	term.shows("bob: hello", "> half a linex")
	if got := term.run("capture-pane", "-p", "-E", "2"); got != "bob: hello\n> half a linex\n\n" {
		t.Errorf("the screen begins with\n%s", got)
	}
	if whole := term.screen(); strings.Count(whole, "half") > 2 { // the terminal keeps what Ctrl-L has cleared, and nothing else
		t.Errorf("the screen and what is above it:\n%s", whole)
	}
}

// What the terminal marks as pasted is sent line by line, too; a line without its end waits.
func TestPastedTextIsSent(t *testing.T) {
	s, term := converse(t)
	term.types("and ")
	term.run("set-buffer", "one\ttab\n\ntwo\nthr")
	term.run("paste-buffer", "-p", "-r")
	s.exchange("and one tab", "+ all 1")
	s.exchange("two", "+ all 2")
	term.types("ee\r")
	s.exchange("three", "+ all 3")
	term.shows("> and one tab", "> two", "> three", ">")
}

// A line that is typed together with a password is typed behind it, however fast the server refuses to ask for one.
func TestRefusalComesWhileThePasswordIsTyped(t *testing.T) {
	s, term := converse(t)
	for i := range 30 {
		term.types(fmt.Sprintf("/login alice\rhorse battery\rhello %d\r", i))
		s.exchange("/login alice", "- login already-logged-in: You are logged in already.")
		s.exchange(fmt.Sprint("hello ", i), "+ all 1")
	}
}

func TestClosedTerminalEndsIt(t *testing.T) {
	s, term := converse(t)
	pid := term.file("pid")
	term.types("unfinished")
	term.shows("> unfinished")
	term.run("kill-server")
	s.conn.SetReadDeadline(time.Now().Add(patience))
	if rest, err := io.ReadAll(s.in); err != nil || len(rest) > 0 {
		t.Errorf("the server read %q (%v), want the end", rest, err)
	}
	for deadline := time.Now().Add(patience); exec.Command("kill", "-0", pid).Run() == nil; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the client has not ended")
		}
	}
}

func TestNamesThatWereSeenAreCompleted(t *testing.T) {
	s, term := converse(t)
	s.say("* all Bobby: hello", "* join #tea carol", "= help who: /who - Lists who is here.")
	term.shows("Bobby: hello", "carol joined #tea", "  /who - Lists who is here.", ">")
	term.types("bo\thi")
	term.shows("> Bobby: hi")
	term.presses("C-u")
	term.types("/w\tca\t#\tx\ty")
	term.shows("> /who carol #tea xy")
	term.presses("Enter")
	s.exchange("/who carol #tea xy", "+ who 0")
}

func TestSentencesAreInTheLanguageOfTheUser(t *testing.T) {
	t.Setenv(languageVariable, "zh")
	s := listen(t)
	term := openTerminal(t, s.address())
	s.accept()
	s.exchange("/lang zh", "+ lang zh")
	term.shows("Welcome.", ">")
	s.say("* here bob")
	term.shows("Welcome.", language.Chinese.Sprintf("%s is here", "bob"), ">")
}
