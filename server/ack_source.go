package server

import (
	"golang.org/x/sys/unix"

	"parley/server/internal/admission"
	"parley/server/internal/socket"
)

// ackSource tells how much of what was written to a connection has certainly reached the client.
type ackSource struct {
	fd      int  // of the socket; -1 when evio has closed it
	spare   int  // another descriptor of the socket while something is not acknowledged, or -1
	unix    bool // it is a unix socket, and the client itself is at the other end
	ended   bool // our side is shut down; the kernel counts that as one more byte
	unclean bool // the connection was broken: what is not acknowledged now never will be
}

// descriptor returns a descriptor of the socket that is still open, or -1.
func (s *ackSource) descriptor() int {
	if s.fd < 0 {
		return s.spare
	}
	return s.fd
}

// acked is how many of the bytes written have reached the client; tls is that of a TLS client. Ok is false when that can't be said.
func (s *ackSource) acked(written uint64, tls *tlsPart) (bytes uint64, ok bool) {
	fd := s.descriptor()
	switch {
	case fd < 0:
		return 0, false
	case s.unix:
		return written, s.allRead(fd)
	case tls != nil:
		sealed, ok := s.ackedTCP(fd, tls.taken)
		if ok {
			tls.reached(sealed)
		}
		return tls.acked, ok
	}
	return s.ackedTCP(fd, written)
}

// ackedTCP is how many of the bytes that the kernel has taken the client's TCP has acknowledged.
func (s *ackSource) ackedTCP(fd int, taken uint64) (bytes uint64, ok bool) {
	queued, err := socket.Unacknowledged(fd)
	if s.ended {
		queued = max(0, queued-1)
	}
	if err != nil || uint64(queued) > taken {
		return 0, false
	}
	return taken - uint64(queued), true
}

// shutdown ends our side of the socket, or both.
func (s *ackSource) shutdown(how int) {
	if unix.Shutdown(s.descriptor(), how) == nil {
		s.ended = true
	}
}

// allRead reports whether the client on a unix socket has read everything. The kernel counts memory there, so only zero has a
// meaning. When the client closes the socket, what it has not read is thrown away, and counts as zero too. The kernel reports that
// only once, as the error of the socket, so other code that gets this error must set unclean.
func (s *ackSource) allRead(fd int) bool {
	if s.unclean {
		return false
	}
	queued, err := socket.Unacknowledged(fd)
	if err != nil || queued > 0 {
		return false
	}
	s.unclean = socket.TakeError(fd) != nil
	return !s.unclean
}

// keep opens a second descriptor of the socket, because evio closes its own before it tells us, and we must still ask the kernel then.
// If none may be opened, a message whose connection ends just now counts as unacknowledged and is delivered again, which is safe.
func (s *ackSource) keep(a *admission.Admission) {
	if s.spare >= 0 || !a.TakeSpare() {
		return
	}
	second, err := unix.FcntlInt(uintptr(s.fd), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		a.GiveSpare()
		return
	}
	s.spare = second
}

// letGo closes the second descriptor.
func (s *ackSource) letGo(a *admission.Admission) {
	if s.spare >= 0 {
		_ = unix.Close(s.spare)
		s.spare = -1
		a.GiveSpare()
	}
}
