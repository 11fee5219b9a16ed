package torture

import (
	"io"
	"net"
	"sync/atomic"
	"syscall"
	"time"
)

// link is a client's connection. Where a client is cut off, it is read to the last byte that its kernel has acknowledged, through
// TLS as well.
type link struct {
	*net.TCPConn
	gate    *gate // shut while the client does not read
	leaving atomic.Bool
}

// stream is what a client writes to and reads from: a link, or TLS over one.
type stream interface {
	net.Conn
	CloseWrite() error
}

func newLink(c *net.TCPConn) *link { return &link{TCPConn: c, gate: newGate()} }

// Read returns io.EOF after the last that has arrived when the link is being abandoned.
func (l *link) Read(b []byte) (int, error) {
	l.gate.wait()
	if !l.leaving.Load() {
		n, err := l.TCPConn.Read(b)
		if n > 0 || !l.leaving.Load() {
			return n, err
		}
	}
	if n := readArrived(l.TCPConn, b); n > 0 {
		return n, nil
	}
	return 0, io.EOF
}

// abandon makes Read end once it has read all that has arrived.
func (l *link) abandon() {
	l.leaving.Store(true)
	_ = l.SetReadDeadline(time.Unix(1, 0)) // for a Read that waits
	l.gate.open()
}

// readArrived reads what the kernel has, and no more: 0 or less when there is nothing.
func readArrived(c *net.TCPConn, b []byte) (n int) {
	raw, err := c.SyscallConn()
	if err != nil {
		return 0
	}
	_ = raw.Control(func(fd uintptr) {
		for err = syscall.EINTR; err == syscall.EINTR; {
			n, err = syscall.Read(int(fd), b)
		}
	})
	return n
}
