package server

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// fedAtOnce is how many waiting messages come in one page.
const fedAtOnce = 64

// beingFed logs somebody in for whom more messages wait than come in one page. Since they do not read, the next page does not come. Message i
// begins with the word number i.
func (s *testServer) beingFed(writer *user, name string, messages int) *user {
	s.t.Helper()
	u := s.joinSmall(name)
	u.ask("/logout")
	for i := range messages {
		if got := writer.ask(fmt.Sprintf("/msg %s %d %s", name, i, stuffing)); !strings.HasSuffix(got, " stored") {
			s.t.Fatal(got)
		}
	}
	u.say("/login " + name + " " + password)
	s.waitFor(s.shards[0], "the next page waits", func(c *conn) bool { return c.chat.feeding && c.out.unsent() >= flushSize })
	return u
}

// toPing reads what a session is shown until all that it was told before now has come. It returns the words of all private messages.
func (u *user) toPing() (shown [][]string) {
	u.t.Helper()
	u.say("/ping end")
	for line := u.line(); line != "+ ping: end"; line = u.line() {
		if strings.HasPrefix(line, "* msg ") {
			shown = append(shown, strings.Fields(line))
		}
	}
	return shown
}

// A session whose waiting messages are still being fed is shown what is said meanwhile, and in order, though another session of the account
// has acknowledged it by then.
func TestFedSessionMissesNothing(t *testing.T) {
	s := start(t)
	writer := s.join("writer")
	slow := s.beingFed(writer, "reader", 100)
	other := s.join("reader")
	other.ask("/ping fed")
	copied := strings.Fields(other.ask("/msg writer hello"))[3]
	live := writer.ask("/msg reader now")
	if !strings.HasSuffix(live, " sent=2") {
		t.Error(live)
	}
	other.toPing()
	s.wantAcked("reader")
	var numbers []string
	for _, words := range slow.toPing() {
		if words[2] != "writer" || !strings.HasPrefix(words[4], "at=") {
			numbers = append(numbers, strings.TrimSuffix(words[3], ":"))
		}
	}
	if want := []string{copied, strings.Fields(live)[3]}; !slices.Equal(numbers, want) {
		t.Errorf("behind the waiting messages it is shown %q, want %q", numbers, want)
	}
}

// What is said meanwhile still waits when the last page is read: it is shown once all the same.
func TestEndOfFeedingRepeatsNothing(t *testing.T) {
	s := start(t)
	writer := s.join("writer")
	u := s.beingFed(writer, "reader", 100)
	for i := range 100 {
		writer.ask(fmt.Sprintf("/msg reader %d %s", 100+i, stuffing))
	}
	shown := u.toPing()
	if len(shown) != 200 {
		t.Errorf("it is shown %d messages, want 200", len(shown))
	}
	for i, words := range shown {
		if late := strings.HasPrefix(words[4], "at="); late != (i < 100) || !slices.Contains(words[4:6], fmt.Sprint(i)) {
			t.Fatalf("message %d is %q", i, words)
		}
	}
}

// What a session has not been fed when it ends still waits, although something newer was said to it.
func TestEndBetweenPagesLosesNothing(t *testing.T) {
	s := start(t)
	writer := s.join("writer")
	u := s.beingFed(writer, "reader", 100)
	if got := writer.ask("/msg reader 100 the last"); !strings.HasSuffix(got, " sent=1") {
		t.Error(got)
	}
	sh := s.shards[0]
	s.onLoop(sh, func() {
		for _, c := range slices.Clone(sh.conns) {
			if c.chat.feeding {
				c.close(drainingLine)
			}
		}
	})
	lines := u.rest()
	if len(lines) != fedAtOnce+2 || !strings.HasPrefix(lines[len(lines)-1], "! draining") {
		t.Errorf("it is told %d lines, at last %q", len(lines), lines[len(lines)-1])
	}
	u.Close()
	shown := s.join("reader").toPing()
	for i := fedAtOnce; i <= 100; i++ {
		if !slices.ContainsFunc(shown, func(words []string) bool { return slices.Contains(words[4:6], fmt.Sprint(i)) }) {
			t.Fatalf("message %d is lost", i)
		}
	}
}
