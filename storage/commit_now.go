package storage

import "time"

// What CommitNow is like on both stores.

const (
	// nowMost is how many acks and asks it takes.
	nowMost = 16
	// slowNow is how long so few may take at most without a pause of CommitNow's: the next may be as slow again.
	slowNow = 2 * time.Millisecond
)

// slowness has CommitNow leave everything to Commit for a while when the store was slow. That may have been the machine, which did something else, so the
// first pause is short; each further one is twice as long, until the store has been quick for so many times.
type slowness struct {
	until time.Time
	pause time.Duration // the last one; 0: the store was quick since
	quick int           // how many times since the last pause began
}

const (
	firstPause  = 100 * time.Millisecond
	longPause   = 10 * time.Second
	quickEnough = 300
)

// note notes how long the store took for what has ended now.
func (s *slowness) note(now time.Time, took time.Duration) {
	if took > slowNow {
		s.pause = min(max(2*s.pause, firstPause), longPause)
		s.until, s.quick = now.Add(s.pause), 0
	} else if s.quick++; s.quick >= quickEnough {
		s.pause = 0
	}
}

// lasts reports whether CommitNow must pause.
func (s *slowness) lasts(now time.Time) bool { return now.Before(s.until) }

// isPlain reports whether a batch is small and has only messages without keys, and acks.
func isPlain(b *Batch) bool {
	if len(b.Present) > 0 || b.Whole || len(b.Acks)+len(b.Asks) > nowMost {
		return false
	}
	for i := range b.Asks {
		if b.Asks[i].Kind != Say || b.Asks[i].Once != nil {
			return false
		}
	}
	return true
}
