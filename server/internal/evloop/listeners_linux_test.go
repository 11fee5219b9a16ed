package evloop

import (
	"net"
	"runtime"
	"sync"
	"testing"

	"golang.org/x/sys/unix"
)

// TestEndClosesOnlyItsOwn: while loops end, others open descriptors, which get the numbers that have just become free. None of these may be
// closed by the loops.
func TestEndClosesOnlyItsOwn(t *testing.T) {
	before := listening(t)
	stop := make(chan struct{})
	var openers sync.WaitGroup
	for range 2 * runtime.NumCPU() {
		openers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if fd, err := unix.Dup(0); err != nil {
					t.Error(err)
					return
				} else if runtime.Gosched(); unix.Close(fd) != nil {
					t.Error("somebody else has closed a descriptor")
					return
				}
			}
		})
	}
	for range 40 {
		e := startEcho(t)
		address := e.loop.Addrs()[0].String()
		e.stop(t)
		if c, err := net.Dial("tcp", address); err == nil {
			c.Close()
			t.Error("it still listens")
		}
	}
	close(stop)
	openers.Wait()
	if now := listening(t); now != before {
		t.Errorf("%d descriptors listen, before there were %d", now, before)
	}
}

// listening counts the descriptors of this process that listen.
func listening(t *testing.T) (n int) {
	t.Helper()
	for fd := range 1000 {
		if v, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ACCEPTCONN); err == nil && v == 1 {
			n++
		}
	}
	return n
}
