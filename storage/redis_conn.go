package storage

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// waitingConn is a connection to Redis whose reader waits in the kernel itself. Otherwise Go would park the goroutine, another thread would wait for the
// answer and wake it, which takes as long as Redis does for one message. Meanwhile a thread is held, so it is for the link alone.
type waitingConn struct {
	net.Conn
	raw      syscall.RawConn
	deadline time.Time // of reading; zero: Go waits
}

// dialer is how a client of Redis makes its connections.
type dialer = func(ctx context.Context, network, address string) (net.Conn, error)

func dialWaiting(timeout time.Duration) dialer {
	dial := net.Dialer{Timeout: timeout}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial.DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		raw, err := conn.(syscall.Conn).SyscallConn() // both TCP and unix sockets have it
		if err != nil {
			conn.Close()
			return nil, err
		}
		return &waitingConn{Conn: conn, raw: raw}, nil
	}
}

func (c *waitingConn) SetReadDeadline(t time.Time) error {
	c.deadline = t
	return nil
}

func (c *waitingConn) SetDeadline(t time.Time) error {
	c.deadline = t
	return c.SetWriteDeadline(t)
}

func (c *waitingConn) Read(b []byte) (n int, err error) {
	if c.deadline.IsZero() {
		return c.Conn.Read(b)
	}
	if closed := c.raw.Read(func(fd uintptr) bool {
		n, err = readBy(int(fd), b, c.deadline)
		return true
	}); closed != nil {
		return 0, closed
	}
	return n, err
}

// readBy reads what has come, or comes by a deadline.
func readBy(fd int, b []byte, deadline time.Time) (int, error) {
	for {
		n, err := unix.Read(fd, b)
		switch {
		case n > 0:
			return n, nil
		case err == nil:
			return 0, io.EOF
		case !errors.Is(err, unix.EAGAIN) && !errors.Is(err, unix.EINTR):
			return 0, os.NewSyscallError("read", err)
		}
		left := time.Until(deadline)
		if left <= 0 {
			return 0, os.ErrDeadlineExceeded
		}
		_, err = unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, int(left.Milliseconds())+1)
		if err != nil && !errors.Is(err, unix.EINTR) {
			return 0, os.NewSyscallError("poll", err)
		}
	}
}
