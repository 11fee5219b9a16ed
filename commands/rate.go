package commands

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

// Per is so many in each period, evenly or all at once.
func Per(n int, period time.Duration) Rate {
	return Rate{Burst: n, Second: float64(n) / period.Seconds()}
}

// longestWait is the longest wait that anybody is told, in seconds.
const longestWait = 1e9

// bucket holds what is left of a Rate. The zero value is full.
type bucket struct {
	used float64 // of the burst
	at   int64   // when used was true, in Unix milliseconds
}

// take uses one up. Where nothing is left it returns how many whole seconds to wait.
func (b *bucket) take(r Rate, now time.Time) (wait int) {
	if r.Off {
		return 0
	}
	b.refill(r, now)
	if missing := b.used + 1 - float64(r.Burst); missing > 0 {
		return 1 + int(min(missing/r.Second, longestWait))
	}
	b.used++
	return 0
}

// refill gives back what the time since has earned.
func (b *bucket) refill(r Rate, now time.Time) {
	ms := now.UnixMilli()
	if b.at != 0 {
		b.used = max(0, b.used-float64(max(0, ms-b.at))/1000*r.Second)
	}
	b.at = ms
}

// full reports whether nothing of it is used.
func (b *bucket) full(r Rate, now time.Time) bool {
	b.refill(r, now)
	return b.used == 0
}

// Meter limits how often each source does something. It may be used from any goroutine.
type Meter struct {
	rate    Rate
	buckets *table[netip.Prefix, bucket]
}

// NewMeter makes a meter of one rate for each source.
func NewMeter(r Rate) *Meter {
	return &Meter{r, newTable[netip.Prefix](func(b *bucket, now time.Time) bool { return b.full(r, now) })}
}

// Take counts one use. Where that is one too many it returns how many whole seconds to wait.
func (m *Meter) Take(source netip.Prefix, now time.Time) (wait int) {
	if !m.rate.Off {
		m.buckets.with(source, now, func(b *bucket) { wait = b.take(m.rate, now) })
	}
	return wait
}
