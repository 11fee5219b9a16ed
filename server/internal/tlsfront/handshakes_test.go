package tlsfront

import (
	"fmt"
	"net/netip"
	"testing"
	"time"
)

func TestHandshakesAreBounded(t *testing.T) {
	h := newHandshakes(time.Minute)
	for range maxHandshakes {
		if _, ok := h.begin(); !ok {
			t.Fatal("refused too early")
		}
	}
	if _, ok := h.begin(); ok {
		t.Error("there may be too many in all")
	}
	h.end()
	if _, ok := h.begin(); !ok {
		t.Error("the place is not given back")
	}
}

func TestHandshakesOfAnAddressAreBounded(t *testing.T) {
	h := newHandshakes(time.Minute)
	one, other := netip.MustParseAddr("203.0.113.9"), netip.MustParseAddr("203.0.113.10")
	for range maxHandshakesOne {
		if !h.beginFor(one) {
			t.Fatal("refused too early")
		}
	}
	if h.beginFor(one) {
		t.Error("an address may have too many")
	}
	if !h.beginFor(other) {
		t.Error("another address is refused")
	}
	h.endFor(one)
	if !h.beginFor(one) {
		t.Error("the place is not given back")
	}
}

// One subscriber may have a /48, and must not be able to take all places.
func TestHandshakesOfAPrefixAreBounded(t *testing.T) {
	for _, form := range []string{"2001:db8:0:%x::1", "2001:db8:0:%x00::1"} {
		h := newHandshakes(time.Minute)
		begun := 0
		for i := range 200 {
			from := netip.MustParseAddr(fmt.Sprintf(form, i))
			for range maxHandshakesOne {
				if h.beginFor(from) {
					begun++
				}
			}
		}
		if begun > maxHandshakes/4 {
			t.Errorf("%s: %d of %d places", form, begun, maxHandshakes)
		}
	}
}

func TestTimeForAHandshakeShrinks(t *testing.T) {
	const whole = 10 * time.Second
	h := newHandshakes(whole)
	var limits []time.Duration
	for {
		limit, ok := h.begin()
		if !ok {
			break
		}
		limits = append(limits, limit)
	}
	if limits[0] != whole || limits[maxHandshakes/2-1] != whole {
		t.Errorf("%v and %v while most places are free", limits[0], limits[maxHandshakes/2-1])
	}
	if got := limits[maxHandshakes*3/4-1]; got != whole/2 {
		t.Errorf("%v while a quarter of the places is free, want half of the time", got)
	}
	if got := limits[maxHandshakes-1]; got != crowdedTime {
		t.Errorf("%v for the last one", got)
	}
	short := newHandshakes(time.Millisecond)
	short.count = maxHandshakes - 1
	if limit, _ := short.begin(); limit != time.Millisecond {
		t.Errorf("the time grows to %v when it is crowded", limit)
	}
}
