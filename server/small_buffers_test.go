package server

import (
	"net"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// joinSmall is join with small socket buffers, so that a test needs no megabytes to fill them.
func (s *testServer) joinSmall(name string) *user {
	s.t.Helper()
	d := net.Dialer{Control: func(_, _ string, raw syscall.RawConn) error {
		return raw.Control(func(fd uintptr) { _ = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, 8<<10) })
	}}
	nc, err := d.Dial("tcp", s.addr())
	if err != nil {
		s.t.Fatal(err)
	}
	u := s.newUser(nc)
	u.want("* hello ")
	u.enter(name)
	c := s.conn(name)
	s.onLoop(c.shard, func() {
		if err := unix.SetsockoptInt(c.out.fd, unix.SOL_SOCKET, unix.SO_SNDBUF, 8<<10); err != nil {
			s.t.Error(err)
		}
	})
	return u
}

// unsent is how many bytes wait in somebody's outbox.
func (s *testServer) unsent(c *conn) (n int) {
	s.t.Helper()
	s.onLoop(c.shard, func() { n = c.out.unsent() })
	return n
}

// stuffing is text that makes a line long.
var stuffing = strings.Repeat("x", 900)

// stuff says things in the lobby until much waits in the outbox of a connection. The kernel may take a little more.
func (s *testServer) stuff(from *user, c *conn) (said int) {
	s.t.Helper()
	for s.unsent(c) < 32<<10 {
		if said > 100_000 {
			s.t.Fatal("nothing waits")
		}
		for range 10 {
			said++
			from.ask("/all " + strconv.Itoa(said) + " " + stuffing)
		}
	}
	return said
}
