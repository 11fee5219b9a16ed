package storage

import (
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"
)

// TestWaitingConn: it reads what comes, up to the end, waits no longer than the deadline, and goes on after that.
func TestWaitingConn(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := dialWaiting(time.Minute)(t.Context(), "tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	peer, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer peer.Close()
	b := make([]byte, 10)
	for _, late := range []time.Time{{}, time.Now().Add(time.Minute)} {
		if err := c.SetDeadline(late); err != nil {
			t.Fatal(err)
		}
		go peer.Write([]byte("hello"))
		if n, err := io.ReadFull(c, b[:5]); err != nil || string(b[:n]) != "hello" {
			t.Errorf("by %v: %q, %v", late, b[:n], err)
		}
	}
	var timeout net.Error
	for _, late := range []time.Time{time.Now().Add(-time.Second), time.Now().Add(5 * time.Millisecond)} {
		c.SetReadDeadline(late)
		if n, err := c.Read(b); n != 0 || !errors.As(err, &timeout) || !timeout.Timeout() || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("nothing by %v: %d, %v", late, n, err)
		}
		if now := time.Now(); now.Before(late) {
			t.Errorf("it gave up %v too early", late.Sub(now))
		}
	}
	c.SetReadDeadline(time.Now().Add(time.Minute))
	peer.Close()
	if n, err := c.Read(b); n != 0 || err != io.EOF {
		t.Errorf("at the end: %d, %v", n, err)
	}
	c.Close()
	if _, err := c.Read(b); err == nil {
		t.Error("a closed one can be read")
	}
}
