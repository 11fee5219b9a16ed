// Package ratelimit counts how often something is done, in all, by address or by account. The chat and the network use it alike.
package ratelimit

import (
	"sync/atomic"
	"time"
)

// Rate is how often something may be done: a burst at once, and then so many each second.
type Rate struct {
	Burst  int
	Second float64
	Off    bool // no limit
}

// Per is a rate of n in each period, evenly or all at once.
func Per(n int, period time.Duration) Rate {
	return Rate{Burst: n, Second: float64(n) / period.Seconds()}
}

// Times is a rate n times as large.
func (r Rate) Times(n int) Rate {
	return Rate{Burst: n * r.Burst, Second: float64(n) * r.Second, Off: r.Off}
}

// Part is one n-th of a rate; a burst is at least one.
func (r Rate) Part(n int) Rate {
	return Rate{Burst: max(1, r.Burst/n), Second: r.Second / float64(n), Off: r.Off}
}

// Each is how long it takes until one more may be done.
func (r Rate) Each() time.Duration {
	return time.Duration(min(1/r.Second, longestWait) * float64(time.Second))
}

// longestWait is the longest wait that is ever reported, in seconds.
const longestWait = 1e9

// Bucket holds what is left of a Rate. The zero value is full. It is for one goroutine at a time.
type Bucket struct {
	used float64 // of the burst
	at   int64   // when used was true, in Unix milliseconds
}

// Take uses one up, and returns 0. If nothing is left, it takes nothing and returns how many whole seconds to wait.
func (b *Bucket) Take(r Rate, now time.Time) (wait int) {
	if wait = b.Wait(r, now); wait == 0 && !r.Off {
		b.used++
	}
	return wait
}

// Wait is how many whole seconds to wait for the next one; 0 if one is left.
func (b *Bucket) Wait(r Rate, now time.Time) int {
	if r.Off {
		return 0
	}
	b.refill(r, now)
	if missing := b.used + 1 - float64(r.Burst); missing > 0 {
		return 1 + int(min(missing/r.Second, longestWait))
	}
	return 0
}

// GiveBack takes back what Take has used up.
func (b *Bucket) GiveBack() { b.used = max(0, b.used-1) }

// refill gives back what the time since the last call has earned.
func (b *Bucket) refill(r Rate, now time.Time) {
	ms := now.UnixMilli()
	if b.at != 0 {
		b.used = max(0, b.used-float64(max(0, ms-b.at))/1000*r.Second)
	}
	b.at = ms
}

// Full reports whether nothing of it is used.
func (b *Bucket) Full(r Rate, now time.Time) bool {
	b.refill(r, now)
	return b.used == 0
}

// Meter limits how often each of many does something: an address, an account. It may be used from any goroutine.
type Meter[K comparable] struct {
	rate    *atomic.Pointer[Rate]
	buckets *Table[K, Bucket]
}

// NewMeter makes a meter of one rate for each of them.
func NewMeter[K comparable](r Rate) *Meter[K] {
	rate := &atomic.Pointer[Rate]{}
	rate.Store(&r)
	return &Meter[K]{rate, NewTable[K](func(b *Bucket, now time.Time) bool { return b.Full(*rate.Load(), now) })}
}

// SetRate puts another rate in the place of the one before. What was used up until now stays so.
func (m *Meter[K]) SetRate(r Rate) { m.rate.Store(&r) }

// Take counts one use, and returns 0. If that is one too many, it counts nothing and returns how many whole seconds to wait.
func (m *Meter[K]) Take(who K, now time.Time) (wait int) {
	if r := m.rate.Load(); !r.Off {
		m.buckets.With(who, now, func(b *Bucket) { wait = b.Take(*r, now) })
	}
	return wait
}

// GiveBack takes back what Take has counted.
func (m *Meter[K]) GiveBack(who K, now time.Time) {
	if !m.rate.Load().Off {
		m.buckets.With(who, now, (*Bucket).GiveBack)
	}
}

// Wait is how many whole seconds to wait for the next use; 0 if it may be now.
func (m *Meter[K]) Wait(who K, now time.Time) (wait int) {
	if r := m.rate.Load(); !r.Off {
		m.buckets.With(who, now, func(b *Bucket) { wait = b.Wait(*r, now) })
	}
	return wait
}

// Len is how many it remembers.
func (m *Meter[K]) Len() int { return m.buckets.Len() }
