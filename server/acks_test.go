package server

import (
	"fmt"
	"strings"
	"testing"

	"parley/server/internal/socket"
)

// writes sends private messages and returns their numbers.
func (u *user) writes(to string, messages int) (numbers []int64) {
	u.t.Helper()
	for i := range messages {
		got := u.ask(fmt.Sprintf("/msg %s text %d", to, i))
		var n int64
		if read, err := fmt.Sscanf(got, "+ msg "+to+" %d", &n); read != 1 || err != nil {
			u.t.Fatal(got)
		}
		numbers = append(numbers, n)
	}
	return numbers
}

// wantMessages reads lines until these messages have come from the writer, each once and in order.
func (u *user) wantMessages(numbers []int64) {
	u.t.Helper()
	for i, n := range numbers {
		line := u.line()
		for !strings.HasPrefix(line, "* msg ") {
			line = u.line()
		}
		if !strings.HasPrefix(line, fmt.Sprintf("* msg writer %d", n)) || !strings.HasSuffix(line, fmt.Sprintf(": text %d", i)) {
			u.t.Fatalf("got %q, want message %d, text %d", line, n, i)
		}
	}
}

// wantWaiting logs somebody in once more, where exactly these messages must wait.
func (s *testServer) wantWaiting(name string, numbers []int64) *user {
	s.t.Helper()
	u := s.dial()
	u.say("/login " + name + " " + password)
	if got, want := u.line(), fmt.Sprintf("+ login %s waiting=%d last=", name, len(numbers)); !strings.HasPrefix(got, want) {
		s.t.Fatalf("got %q, want %q", got, want)
	}
	u.wantMessages(numbers)
	u.say("/ping")
	u.want("+ ping")
	return u
}

// wantAcked waits until nothing waits for somebody.
func (s *testServer) wantAcked(name string) {
	s.t.Helper()
	eventually(s.t, "nothing waits any more", func() bool {
		u := s.dial()
		defer u.Close()
		return strings.HasPrefix(u.ask("/login "+name+" "+password), "+ login "+name+" waiting=0 ")
	})
}

// waitAcknowledged waits until the client's TCP has acknowledged all that was sent to it, which it may put off for a moment.
func (s *testServer) waitAcknowledged(c *conn) {
	s.t.Helper()
	eventually(s.t, "the client's TCP has acknowledged all", func() bool {
		unacked, err := socket.Unacknowledged(c.out.fd)
		return err == nil && unacked == 0
	})
}

// deaf is a user who is logged in, whom nothing reaches any more, and who does not read.
func (s *testServer) deaf(name string, writer *user) *user {
	s.t.Helper()
	u := s.joinSmall(name)
	s.stuff(writer, s.conn(name))
	return u
}

// What was read does not wait any more, however the connection ends.
func TestReadIsAcked(t *testing.T) {
	for _, c := range []struct {
		how string
		end func(u *user)
	}{
		{"close", func(u *user) { u.Close() }},
		{"reset", func(u *user) { u.ask("/ping"); u.reset() }}, // the ping acknowledges what was read: a reset does not
		{"half-close", func(u *user) { u.halfClose(); u.rest() }},
		{"quit", func(u *user) { u.say("/quit"); u.rest() }},
		{"logout", func(u *user) { u.ask("/logout") }},
	} {
		for _, messages := range []int{1, 100} {
			t.Run(fmt.Sprint(c.how, " after ", messages), func(t *testing.T) {
				s := start(t)
				reader, writer := s.join("reader"), s.join("writer")
				reader.wantMessages(writer.writes("reader", messages))
				c.end(reader)
				eventually(t, "the session is gone", func() bool { return writer.ask("/who") == "+ who 1" })
				s.wantWaiting("reader", nil)
			})
		}
	}
}

func TestReadAtLoginIsAcked(t *testing.T) {
	s := start(t)
	writer, reader := s.join("writer"), s.join("reader")
	reader.ask("/logout")
	numbers := writer.writes("reader", 200)
	s.wantWaiting("reader", numbers)
	s.wantAcked("reader")
}

