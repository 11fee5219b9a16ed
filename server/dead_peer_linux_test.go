package server

import (
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// startCut starts a server where a reader's network has been cut after the login, and a writer who is not concerned. It is for a process
// with its own network.
func startCut(t *testing.T) (s *testServer, reader, writer *user) {
	socket := filepath.Join(shortDir(t), "chat.sock")
	s = start(t, func(o *setup) {
		o.Listen = []string{"127.0.0.1:0", "unix:" + socket}
		o.StopTime = 1
	})
	reader = s.join("reader")
	writer = s.dialAt("unix", socket)
	writer.want("* hello ")
	writer.enter("writer")
	loopback(t, false)
	t.Cleanup(func() { loopback(t, true) })
	return s, reader, writer
}

// What was written to a peer whose network is dead stays in the inbox: the kernel took it, nobody has acknowledged it.
func TestDeadPeer(t *testing.T) {
	if !inOwnNetwork(t) {
		return
	}
	for _, c := range []struct {
		what string
		then func(s *testServer, reader *user) *testServer
	}{
		{"the server ends", func(s *testServer, _ *user) *testServer {
			s.stop()
			loopback(t, true)
			return s.restart()
		}},
		{"another session comes", func(s *testServer, _ *user) *testServer {
			return s
		}},
		{"the peer comes back and knows nothing", func(s *testServer, reader *user) *testServer {
			reader.Close()
			loopback(t, true)
			eventually(t, "the reset has come", func() bool { return s.Online() == 1 })
			return s
		}},
	} {
		t.Run(c.what, func(t *testing.T) {
			s, reader, writer := startCut(t)
			numbers := writer.writes("reader", 100)
			if conn := s.conn("reader"); s.unsent(conn) > 0 {
				t.Fatal("the kernel has not taken everything: this test shows nothing")
			}
			s = c.then(s, reader)
			again := s.dialAt("unix", s.Addrs()[1].String())
			again.want("* hello ")
			again.say("/login reader " + password)
			again.want("+ login reader waiting=100")
			again.wantMessages(numbers)
		})
	}
}

// A cut that is mended loses and repeats nothing.
func TestCutIsMended(t *testing.T) {
	if !inOwnNetwork(t) {
		return
	}
	s, reader, writer := startCut(t)
	numbers := writer.writes("reader", 100)
	loopback(t, true)
	reader.wantMessages(numbers)
	s.wantAcked("reader")
}

// A peer that is dead is found by the kernel: by keepalive while it owes nothing, by the user timeout while it does.
func TestDeadPeersAreFound(t *testing.T) {
	s := start(t)
	s.join("alice")
	c := s.conn("alice")
	for _, o := range []struct {
		name               string
		level, option, max int
	}{
		{"SO_KEEPALIVE", unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1},
		{"TCP_NODELAY", unix.IPPROTO_TCP, unix.TCP_NODELAY, 1},
		{"TCP_KEEPIDLE", unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, 60},
		{"TCP_KEEPINTVL", unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, 10},
		{"TCP_KEEPCNT", unix.IPPROTO_TCP, unix.TCP_KEEPCNT, 3},
		{"TCP_USER_TIMEOUT", unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, 90_000},
	} {
		s.onLoop(c.shard, func() {
			if got, err := unix.GetsockoptInt(c.out.fd, o.level, o.option); err != nil || got < 1 || got > o.max {
				t.Errorf("%s is %d, %v; it must be 1 to %d", o.name, got, err, o.max)
			}
		})
	}
}
