package ratelimit

import (
	"sync"
	"time"
)

// Table holds a value for each key and forgets stale ones, so that it stays as small as the traffic of the last minutes. It may be used from
// any goroutine.
type Table[K comparable, V any] struct {
	mu      sync.Mutex // nothing is called under it but stale and the functions given to With
	entries map[K]*V
	sweepAt int                            // entries at which to look for stale ones
	stale   func(v *V, now time.Time) bool // v is as good as a new one, and may be forgotten
}

// NewTable makes an empty table. Stale says whether an entry is as good as a new one; it must not block.
func NewTable[K comparable, V any](stale func(*V, time.Time) bool) *Table[K, V] {
	return &Table[K, V]{entries: map[K]*V{}, sweepAt: 1024, stale: stale}
}

// Len is how many entries there are.
func (t *Table[K, V]) Len() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.entries)
}

// With lets use see and change the value of a key, which is the zero value if there was none. Use must not block.
func (t *Table[K, V]) With(key K, now time.Time, use func(*V)) {
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