// What was not acknowledged comes again, in order and with the same numbers.
func TestUnackedComesAgain(t *testing.T) {
	for _, c := range []struct {
		how string
		end func(s *testServer, reader *user) *testServer
	}{
		{"reset", func(s *testServer, reader *user) *testServer { reader.reset(); return s }},
		{"the server stops", func(s *testServer, _ *user) *testServer { return s.restart() }},
		{"too slow", func(s *testServer, _ *user) *testServer {
			c := s.conn("reader")
			s.onLoop(c.shard, c.slow)
			return s
		}},
		{"another session", func(s *testServer, _ *user) *testServer { return s }},
	} {
		t.Run(c.how, func(t *testing.T) {
			s := start(t, func(o *setup) { o.StopTime = 1 })
			writer := s.join("writer")
			reader := s.deaf("reader", writer)
			numbers := writer.writes("reader", 100)
			s = c.end(s, reader)
			s.wantWaiting("reader", numbers)
		})
	}
}

// A slow reader who takes the last line in the end has not read the messages in front of it, which were cut off.
func TestCutMessagesStillWait(t *testing.T) {
	s := start(t)
	reader, writer := s.join("reader"), s.join("writer")
	c := s.conn("reader")
	s.onLoop(c.shard, func() { c.out.blocked = true }) // as if the kernel took nothing
	numbers := writer.writes("reader", 100)
	s.onLoop(c.shard, func() { c.slow(); c.retry() })
	if lines := reader.rest(); !strings.HasPrefix(lines[len(lines)-1], "! slow-reader") {
		t.Fatalf("the last line is %q", lines[len(lines)-1])
	}
	reader.Close()
	eventually(t, "the connection is gone", func() bool { return s.Online() == 1 })
	s.wantWaiting("reader", numbers)
}

func TestOneOfTwoSessionsAcks(t *testing.T) {
	s := start(t, func(o *setup) { o.Outbox = 16 << 20 })
	writer := s.join("writer")
	deaf := s.deaf("reader", writer)
	reader := s.wantWaiting("reader", nil)
	numbers := writer.writes("reader", 100)
	reader.wantMessages(numbers)
	s.wantAcked("reader")
	// The other one gets them all the same, when it reads.
	deaf.wantMessages(numbers)
}

// What one session has read is not fed to another one that logs in, though nobody has asked the kernel for its acknowledgement by then.
func TestReadElsewhereIsNotFedAgain(t *testing.T) {
	s := start(t)
	reader, writer := s.join("reader"), s.join("writer")
	c := s.conn("reader")
	s.onLoop(c.shard, func() { c.timers.after(timerAcks, 1<<40) }) // it is not asked because of the time
	reader.wantMessages(writer.writes("reader", 1))
	s.waitAcknowledged(c)
	s.onLoop(c.shard, func() {
		if n := len(c.acks.marks); n != 1 {
			t.Errorf("%d messages are not acknowledged: this test shows nothing", n)
		}
	})
	second := s.dial()
	second.say("/login reader " + password)
	second.want("+ login reader waiting=0")
}

// Messages that came while a command ran are acknowledged when they were sent, not when the command ends.
func TestHeldMessagesAreNotAckedEarly(t *testing.T) {
	s := start(t)
	s.join("alice")
	c := s.conn("alice")
	s.waitAcknowledged(c)
	s.onLoop(c.shard, func() {
		for n := range int64(askAfter - 1) {
			c.awaitAck(mark{end: c.out.written, number: n + 1}) // these have been acknowledged, and nobody has asked the kernel yet
		}
		c.chat.working = true
		c.chat.Private(c.chat.account, []byte("* msg bob 1000: held\r\n"), 1000)
		c.flush()
		c.chat.working = false
		c.release() // one more message: the kernel is asked
		if len(c.acks.marks) != 1 || c.acks.marks[0].number != 1000 {
			t.Errorf("%v are not acknowledged, want message 1000 alone, which is not sent yet", c.acks.marks)
		}
	})
}

// The second descriptor stays open only while something is not acknowledged.
func TestSpareDescriptorsAreGivenBack(t *testing.T) {
	s := start(t)
	reader, writer := s.join("reader"), s.join("writer")
	for range 3 {
		reader.wantMessages(writer.writes("reader", 3*askAfter))
		eventually(t, "all are given back", func() bool { return s.admission.Spares() == 0 })
	}
}

// Without descriptors to spare a message may come twice. It is not lost and nothing else happens.
func TestNoDescriptorToSpare(t *testing.T) {
	s := start(t, func(o *setup) { o.Descriptors = 0 })
	writer := s.join("writer")
	reader := s.deaf("reader", writer)
	numbers := writer.writes("reader", 10)
	if n := s.admission.Spares(); n != 0 {
		t.Errorf("%d are used", n)
	}
	reader.reset()
	eventually(t, "the session is gone", func() bool { return writer.ask("/who") == "+ who 1" })
	s.wantWaiting("reader", numbers)
	s.wantAcked("reader")
}
