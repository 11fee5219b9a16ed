package storage

import "time"

// lasting knows when each conversation's time to live was last renewed. It is for whoever commits.
type lasting struct {
	keep  time.Duration // for which they were renewed
	begun map[Thread]time.Time
}

// due reports whether a conversation's time to live must be renewed. That is not done with each message, but often enough that the time
// is never off by more than a hundredth.
func (l *lasting) due(conversation Thread, now time.Time, keep time.Duration) bool {
	if l.keep != keep {
		l.keep = keep
		clear(l.begun)
	}
	return now.Sub(l.begun[conversation]) > keep/100
}

// renewed notes that Redis has renewed these.
func (l *lasting) renewed(conversations []Thread, now time.Time) {
	if len(l.begun) > 50_000 {
		clear(l.begun)
	}
	for _, t := range conversations {
		l.begun[t] = now
	}
}

// keepMilliseconds is how long a conversation is kept after its last message; 0: for ever.
func keepMilliseconds(keep time.Duration) int64 {
	if keep > 100*365*24*time.Hour {
		return 0
	}
	return keep.Milliseconds()
}
