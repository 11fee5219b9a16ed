package storage

import "time"

// lasting knows when a conversation's time to live was last begun again. For the goroutine of Commit.
type lasting struct {
	keep  time.Duration
	begun map[Thread]time.Time
}

// due reports whether a conversation's time to live must begin again: not with each message, but often enough that it is never
// off by more than a hundredth.
func (l *lasting) due(conversation Thread, now time.Time) bool {
	return keepMilliseconds(l.keep) > 0 && now.Sub(l.begun[conversation]) > l.keep/100
}

// renewed notes that it has begun again, once Redis has said so.
func (l *lasting) renewed(conversations []Thread, now time.Time) {
	if len(l.begun) > 50_000 {
		clear(l.begun)
	}
	for _, t := range conversations {
		l.begun[t] = now
	}
}

// keepMilliseconds is how long a conversation is kept behind its last message; 0: for ever.
func keepMilliseconds(keep time.Duration) int64 {
	if keep > 100*365*24*time.Hour {
		return 0
	}
	return keep.Milliseconds()
}
