package server

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap/zaptest/observer"
)

// flood says so many lines in the lobby, as fast as they are taken, and reads the answers.
func (u *user) flood(lines int) {
	u.t.Helper()
	var b strings.Builder
	for i := range lines {
		fmt.Fprintf(&b, "/all %d\n", i)
	}
	sent := make(chan error, 1)
	u.SetWriteDeadline(time.Now().Add(deadline))
	go func() {
		_, err := u.Write([]byte(b.String()))
		sent <- err
	}()
	for range lines {
		u.want("+ all ")
	}
	if err := <-sent; err != nil {
		u.t.Fatal(err)
	}
}

// wantFlood reads so many lines of a flood, in order.
func (u *user) wantFlood(from string, lines int) {
	u.t.Helper()
	for i := range lines {
		if got, want := u.line(), fmt.Sprintf("* all %s: %d", from, i); got != want {
			u.t.Fatalf("got %q, want %q", got, want)
		}
	}
}

const floodLines = 20_000

func TestReaderWhoKeepsUpGetsEveryLine(t *testing.T) {
	s := start(t)
	reader, writer := s.join("reader"), s.join("writer")
	read := make(chan struct{})
	go func() {
		defer close(read)
		reader.wantFlood("writer", floodLines)
	}()
	writer.flood(floodLines)
	<-read
}

func TestReaderWhoSleepsFirstGetsEveryLine(t *testing.T) {
	s := start(t, func(o *setup) { o.Outbox = 64 << 20 })
	reader, writer := s.joinSmall("reader"), s.join("writer")
	writer.flood(floodLines)
	if s.unsent(s.conn("reader")) == 0 {
		t.Fatal("nothing was waiting: this test shows nothing")
	}
	reader.wantFlood("writer", floodLines)
}

// The end of the input is not looked at while something waits to be sent: evio would close.
func TestReaderWhoHasEndedGetsEveryLine(t *testing.T) {
	s := start(t, func(o *setup) { o.Outbox = 64 << 20 })
	reader, writer := s.joinSmall("reader"), s.join("writer")
	said := s.stuff(writer, s.conn("reader"))
	reader.halfClose()
	writer.ask("/all the loop has seen the end by now")
	for i := range said {
		reader.want(fmt.Sprintf("* all writer: %d ", i+1))
	}
	reader.want("* all writer: the loop")
	reader.wantEnd()
}

// A reader who is too slow is cut off after a whole line and told so. No private message to it is lost.
func TestReaderTooSlow(t *testing.T) {
	s := start(t, func(o *setup) { o.Outbox = 32 << 10 })
	reader, writer := s.joinSmall("reader"), s.join("writer")
	c := s.conn("reader")
	private := 0
	for going := true; going; s.onLoop(c.shard, func() { going = c.state == open }) {
		private++
		writer.ask("/msg reader " + strconv.Itoa(private) + " " + stuffing)
		writer.ask("/all " + stuffing)
	}
	lines := reader.rest()
	if last := lines[len(lines)-1]; !strings.HasPrefix(last, "! slow-reader: ") {
		t.Fatalf("the last line is %q", last)
	}
	read := 0
	for _, line := range lines[:len(lines)-1] {
		if !strings.HasSuffix(line, stuffing) {
			t.Fatalf("a broken line: %q", line)
		}
		if strings.HasPrefix(line, "* msg ") {
			read++
			wantNumbered(t, line, read)
		}
	}
	reader.Close()
	eventually(t, "the connection is closed", func() bool { return s.Online() == 1 })
	again := s.dial()
	again.say("/login reader " + password)
	again.want("+ login reader waiting=" + strconv.Itoa(private-read))
	for i := read; i < private; i++ {
		wantNumbered(t, again.want("* msg "), i+1)
	}
}

// wantNumbered checks that a line says the text number i of TestReaderTooSlow.
func wantNumbered(t *testing.T, line string, i int) {
	t.Helper()
	if !strings.Contains(line, fmt.Sprintf(": %d x", i)) {
		t.Fatalf("%.60q, want number %d", line, i)
	}
}

// A client whose command takes long can get too much from the lobby. It is told so at once, not when the command ends.
func TestTooSlowWhileACommandRuns(t *testing.T) {
	s := start(t, func(o *setup) { o.Outbox = 16 << 10 })
	reader, writer := s.join("reader"), s.join("writer")
	s.store.holdSlow()
	reader.say("/history slow")
	s.waitWorking(s.shards[0])
	for range 20 {
		writer.ask("/all " + stuffing)
	}
	reader.want("! slow-reader: ")
	reader.wantEnd()
}

// A client that takes nothing at all, not even its closing words, is cut off.
func TestReaderWhoTakesNothing(t *testing.T) {
	s := start(t, func(o *setup) {
		o.patience = patience{slow: 50, closingWords: 50, close: 50, ended: 50, handshake: 1 << 30}
	})
	reader, writer := s.joinSmall("reader"), s.join("writer")
	eventually(t, "the connection is closed", func() bool {
		writer.ask("/all " + stuffing)
		return s.Online() == 1
	})
	if got := writer.ask("/who"); got != "+ who 1" {
		t.Error(got)
	}
	reader.rest()
}

// A reader who takes nothing for too long is too slow, however little waits for it.
func TestStuckReader(t *testing.T) {
	log := new(observer.ObservedLogs)
	s := start(t, func(o *setup) {
		o.Outbox = 64 << 20
		log = observed(o)
	})
	reader, writer := s.joinSmall("reader"), s.join("writer")
	c := s.conn("reader")
	s.stuff(writer, c)
	s.onLoop(c.shard, func() { c.shard.config.patience.slow = 1 }) // from now on: it is stuck already
	logged(t, log, "closed: slow reader", reader.LocalAddr().String())
	lines := reader.rest()
	if last := lines[len(lines)-1]; !strings.HasPrefix(last, "! slow-reader: ") {
		t.Errorf("the last line is %q", last)
	}
}
