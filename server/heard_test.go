package server

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// What was said in rooms counts as heard when the client's TCP has acknowledged it.

// unread returns what /rooms says was missed in a room.
func (u *user) unread(room string) (messages int) {
	u.t.Helper()
	u.say("/rooms")
	for line := u.line(); !strings.HasPrefix(line, "+ rooms "); line = u.line() {
		if _, missed, ok := strings.Cut(line, " unread="); ok && strings.HasPrefix(line, "= room "+room+" ") {
			messages, _ = strconv.Atoi(strings.Fields(missed)[0])
		}
	}
	return messages
}

// What was read is not missed, however the connection ends.
func TestReadIsHeard(t *testing.T) {
	for _, c := range []struct {
		how string
		end func(s *testServer, u *user) *testServer
	}{
		{"close", func(s *testServer, u *user) *testServer { u.Close(); return s }},
		{"half-close", func(s *testServer, u *user) *testServer { u.halfClose(); u.rest(); return s }},
		{"quit", func(s *testServer, u *user) *testServer { u.say("/quit"); u.rest(); return s }},
		{"logout", func(s *testServer, u *user) *testServer { u.ask("/logout"); return s }},
		{"reset", func(s *testServer, u *user) *testServer {
			c := s.conn("reader")
			s.waitAcknowledged(c)
			s.onLoop(c.shard, c.noteHeard) // as it does by itself after a moment
			u.reset()
			return s
		}},
		{"the server stops", func(s *testServer, u *user) *testServer { return s.restart() }},
	} {
		t.Run(c.how, func(t *testing.T) {
			s := start(t)
			reader, writer := s.join("reader"), s.join("writer")
			for _, u := range []*user{writer, reader} {
				u.ask("/join #tea")
			}
			for i := range 10 {
				writer.ask(fmt.Sprint("/msg #tea ", i))
				reader.want(fmt.Sprint("* say #tea writer: ", i))
			}
			s.waitAcknowledged(s.conn("reader"))
			s = c.end(s, reader)
			eventually(t, "the session is gone", func() bool { return s.Online() <= 2 })
			eventually(t, "nothing is unread", func() bool {
				again := s.join("reader")
				defer again.ask("/logout")
				return again.unread("#tea") == 0
			})
		})
	}
}

// What has not reached the client is missed, whatever comes after it in the connection.
func TestUnheardIsMissed(t *testing.T) {
	s := start(t, func(o *setup) { o.Outbox = 16 << 20 })
	writer := s.join("writer")
	writer.ask("/join #tea")
	reader := s.joinSmall("reader")
	reader.ask("/join #tea")
	writer.ask("/msg #tea this is read")
	reader.want("* say #tea writer: this is read")
	s.stuff(writer, s.conn("reader"))
	for i := range 5 {
		writer.ask(fmt.Sprint("/msg #tea nobody hears this ", i))
	}
	reader.reset()
	eventually(t, "the session is gone", func() bool { return writer.ask("/who") == "+ who 1" })
	again := s.join("reader")
	if n := again.unread("#tea"); n != 5 && n != 6 { // the first one was acknowledged, but not noted as heard before the reset
		t.Errorf("reader has missed %d messages, want 5 or 6", n)
	}
	if lobby := again.unread("#lobby"); lobby == 0 {
		t.Error("nothing is missed in the lobby")
	}
}

// A reader who is always a little late has heard what he has acknowledged.
func TestLateReaderIsHeard(t *testing.T) {
	s := start(t, func(o *setup) { o.Outbox = 16 << 20 })
	writer := s.join("writer")
	s.joinSmall("reader")
	c := s.conn("reader")
	writer.ask("/all one")
	s.waitAcknowledged(c)
	s.onLoop(c.shard, func() { c.timers.after(timerHeard, 1<<40) }) // nobody has asked until now
	s.stuff(writer, c)
	s.onLoop(c.shard, func() {
		first, last := c.heard.first, c.heard.last
		if first.number == 0 || first.number >= last.number {
			t.Fatalf("%+v are waited for: this test shows nothing", c.heard)
		}
		c.noteHeard()
		if c.heard.confirmed != first.number || c.heard.first != last || c.heard.last != last {
			t.Errorf("what is heard is %+v, want %d", c.heard, first.number)
		}
	})
}

