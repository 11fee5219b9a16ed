package evloop

import (
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"parley/server/internal/socket"
)

// deadline is how long a test waits for what must happen.
const deadline = 30 * time.Second

// echo is a handler that sends back what it reads.
type echo struct {
	loop   *Loop
	rung   chan struct{}
	ended  chan error // what Ended (nil) or Failed says
	closed chan error
	refuse bool
	end    atomic.Bool // the next ring ends the loop
}

type echoConn struct {
	*echo
	fd int
}

func (e *echo) Opened(a Accepted) (Conn, bool) { return &echoConn{e, a.FD}, !e.refuse }
func (e *echo) Rung() (end bool)               { e.rung <- struct{}{}; return e.end.Load() }
func (e *echo) Ended()                         { e.ended <- nil }
func (e *echo) Failed(why error)               { e.ended <- why }
func (c *echoConn) Data(in []byte)             { _, _ = socket.Send(c.fd, in) }
func (c *echoConn) Closed(err error)           { c.closed <- err }

func startEcho(t *testing.T, listen ...string) *echo {
	t.Helper()
	e := &echo{rung: make(chan struct{}, 1000), ended: make(chan error, 1), closed: make(chan error, 1000)}
	e.loop = New(e)
	if err := e.loop.Start(Config{Listen: append(listen, "127.0.0.1:0")}); err != nil {
		t.Fatal(err)
	}
	wait(t, "it is rung at the start", e.rung)
	return e
}

func wait[T any](t *testing.T, what string, c <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(deadline):
		t.Fatalf("not seen: %s", what)
	}
	return v
}

// stop ends the loop in order.
func (e *echo) stop(t *testing.T) {
	t.Helper()
	e.end.Store(true)
	e.loop.Ring()
	if err := wait(t, "the loop ends", e.ended); err != nil {
		t.Error(err)
	}
	wait(t, "the loop is done", e.loop.Done())
}

func TestLoop(t *testing.T) {
	e := startEcho(t)
	c, err := net.Dial("tcp", e.loop.Addrs()[0].String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Write([]byte("hello")); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 5)
	if _, err := io.ReadFull(c, b); err != nil || string(b) != "hello" {
		t.Errorf("%q, %v", b, err)
	}
	c.Close()
	if err := wait(t, "it is closed", e.closed); err != nil {
		t.Error(err)
	}
	e.stop(t)
}

func TestStartSaysWhyNot(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	l := New(&echo{})
	if err := l.Start(Config{Listen: []string{taken.Addr().String()}}); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("got %v", err)
	}
	wait(t, "the loop is done", l.Done())
	l.Ring() // does nothing
}

// TestBellThatCouldNotBeRung: the kernel may refuse the byte for a moment. The loop hears of it all the same, though nobody rings again.
func TestBellThatCouldNotBeRung(t *testing.T) {
	e := startEcho(t)
	defer e.stop(t)
	full, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(full[0])
	defer unix.Close(full[1])
	for err == nil {
		_, err = socket.Send(full[0], make([]byte, 4096))
	}
	b := &e.loop.bell
	b.mu.Lock()
	ours := b.fd
	b.fd = full[0]
	b.mu.Unlock()
	e.loop.Ring()
	b.mu.Lock()
	b.fd = ours
	b.mu.Unlock()
	wait(t, "the loop hears the bell", e.rung)
}

// TestEveryRingIsHeard: one that comes when the last was heard is heard as well.
func TestEveryRingIsHeard(t *testing.T) {
	e := startEcho(t)
	defer e.stop(t)
	for range 1000 {
		e.loop.Ring()
		wait(t, "the loop hears the bell", e.rung)
	}
}
