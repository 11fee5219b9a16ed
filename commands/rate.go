package commands

import "time"

// Rate is how often something may be done: a burst at once, and then so many each second.
type Rate struct {
	Burst  int
	Second float64
	Off    bool // no limit
}

// bucket holds what is left of a Rate. The zero value is full.
type bucket struct {
	used float32 // of the burst
	at   int64   // when used was true, in Unix milliseconds
}

// take uses one up. Where nothing is left it returns how many whole seconds to wait.
func (b *bucket) take(r Rate, now time.Time) (wait int) {
	if r.Off {
		return 0
	}
	ms := now.UnixMilli()
	if b.at != 0 {
		b.used = max(0, b.used-float32(float64(max(0, ms-b.at))/1000*r.Second))
	}
	b.at = ms
	if b.used+1 > float32(r.Burst) {
		missing := float64(b.used+1) - float64(r.Burst)
		return 1 + int(missing/r.Second)
	}
	b.used++
	return 0
}
