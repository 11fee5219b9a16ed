package server

import (
	"path/filepath"
	"testing"
)

func startUnix(t testing.TB) (s *testServer, path string) {
	t.Helper()
	path = filepath.Join(shortDir(t), "chat")
	return start(t, func(o *setup) { o.Listen = append(o.Listen, "unix:"+path) }), path
}

func (s *testServer) joinUnix(path, name string) *user {
	s.t.Helper()
	u := s.dialAt("unix", path)
	u.want("* hello ")
	u.enter(name)
	return u
}

func TestReadOverAUnixSocketIsAcked(t *testing.T) {
	for _, c := range []struct {
		how string
		end func(*user)
	}{
		{"and the client stays", func(*user) {}},
		{"and the client left at once", func(u *user) { u.Close() }},
		{"and the client half-closed", func(u *user) { u.halfClose(); u.wantEnd() }},
	} {
		t.Run(c.how, func(t *testing.T) {
			s, path := startUnix(t)
			acked := s.acked()
			reader, writer := s.joinUnix(path, "reader"), s.join("writer")
			writer.ask("/msg reader read this")
			reader.want("* msg writer 4: ")
			c.end(reader)
			eventually(t, "it is acknowledged", func() bool { return acked("reader") == 4 })
		})
	}
}

// A client who goes without reading has read nothing, although the kernel then holds nothing for it any more.
func TestUnreadOverAUnixSocketIsDeliveredAgain(t *testing.T) {
	for range 20 {
		s, path := startUnix(t)
		reader, writer := s.joinUnix(path, "reader"), s.join("writer")
		writer.ask("/msg reader read this")
		reader.Close()
		eventually(t, "the reader is gone", func() bool { return s.Online() == 1 })
		again := s.joinUnix(path, "reader")
		again.want("* msg writer 4 at=")
	}
}

// The loop may ask after the client has gone and before it has noticed.
func TestGoneFromAUnixSocketAcksNothing(t *testing.T) {
	s, path := startUnix(t)
	reader, writer := s.joinUnix(path, "reader"), s.join("writer")
	writer.ask("/msg reader read this")
	c := s.conn("reader")
	s.onLoop(c.shard, func() {
		reader.Close()
		c.takeAcks()
		if len(c.acks.marks) != 1 {
			t.Errorf("%d messages are not acknowledged, want 1", len(c.acks.marks))
		}
	})
	s.joinUnix(path, "reader").want("* msg writer 4 at=")
}

// The loop may learn that the client has gone by looking for the rest of a line: the kernel tells the error once.
func TestGoneInMidLineFromAUnixSocketAcksNothing(t *testing.T) {
	s, path := startUnix(t)
	reader, writer := s.joinUnix(path, "reader"), s.join("writer")
	c := s.conn("reader")
	reader.send("/pi")
	s.waitFor(c.shard, "the loop waits for the rest of the line", func(one *conn) bool { return one == c && c.timers.isArmed(timerPeek) })
	writer.ask("/msg reader read this")
	s.onLoop(c.shard, func() {
		reader.Close()
		c.peek()
		c.takeAcks()
		if n := len(c.acks.marks); n != 1 {
			t.Errorf("%d messages are not acknowledged, want 1", n)
		}
	})
	s.joinUnix(path, "reader").want("* msg writer 4 at=")
}
