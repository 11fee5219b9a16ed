package commands

import (
	"net/netip"
	"sync"
	"time"
)

// Source is what limits by address count: an IPv4 address, or the /64 that one IPv6 subscriber has.
func Source(a netip.Addr) netip.Prefix {
	a = a.Unmap()
	bits := a.BitLen()
	if a.Is6() {
		bits = 64
	}
	p, _ := a.WithZone("").Prefix(bits)
	return p
}

// table holds something for each key and forgets what is of no more use, so that it stays as small as the traffic of
// its last minutes. It may be used from any goroutine; nothing is called under its lock but use and stale.
type table[K comparable, V any] struct {
	mu      sync.Mutex
	entries map[K]*V
	sweepAt int                            // entries at which to look for stale ones
	stale   func(v *V, now time.Time) bool // it would make no difference if v were forgotten
}

func newTable[K comparable, V any](stale func(*V, time.Time) bool) *table[K, V] {
	return &table[K, V]{entries: map[K]*V{}, sweepAt: 1024, stale: stale}
}

// with lets use see and change the entry of a key.
func (t *table[K, V]) with(key K, now time.Time, use func(*V)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	v := t.entries[key]
	if v == nil || t.stale(v, now) {
		v = new(V)
		t.entries[key] = v
	}
	use(v)
	if len(t.entries) < t.sweepAt {
		return
	}
	for k, v := range t.entries {
		if t.stale(v, now) {
			delete(t.entries, k)
		}
	}
	t.sweepAt = 2*len(t.entries) + 1024
}
