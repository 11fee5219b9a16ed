package commands

import "testing"

// TestStormCollects: garbage is collected after many logins, seldom where there are many sessions, and not twice at a time.
func TestStormCollects(t *testing.T) {
	s := newStorm()
	often := func(times, sessions int) (much int) {
		for range times {
			if s.isMuch(sessions) {
				much++
			}
		}
		return much
	}
	if n := often(stormSize-1, stormSize); n != 0 {
		t.Errorf("it was collected after fewer than %d", stormSize)
	}
	if n := often(3*stormSize, stormSize); n != 1 {
		t.Errorf("it was collected %d times at once", n)
	}
	s.collect()
	if !s.isMuch(stormSize) {
		t.Error("what came meanwhile was forgotten")
	}
	s.collect()
	if n := often(16*stormSize-1, 128*stormSize); n != 0 {
		t.Error("it was collected although there is much to go through")
	}
	if !s.isMuch(128 * stormSize) {
		t.Error("it was not collected")
	}
}

// TestStormIsOver: memory goes back when hardly anybody comes or goes, and not before.
func TestStormIsOver(t *testing.T) {
	s := newStorm()
	for _, sessions := range []int{stormSize, calmSize, calmSize - 1, 0} {
		for range sessions {
			s.isMuch(sessions)
		}
		if got := s.isCalm(); got != (sessions < calmSize) {
			t.Errorf("after %d sessions it is calm: %v", sessions, got)
		}
	}
}
