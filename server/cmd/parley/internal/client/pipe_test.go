package client

import (
	"io"
	"net"
	"strings"
	"testing"
)

const greeting = "* hello parley/1.0 line=4096 text=2000: Welcome.\n"

// check wants an exit code, the lines on standard output, and one sentence on
// standard error that holds complaint, or none if it is empty.
func check(t *testing.T, got outcome, exit int, out, complaint string) {
	t.Helper()
	if got.exit != exit {
		t.Errorf("exit %d, want %d", got.exit, exit)
	}
	if got.out != out {
		t.Errorf("standard output %q, want %q", got.out, out)
	}
	lines := strings.Count(got.err, "\n")
	if complaint == "" && got.err != "" || complaint != "" && (lines != 1 || !strings.Contains(got.err, complaint)) {
		t.Errorf("standard error %q, want one line with %q", got.err, complaint)
	}
}

func TestEveryLineAnswered(t *testing.T) {
	s := listen(t)
	done := start(t, Options{Address: s.address(), Send: []string{"/login alice correct horse", "#a1 /who"}})
	s.accept()
	s.exchange("/login alice correct horse", "+ login alice waiting=0")
	s.exchange("#a1 /who", "#a1 = user alice idle=0 sessions=1", "#a1 + who 1", "* all bob: hi")
	s.expectEnd()
	s.hangUp()
	check(t, <-done, ExitOK, greeting+"+ login alice waiting=0\n"+
		"#a1 = user alice idle=0 sessions=1\n#a1 + who 1\n* all bob: hi\n", "")
}

func TestStandardInput(t *testing.T) {
	s := listen(t)
	done := start(t, Options{Address: s.address(), In: strings.NewReader("\r\n/ping a\r\n   \n/ping b")})
	s.accept()
	s.exchange("/ping a", "+ ping: a")
	s.exchange("/ping b", "+ ping: b")
	s.expectEnd()
	s.hangUp()
	check(t, <-done, ExitOK, greeting+"+ ping: a\n+ ping: b\n", "")
}

func TestRefusedLineGoesOnAndFails(t *testing.T) {
	s := listen(t)
	done := start(t, Options{Address: s.address(), Send: []string{"/whoo", "/ping"}})
	s.accept()
	s.exchange("/whoo", "- * unknown-command whoo: Did you mean /who?")
	s.exchange("/ping", "+ ping")
	s.expectEnd()
	s.hangUp()
	check(t, <-done, ExitFailed, greeting+"- * unknown-command whoo: Did you mean /who?\n+ ping\n", "")
}

func TestPromptTakesTheNextLine(t *testing.T) {
	s := listen(t)
	done := start(t, Options{Address: s.address(), Send: []string{"/passwd", "/old one", "", "new one 1", "/who"}})
	s.accept()
	s.exchange("/passwd", "* prompt password: Your password:")
	s.exchange("/old one", "* prompt password: Your new password:")
	s.exchange("new one 1", "+ passwd")
	s.exchange("/who", "+ who 0")
	s.expectEnd()
	s.hangUp()
	check(t, <-done, ExitOK, greeting+"* prompt password: Your password:\n"+
		"* prompt password: Your new password:\n+ passwd\n+ who 0\n", "")
}

func TestPromptWithoutALine(t *testing.T) {
	s := listen(t)
	done := start(t, Options{Address: s.address(), Send: []string{"/login alice"}})
	s.accept()
	s.exchange("/login alice", "* prompt password: Password:")
	check(t, <-done, ExitFailed, greeting+"* prompt password: Password:\n", "asks for a password")
}

func TestQuitEndsTheInput(t *testing.T) {
	s := listen(t)
	done := start(t, Options{Address: s.address(), Send: []string{"/quit", "/never"}})
	s.accept()
	s.exchange("/quit", "+ quit", "! bye: See you.")
	s.expectEnd()
	s.hangUp()
	check(t, <-done, ExitOK, greeting+"+ quit\n! bye: See you.\n", "")
}

func TestMessagesAfterTheLastAnswerAreShown(t *testing.T) {
	s := listen(t)
	done := start(t, Options{Address: s.address(), Send: []string{"/login alice secret12"}})
	s.accept()
	s.exchange("/login alice secret12", "+ login alice waiting=1")
	s.expectEnd()
	s.say("* msg bob 7 at=2026-11-19T21:04:11Z: call me")
	s.hangUp()
	check(t, <-done, ExitOK, greeting+"+ login alice waiting=1\n* msg bob 7 at=2026-11-19T21:04:11Z: call me\n", "")
}

func TestConnectionLostBeforeTheAnswer(t *testing.T) {
	s := listen(t)
	done := start(t, Options{Address: s.address(), Send: []string{"/who"}})
	s.accept()
	s.expect("/who")
	s.say("= user alice idle=0 sessions=1")
	io.WriteString(s.conn, "+ who 1") // cut short: not an answer
	s.hangUp()
	check(t, <-done, ExitFailed, greeting+"= user alice idle=0 sessions=1\n", "was lost")
}

func TestClosedByTheServer(t *testing.T) {
	s := listen(t)
	done := start(t, Options{Address: s.address(), Send: []string{"/who"}})
	s.accept()
	s.exchange("/who", "! draining: The server is restarting.")
	check(t, <-done, ExitFailed, greeting+"! draining: The server is restarting.\n", "The server is restarting.")
}

func TestEventsArriveWhileInputIsSilent(t *testing.T) {
	s := listen(t)
	in, typed := io.Pipe()
	lines, out := io.Pipe()
	done := make(chan int, 1)
	go func() {
		done <- Run(t.Context(), Options{Address: s.address(), In: in, Out: out, Err: io.Discard})
	}()
	s.accept()
	s.say("* all bob: anyone?")
	want := greeting + "* all bob: anyone?\n"
	got := make([]byte, len(want))
	if _, err := io.ReadFull(lines, got); err != nil || string(got) != want {
		t.Fatalf("standard output %q (%v), want %q", got, err, want)
	}
	typed.Close()
	s.expectEnd()
	s.hangUp()
	if exit := <-done; exit != ExitOK {
		t.Errorf("exit %d, want %d", exit, ExitOK)
	}
}

func TestLinesThatCannotBeSent(t *testing.T) {
	for _, line := range []string{"not \xff UTF-8", "x\x7f", "a\x00b"} {
		s := listen(t)
		done := start(t, Options{Address: s.address(), Send: []string{line, "/ping"}})
		s.accept()
		s.exchange("/ping", "+ ping")
		s.expectEnd()
		s.hangUp()
		check(t, <-done, ExitFailed, greeting+"+ ping\n", "not sent")
	}
}

func TestOutputCannotDriveATerminal(t *testing.T) {
	s := listen(t)
	done := start(t, Options{Address: s.address(), Send: []string{"/ping"}})
	s.accept()
	s.say("* all eve: \x1b[2Jred\u009b31m\u202eback\u2028line\x07\xff")
	s.exchange("/ping", "+ ping")
	s.expectEnd()
	s.hangUp()
	check(t, <-done, ExitOK, greeting+"* all eve: [2Jred31mbackline\uFFFD\n+ ping\n", "")
}

func TestNoConnection(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	free := l.Addr().String()
	l.Close()
	check(t, <-start(t, Options{Address: free}), ExitNoConnect, "", "cannot connect to "+free+": connection refused\n")
	check(t, <-start(t, Options{Address: "a:b"}), ExitNoConnect, "", "is not an address")
}
