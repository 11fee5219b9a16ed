package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// fakeSystemd is a socket to which a service says how it is.
type fakeSystemd struct {
	t    *testing.T
	conn *net.UnixConn
	path string
}

func startSystemd(t *testing.T) *fakeSystemd {
	t.Helper()
	dir, err := os.MkdirTemp("", "parley")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	path := filepath.Join(dir, "notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Net: "unixgram", Name: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return &fakeSystemd{t, conn, path}
}

// hears returns what it is told next, by its first line.
func (s *fakeSystemd) hears() (first string, lines []string) {
	s.t.Helper()
	b := make([]byte, 4096)
	_ = s.conn.SetReadDeadline(time.Now().Add(soon))
	n, err := s.conn.Read(b)
	if err != nil {
		s.t.Fatalf("nothing is told: %v", err)
	}
	lines = strings.Split(string(b[:n]), "\n")
	return lines[0], lines
}

// isTold wants certain things to be told, in this order. The watchdog's do not count.
func (s *fakeSystemd) isTold(wanted ...string) {
	s.t.Helper()
	for _, want := range wanted {
		first, lines := s.hears()
		for first == "WATCHDOG=1" {
			first, lines = s.hears()
		}
		if first != want {
			s.t.Fatalf("it is told %q, not %s", lines, want)
		}
		if want == "RELOADING=1" && !slices.ContainsFunc(lines, func(l string) bool { return strings.HasPrefix(l, "MONOTONIC_USEC=") && len(l) > 20 }) {
			s.t.Errorf("it is told %q, without the time", lines)
		}
	}
}

// TestNotify: systemd is told that the server is ready when it listens, that it reads its settings again, and that it goes.
func TestNotify(t *testing.T) {
	systemd := startSystemd(t)
	k := &killable{t: t, store: "sqlite:" + filepath.Join(t.TempDir(), "parley.db"), flags: []string{"--drain-time", "1h"}}
	k.env = []string{"NOTIFY_SOCKET=" + systemd.path, "WATCHDOG_USEC=" + strconv.FormatInt((100*time.Millisecond).Microseconds(), 10)}
	t.Cleanup(k.kill)
	k.start()
	systemd.isTold("READY=1")
	for first, _ := systemd.hears(); first != "WATCHDOG=1"; first, _ = systemd.hears() {
		t.Errorf("it is told %s", first)
	}
	alice := dialAs(t, k.address, "alice")
	for range 2 {
		k.signal(syscall.SIGHUP)
		systemd.isTold("RELOADING=1", "READY=1")
	}
	k.signal(syscall.SIGTERM)
	systemd.isTold("STOPPING=1")
	alice.isTold()
	k.endsWell()
}

// TestWatchdog is told that the server goes on only while that is so.
func TestWatchdog(t *testing.T) {
	fake := startSystemd(t)
	t.Setenv("NOTIFY_SOCKET", fake.path)
	t.Setenv("WATCHDOG_USEC", "20000")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var stuck atomic.Bool
	asked := make(chan bool, 100)
	alive := func(ctx context.Context) error {
		if stuck.Load() {
			<-ctx.Done()
			select {
			case asked <- true:
			default:
			}
			return errors.New("event loop 1 of 1 does not answer")
		}
		return nil
	}
	newSystemd().watch(ctx, alive, nop)
	for range 3 {
		if first, _ := fake.hears(); first != "WATCHDOG=1" {
			t.Fatalf("it is told %s", first)
		}
	}
	stuck.Store(true)
	<-asked // all that was told before is in the socket by now
	fake.drain()
	<-asked
	<-asked
	if told := fake.drain(); told != 0 {
		t.Errorf("while a loop is stuck, the watchdog is told %d times that it is not", told)
	}
	stuck.Store(false)
	if first, _ := fake.hears(); first != "WATCHDOG=1" {
		t.Errorf("afterwards it is told %s", first)
	}
}

// drain takes what was told until now, and says how often.
func (s *fakeSystemd) drain() (told int) {
	b := make([]byte, 4096)
	for {
		_ = s.conn.SetReadDeadline(time.Now().Add(time.Millisecond))
		if _, err := s.conn.Read(b); err != nil {
			return told
		}
		told++
	}
}

// TestWatchdogTime: nobody is told anything that systemd does not wait for.
func TestWatchdogTime(t *testing.T) {
	for _, c := range []struct {
		us, pid string
		want    time.Duration
	}{
		{"", "", 0}, {"x", "", 0}, {"0", "", 0}, {"-5", "", 0}, {"30000000", "", 30 * time.Second},
		{"30000000", fmt.Sprint(os.Getpid()), 30 * time.Second}, {"30000000", "1", 0},
	} {
		t.Setenv("WATCHDOG_USEC", c.us)
		t.Setenv("WATCHDOG_PID", c.pid)
		if got := watchdogTime(); got != c.want {
			t.Errorf("with %q for %q it is %v, not %v", c.us, c.pid, got, c.want)
		}
	}
}
