package ratelimit

import (
	"net/netip"
	"testing"
	"time"
)

// noon is when the tests with a clock of their own begin.
var noon = time.Date(2026, 11, 19, 12, 0, 0, 0, time.UTC)

func TestBucketGivesABurstAndThenItsRate(t *testing.T) {
	var b Bucket
	r := Rate{Burst: 20, Second: 5}
	now := noon
	for i := range 20 {
		if wait := b.Take(r, now); wait != 0 {
			t.Fatalf("number %d of the burst waits %d s", i+1, wait)
		}
	}
	if wait := b.Take(r, now); wait != 1 {
		t.Fatalf("one more than the burst waits %d s, want 1", wait)
	}
	for range 50 { // ten seconds' worth, evenly
		now = now.Add(200 * time.Millisecond)
		if wait := b.Take(r, now); wait != 0 {
			t.Fatalf("5 a second are too many: wait %d s", wait)
		}
		if wait := b.Take(r, now); wait == 0 {
			t.Fatal("10 a second are allowed")
		}
	}
}

// TestRetryIsEnough: a client that waits as long as it is told succeeds, and a refusal costs nothing.
func TestRetryIsEnough(t *testing.T) {
	for _, r := range []Rate{{Burst: 1, Second: 100}, {Burst: 3, Second: 0.001}, Per(5, time.Minute), Per(5, time.Hour), Per(30, 10*time.Minute), {Burst: 1000, Second: 1.0 / 86400}} {
		var b Bucket
		now := noon
		for b.Take(r, now) == 0 {
		}
		for range 3 {
			wait := b.Take(r, now)
			now = now.Add(time.Duration(wait) * time.Second)
			if again := b.Take(r, now); wait < 1 || again != 0 {
				t.Errorf("%+v: told to wait %d s, and then %d s more", r, wait, again)
			}
		}
	}
}

// TestHammeredBucketRefills: a bucket that is tried every millisecond still refills.
func TestHammeredBucketRefills(t *testing.T) {
	for _, r := range []Rate{{Burst: 5, Second: 0.001}, {Burst: 10_000, Second: 0.1}} {
		var b Bucket
		now := noon
		for b.Take(r, now) == 0 {
		}
		allowed := 0
		for range 25_000 {
			now = now.Add(time.Millisecond)
			if b.Take(r, now) == 0 {
				allowed++
			}
		}
		if earned := 25 * r.Second; float64(allowed) < earned-1 || float64(allowed) > earned {
			t.Errorf("%+v: %d in 25 s of asking all the time, want %g", r, allowed, earned)
		}
		if wait := b.Take(r, now); float64(wait) > 1+1/r.Second {
			t.Errorf("%+v: a wait of %d s", r, wait)
		}
	}
}

func TestSlowestRateIsNoLicence(t *testing.T) {
	var b Bucket
	r := Rate{Burst: 1, Second: 1e-300}
	b.Take(r, noon)
	if wait := b.Take(r, noon); wait < 1 {
		t.Errorf("a wait of %d s", wait)
	}
}

// TestClockThatGoesBack: nobody waits longer, and nobody gets more, because the clock was set.
func TestClockThatGoesBack(t *testing.T) {
	var b Bucket
	r := Rate{Burst: 1, Second: 1}
	b.Take(r, noon)
	if b.Take(r, noon.Add(-time.Hour)) == 0 {
		t.Error("setting the clock back is a refill")
	}
	if wait := b.Take(r, noon.Add(-time.Hour+time.Second)); wait != 0 {
		t.Errorf("a second later there is a wait of %d s", wait)
	}
}

func TestMeterCountsEachSource(t *testing.T) {
	m := NewMeter[netip.Prefix](Per(2, time.Minute))
	a, b := netip.MustParsePrefix("192.0.2.1/32"), netip.MustParsePrefix("192.0.2.2/32")
	for i, want := range []struct {
		source  netip.Prefix
		refused bool
	}{{a, false}, {a, false}, {a, true}, {b, false}, {a, true}, {b, false}, {b, true}} {
		if wait := m.Take(want.source, noon); wait > 0 != want.refused {
			t.Errorf("%d: %v waits %d s", i, want.source, wait)
		}
	}
	if wait := m.Take(a, noon.Add(30*time.Second)); wait != 0 {
		t.Errorf("half a minute later there is a wait of %d s", wait)
	}
	off := NewMeter[netip.Prefix](Rate{Off: true})
	for range 1000 {
		if off.Take(a, noon) != 0 {
			t.Fatal("unlimited is limited")
		}
	}
	if n := off.Len(); n != 0 {
		t.Errorf("unlimited remembers %d sources", n)
	}
}

// TestMeterWithAnotherRate counts on: what was used up stays so, and from now on the other rate gives it back.
func TestMeterWithAnotherRate(t *testing.T) {
	m := NewMeter[string](Rate{Burst: 2, Second: 0.001})
	take := func(want bool) {
		t.Helper()
		if got := m.Take("a", noon) == 0; got != want {
			t.Errorf("it may be taken: %v", got)
		}
	}
	take(true)
	take(true)
	take(false)
	m.SetRate(Rate{Burst: 3, Second: 0.001})
	take(true)
	take(false)
	m.SetRate(Rate{Off: true})
	take(true)
	m.SetRate(Rate{Burst: 2, Second: 0.001})
	take(false)
	if m.Take("a", noon.Add(1000*time.Second)) == 0 {
		t.Error("three were used, and two are all that there may be")
	}
	if m.Take("a", noon.Add(2100*time.Second)) != 0 {
		t.Error("what was used is not given back")
	}
}
