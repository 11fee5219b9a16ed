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

// TestStormIsOver: memory goes back when hardly anybody comes or goes any more, since the last collection or since it was looked.
func TestStormIsOver(t *testing.T) {
	s := newStorm()
	for _, c := range []struct {
		sessions int
		calm     bool
	}{{stormSize, true}, {calmSize, false}, {calmSize - 1, true}, {0, true}, {stormSize, false}} { // the first collection has not ended
		for range c.sessions {
			s.isMuch(c.sessions)
		}
		if got := s.isCalm(); got != c.calm {
			t.Errorf("after %d sessions it is calm: %v", c.sessions, got)
		}
	}
}
