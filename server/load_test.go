package server

import (
	"testing"
	"time"
)

// TestLoad: a loop that sleeps after each line or two has little to do, one that finds more whenever it looks has not.
func TestLoad(t *testing.T) {
	var l load
	var now time.Duration
	reads := func(times, between int) {
		for range times {
			now += time.Second
			for range between {
				l.read(now)
				now += 50 * time.Microsecond
				l.pause(now)
				now += time.Microsecond
			}
		}
	}
	if reads(1, light); !l.isLight() {
		t.Error("a new loop has much to do")
	}
	if reads(1, light+1); l.isLight() {
		t.Errorf("%d lines at once are little", light+1)
	}
	reads(100, 20)
	if reads(1, 1); l.isLight() {
		t.Error("one line after a flood makes it light")
	}
	if reads(100, 1); !l.isLight() {
		t.Error("it never gets light again")
	}
	if reads(100, light); !l.isLight() {
		t.Errorf("%d lines each time are much", light)
	}
	if reads(100, light+2); l.isLight() {
		t.Errorf("%d lines each time are little", light+2)
	}
}

// TestRungIsNoSleep: what a loop does when it is rung is work.
func TestRungIsNoSleep(t *testing.T) {
	s := start(t)
	loop := s.shards[0]
	var worked time.Duration
	s.onLoop(loop, func() { worked = sinceEpoch() })
	s.onLoop(loop, func() {
		if loop.load.paused < worked {
			t.Error("it counts as asleep while it is rung")
		}
	})
}
