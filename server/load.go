package server

import "time"

// load tells whether a loop has little to do, by how often it reads each time that evio wakes it. It belongs to the loop.
type load struct {
	paused time.Duration // when it last went back to evio, on the clock of epoch
	reads  int           // since evio has slept
	usual  int           // how often it reads between two sleeps, smoothed; in eighths
}

// epoch is what the times of loads count from.
var epoch = time.Now()

func sinceEpoch() time.Duration { return time.Since(epoch) }

const (
	// sleep is how long evio needs at least if there is nothing to read. Otherwise it takes one or two microseconds.
	sleep = 5 * time.Microsecond
	// light is how often a loop with little to do reads between two sleeps.
	light = 2
)

// read notes that something was read now.
func (l *load) read(now time.Duration) {
	if now-l.paused >= sleep {
		l.usual += l.reads - l.usual/8
		l.reads = 0
	}
	l.reads++
}

// pause notes that the loop goes back to evio now.
func (l *load) pause(now time.Duration) { l.paused = now }

// isLight reports whether the loop has little to do.
func (l *load) isLight() bool { return l.reads <= light && l.usual < 8*(light+1) }
