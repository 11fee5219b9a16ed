package storage

import (
	"testing"
	"time"
)

func TestSlownessGrowsUntilTheStoreIsQuick(t *testing.T) {
	var s slowness
	now := time.Now()
	if s.lasts(now) {
		t.Fatal("it begins with a pause")
	}
	wantPause := func(want time.Duration) {
		t.Helper()
		s.note(now, slowNow+1)
		if !s.lasts(now.Add(want-1)) || s.lasts(now.Add(want)) {
			t.Fatalf("the pause is %v, want %v", s.until.Sub(now), want)
		}
		now = now.Add(want)
	}
	quick := func(times int) {
		for range times {
			s.note(now, slowNow)
		}
	}
	quick(quickEnough)
	wantPause(firstPause)
	wantPause(2 * firstPause)
	quick(quickEnough - 1)
	wantPause(4 * firstPause)
	for s.pause < longPause {
		s.note(now, slowNow+1)
	}
	wantPause(longPause)
	quick(quickEnough)
	wantPause(firstPause)
}
