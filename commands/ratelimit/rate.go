// Package ratelimit counts how often something is done, in all or by address. The chat and the network use it alike.
package ratelimit

import (
	"net/netip"
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

// Meter limits how often each address does something. It may be used from any goroutine.
type Meter struct {
	rate    Rate
	buckets *Table[netip.Prefix, Bucket]
}

// NewMeter makes a meter of one rate for each address.
func NewMeter(r Rate) *Meter {
	return &Meter{r, NewTable[netip.Prefix](func(b *Bucket, now time.Time) bool { return b.Full(r, now) })}
}

// Take counts one use, and returns 0. If that is one too many, it counts nothing and returns how many whole seconds to wait.
func (m *Meter) Take(address netip.Prefix, now time.Time) (wait int) {
	if !m.rate.Off {
		m.buckets.With(address, now, func(b *Bucket) { wait = b.Take(m.rate, now) })
	}
	return wait
}

// Len is how many addresses it remembers.
func (m *Meter) Len() int { return m.buckets.Len() }
