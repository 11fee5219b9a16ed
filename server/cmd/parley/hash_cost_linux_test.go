package main

import (
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestUnknownNameCostsAsMuch logs in with a name that exists, one that does not, and one that cannot (it is too long). Each costs the server the same
// work, or its answer would come sooner and tell which names are taken. The work is measured in processor time, which does not depend on
// how busy the machine is.
func TestUnknownNameCostsAsMuch(t *testing.T) {
	s := startTarget(t, "127.0.0.1:0")
	names := []string{"alice", "planted-ghost", "planted-" + strings.Repeat("x", 40)}
	user, err := s.intrude()
	if err != nil {
		t.Fatal(err)
	}
	defer user.Close()
	if answer, err := user.ask("/register alice " + aPassword); err != nil || answer != "+ register alice" {
		t.Fatal(answer, err)
	}
	const logins = 12
	var spent [3]time.Duration
	for range logins {
		for i, name := range names {
			before := s.processorTime()
			answer, err := s.askOnce("/login " + name + " planted wrong password")
			if err != nil || !strings.HasPrefix(answer, "- login bad-credentials: ") {
				t.Fatalf("%s is told %q, %v", name, answer, err)
			}
			spent[i] += s.processorTime() - before
		}
	}
	for i, name := range names[1:] {
		if cost := spent[i+1]; cost < spent[0]/2 || cost > 2*spent[0] {
			t.Errorf("%d logins cost %v of processor time for a name that exists, and %v for %s", logins, spent[0], cost, name)
		}
	}
}

// processorTime is what the server's process has used so far.
func (s *target) processorTime() time.Duration {
	s.t.Helper()
	clock := int32(^s.command.Process.Pid<<3 | 2) // the clock of another process, as clock_getcpuclockid(3) makes it
	var spent unix.Timespec
	if err := unix.ClockGettime(clock, &spent); err != nil {
		s.t.Fatal(err)
	}
	return time.Duration(spent.Nano())
}