// What is held while a command is under way is not heard yet.
func TestHeldIsNotHeard(t *testing.T) {
	s := start(t)
	reader, writer := s.join("reader"), s.join("writer")
	release := s.store.holdSlow()
	reader.say("/history slow")
	s.waitWorking(s.shards[0])
	writer.ask("/all held")
	s.onLoop(s.shards[0], func() {
		for _, c := range s.shards[0].conns {
			if c.chat.working && c.heard.last.number != 0 {
				t.Errorf("it is waited for already: %+v", c.heard)
			}
		}
	})
	reader.reset()
	eventually(t, "the connection is gone", func() bool { return s.Online() == 1 })
	release()
	eventually(t, "the session is gone", func() bool { return writer.ask("/who") == "+ who 1" })
	if n := s.join("reader").unread("#lobby"); n != 1 {
		t.Errorf("reader has missed %d messages, want 1", n)
	}
}

// Nothing of a connection that is gone is looked at again and again.
func TestNothingIsHeardWhenGone(t *testing.T) {
	s := start(t)
	reader, writer := s.join("reader"), s.join("writer")
	c := s.conn("reader")
	s.onLoop(c.shard, func() { c.timers.after(timerHeard, 1<<40) })
	writer.ask("/all hello")
	reader.want("* all ")
	reader.reset()
	eventually(t, "the connection is gone", func() bool { return s.Online() == 1 })
	c.chat.SettleAcks() // a login elsewhere wants to know what this one has read
	s.onLoop(c.shard, func() {
		if c.timers.isArmed(timerHeard) {
			t.Error("it is looked at again")
		}
	})
}

// What is said while an answer is awaited comes after it, and is heard like everything else.
func TestWhatIsHeldIsHeard(t *testing.T) {
	s := start(t)
	reader, writer := s.join("reader"), s.join("slow")
	release := s.store.holdSlow()
	reader.say("/history slow")
	s.waitWorking(s.shards[0])
	writer.ask("/all meanwhile")
	release()
	reader.want("+ history 0")
	reader.want("* all slow: meanwhile")
	reader.say("/quit")
	reader.rest()
	if n := s.join("reader").unread("#lobby"); n != 0 {
		t.Errorf("reader has missed %d messages", n)
	}
}

// A history is read when it has reached the client, and not when it was asked for.
func TestHistoryIsReadWhenItHasCome(t *testing.T) {
	for _, comes := range []bool{true, false} {
		s := start(t)
		reader, writer := s.join("reader"), s.join("writer")
		reader.ask("/logout")
		for i := range 3 {
			writer.ask(fmt.Sprint("/all ", i))
		}
		reader.enter("reader")
		c := s.conn("reader")
		s.waitAcknowledged(c)
		release := s.store.holdHistories()
		reader.say("/history")
		s.waitWorking(c.shard)
		s.onLoop(c.shard, func() { c.out.blocked = !comes }) // otherwise it is as if the kernel took nothing
		release()
		want := 0
		if comes {
			for line := reader.line(); line != "+ history 3"; line = reader.line() {
			}
		} else {
			s.waitFor(c.shard, "the history waits to be sent", func(c *conn) bool {
				return c.out.blocked && c.acks != nil && len(c.acks.answers) == 1 && !c.chat.working
			})
			want = 3
		}
		s.onLoop(c.shard, func() {
			c.out.drop() // what waits is not sent any more
			c.hangUp()
		})
		reader.rest()
		eventually(t, "the session is gone", func() bool { return writer.ask("/who") == "+ who 1" })
		if n := s.join("reader").unread("#lobby"); n != want {
			t.Errorf("the history comes: %v, and %d messages are unread, want %d", comes, n, want)
		}
	}
}

// However it came to be known that something was heard, the next login is told so.
func TestHeardIsTold(t *testing.T) {
	s := start(t)
	reader, writer := s.join("reader"), s.join("writer")
	c := s.conn("reader")
	s.onLoop(c.shard, func() { c.timers.after(timerHeard, 1<<40) }) // nobody asks because of the time
	number := strings.TrimPrefix(writer.ask("/all hello"), "+ all ")
	reader.want("* all writer: hello")
	s.waitAcknowledged(c)
	s.onLoop(c.shard, c.askHeard) // as a line does behind a history
	again := s.dial()
	again.say("/login reader " + password)
	if got := again.line(); got != "+ login reader waiting=0 last="+number {
		t.Errorf("got %q, want last=%s", got, number)
	}
}
