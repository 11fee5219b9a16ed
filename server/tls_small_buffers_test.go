package server

import (
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// joinSecureSmall is joinSecure with small socket buffers.
func (s *secureServer) joinSecureSmall(name string) *user {
	s.t.Helper()
	d := net.Dialer{Control: func(_, _ string, raw syscall.RawConn) error {
		return raw.Control(func(fd uintptr) { _ = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, 8<<10) })
	}}
	tcp, err := d.Dial("tcp", s.secureAddr())
	if err != nil {
		s.t.Fatal(err)
	}
	u := s.secureUser(tcp)
	u.want("* hello ")
	u.enter(name)
	return u
}
