package server

import (
	"fmt"
	"strings"
	"testing"
)

// evio closes at the end of the input. So every line before it must be answered before the end is looked at: the lines that wait for the
// store, the slow ones after them, and the last one, which has no end.
func TestEveryLineIsAnsweredBeforeTheEnd(t *testing.T) {
	s := start(t)
	u := s.join("alice")
	const posts = 300
	commits, slow := s.store.holdCommits(), s.store.holdSlow()
	before := s.store.commits.Load()
	var b strings.Builder
	for i := range posts {
		fmt.Fprintf(&b, "#p%d /all %d\n", i, i)
	}
	b.WriteString("/history slow\n/who\n#last /ping here")
	u.send(b.String())
	u.halfClose()
	eventually(t, "the store is asked", func() bool { return s.store.commits.Load() > before })
	commits()
	for i := range posts {
		u.want(fmt.Sprintf("#p%d + all ", i))
	}
	s.waitWorking(s.shards[0])
	slow()
	u.want("- history no-such-user slow")
	u.want("= user alice ")
	u.want("+ who 1")
	u.want("#last + ping: here")
	u.wantEnd()
}

func TestLastLineWithoutAnEnd(t *testing.T) {
	for _, c := range []struct{ sent, last, answer string }{
		{"a command", "/ping x", "+ ping: x"},
		{"a slow command", "/who", "- who login-required"},
		{"a login", "/register eve " + password, "+ register eve"},
		{"a CR at the end", "/ping x\r", "- * bad-char"},
		{"too long a line", "/ping " + strings.Repeat("x", 5000), "- * line-too-long"},
	} {
		t.Run(c.sent, func(t *testing.T) {
			u := start(t).dial()
			u.send(c.last)
			u.halfClose()
			u.want(c.answer)
			u.wantEnd()
		})
	}
}

// Whoever still sends when the server closes gets the last line and an end in order. A reset might take the line away again.
func TestLastLineComesThroughMuchInput(t *testing.T) {
	u := start(t, func(o *setup) { o.Input = 1 << 20 }).dial()
	u.say("/quit")
	u.send(strings.Repeat("/ping and so on\n", 1<<18)) // more than all buffers on the way hold
	u.want("+ quit")
	u.want("! bye: ")
	u.halfClose()
	u.wantEnd()
}

func TestEndInMidPrompt(t *testing.T) {
	s := start(t)
	u := s.dial()
	u.say("/register eve")
	u.want("* prompt password")
	u.send(password)
	u.halfClose()
	u.want("+ register eve")
	u.wantEnd()
}

// After the closing words an unfinished line is not done any more.
func TestUnfinishedLineIsNotDoneAfterTheClosingWords(t *testing.T) {
	s := start(t)
	u := s.dial()
	u.send("/register eve " + password)
	var c *conn
	s.waitFor(s.shards[0], "the loop waits for its end", func(one *conn) bool { c = one; return one.timers.isArmed(timerPeek) })
	s.onLoop(s.shards[0], func() {
		c.close(loginTimeoutLine)
		if c.timers.isArmed(timerPeek) {
			t.Error("it is still waited for")
		}
	})
	u.want("! login-timeout")
	u.wantEnd()
}

// Pieces of a line are put together, however slowly they come.
func TestLineInPieces(t *testing.T) {
	s := start(t)
	u := s.dial()
	for _, piece := range []string{"/pi", "ng a", " b\r", "\n/ping c\n/pi", "ng d\n"} {
		u.send(piece)
		s.onLoop(s.shards[0], func() {})
	}
	for _, word := range []string{"a b", "c", "d"} {
		u.want("+ ping: " + word)
	}
}
