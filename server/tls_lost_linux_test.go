package server

import (
	"testing"

	"golang.org/x/sys/unix"
)

// deafen makes a client's kernel drop all that arrives for it, so that it acknowledges nothing: its network is gone.
func (u *user) deafen() {
	u.t.Helper()
	raw, err := u.socket().SyscallConn()
	if err != nil {
		u.t.Fatal(err)
	}
	drop := []unix.SockFilter{{Code: unix.BPF_RET | unix.BPF_K}}
	control := func(fd uintptr) {
		err = unix.SetsockoptSockFprog(int(fd), unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{Len: 1, Filter: &drop[0]})
	}
	if failed := raw.Control(control); failed != nil || err != nil {
		u.t.Fatal(failed, err)
	}
}

// What has been read is acknowledged, what was on its way when the network went is delivered again.
func TestLostOverTLSIsDeliveredAgain(t *testing.T) {
	s := startSecure(t, func(o *setup) {
		o.patience = patience{slow: 10_000, closingWords: 100, close: 100, ended: 100, handshake: 1 << 30}
	})
	acked := s.acked()
	reader, writer := s.joinSecure("reader"), s.join("writer")
	writer.ask("/msg reader read this")
	reader.want("* msg writer 4: ")
	eventually(t, "the first is acknowledged", func() bool { return acked("reader") == 4 })
	reader.deafen()
	writer.ask("/msg reader and this")
	c := s.conn("reader")
	s.onLoop(c.shard, func() {
		c.takeAcks()
		if len(c.acks.marks) != 1 {
			t.Errorf("%d messages are not acknowledged, want 1", len(c.acks.marks))
		}
	})
	reader.socket().Close()
	eventually(t, "the reader is gone", func() bool { return s.Online() == 1 })
	again := s.dialSecure()
	again.say("/login reader " + password)
	again.want("+ login reader waiting=1")
	again.want("* msg writer 5 at=")
}

// A client's end acknowledges what it has read, also when our own end never reaches it.
func TestReadBeforeTheEndIsAcked(t *testing.T) {
	s := startSecure(t, func(o *setup) { o.patience.ended = 100 })
	acked := s.acked()
	reader, writer := s.joinSecure("reader"), s.join("writer")
	writer.ask("/msg reader read this")
	reader.want("* msg writer 4: ")
	reader.deafen()
	reader.Close()
	eventually(t, "it is acknowledged", func() bool { return acked("reader") == 4 })
}

// What the kernel has taken counts for nothing before the client's TCP has acknowledged it.
func TestWrittenIsNotAcked(t *testing.T) {
	s := start(t)
	acked := s.acked()
	reader, writer := s.join("reader"), s.join("writer")
	writer.ask("/msg reader read this")
	reader.want("* msg writer 4: ")
	eventually(t, "the first is acknowledged", func() bool { return acked("reader") == 4 })
	reader.deafen()
	writer.ask("/msg reader and this")
	c := s.conn("reader")
	s.onLoop(c.shard, func() {
		if n := c.out.unsent(); n != 0 {
			t.Errorf("the kernel has not taken %d bytes: this test shows nothing", n)
		}
		c.takeAcks()
		if n := len(c.acks.marks); n != 1 {
			t.Errorf("%d messages are not acknowledged, want 1", n)
		}
	})
	again := s.dial()
	again.say("/login reader " + password)
	again.want("+ login reader waiting=1")
	again.want("* msg writer 5 at=")
}
