//go:build !race

package main

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestMemoryOfAStormOfLogins: a hash takes 19 MiB, and leaves them as garbage. However many log in at once, there is little more of them than are being
// made: with two cores the program has 72 MB at most. The bound is for the binary of the tests, which takes some 5 MiB more, and for as many hashes as there
// are cores; it has some MiB to spare.
func TestMemoryOfAStormOfLogins(t *testing.T) {
	const base, each = 46, 21 // MiB; without a collection there are 220 with two cores
	s := startTarget(t, "127.0.0.1:0", "--login-rate", "unlimited", "--connect-rate", "unlimited")
	if answer, err := s.askOnce("/register alice " + aPassword); err != nil || answer != "+ register alice" {
		t.Fatal(answer, err)
	}
	err := crowd(manyHashes, manyHashes, func(int) error {
		answer, err := s.askInStorm("/login alice " + aPassword)
		if !strings.HasPrefix(answer, "+ login alice ") && !strings.HasPrefix(answer, "- login busy retry=") {
			return fmt.Errorf("told %q, %v", answer, err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	_, most := s.memory()
	t.Logf("%d MiB at most", most)
	if most > base+each*cores {
		t.Errorf("%d MiB at most", most)
	}
}

// TestMemoryOfTheFirstHash: the server hashes once when it starts, and gives that memory back before anybody comes.
func TestMemoryOfTheFirstHash(t *testing.T) {
	s := startTarget(t, "127.0.0.1:0")
	now, most := s.memory()
	for begin := time.Now(); most-now < 15; now, most = s.memory() {
		if time.Since(begin) > soon {
			t.Fatalf("%d MiB, of %d at most", now, most)
		}
		time.Sleep(time.Millisecond)
	}
}
