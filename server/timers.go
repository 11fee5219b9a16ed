package server

import (
	"container/heap"
	"time"
)

// The things that a connection may have to be looked at for, at a certain time. Nothing is looked at without need: an idle
// session has no timer.
const (
	timerPeek  = iota // an unfinished line: more input, or its end
	timerRetry        // output that the kernel did not take
	timerProof        // private messages whose acknowledgement is awaited
	timerLogin        // the time to log in is over
	timerClose        // the time to close in order is over
	timerKinds
)

// tick is the grain of time, in milliseconds: what is due within one is done together.
const tick = 10

// timers holds the connections that must be looked at, the next one first. It belongs to the loop.
type timers []*conn

func (t timers) Len() int           { return len(t) }
func (t timers) Less(i, j int) bool { return t[i].due < t[j].due }
func (t timers) Swap(i, j int) {
	t[i], t[j] = t[j], t[i]
	t[i].timer, t[j].timer = i, j
}
func (t *timers) Push(c any) {
	c.(*conn).timer = len(*t)
	*t = append(*t, c.(*conn))
}
func (t *timers) Pop() any {
	old := *t
	c := old[len(old)-1]
	old[len(old)-1] = nil
	*t = old[:len(old)-1]
	c.timer = -1
	return c
}

// set arms one timer of a connection for a time, in milliseconds of the shard's clock; 0 disarms it.
func (c *conn) set(kind int, at int64) {
	if at > 0 {
		at = (at/tick + 1) * tick
	}
	c.times[kind] = at
	due := int64(0)
	for _, t := range c.times {
		if t > 0 && (due == 0 || t < due) {
			due = t
		}
	}
	c.due = due
	t := &c.shard.timers
	switch {
	case due == 0 && c.timer >= 0:
		heap.Remove(t, c.timer)
	case due > 0 && c.timer < 0:
		heap.Push(t, c)
	case due > 0:
		heap.Fix(t, c.timer)
	}
	c.shard.arrange()
}

// after arms one timer of a connection for so many milliseconds from now.
func (c *conn) after(kind int, ms int64) { c.set(kind, c.shard.now()+ms) }

// armed reports whether a timer is waiting.
func (c *conn) armed(kind int) bool { return c.times[kind] > 0 }

// expire runs what is due and arranges to be called again in time.
func (s *shard) expire() {
	now := s.now()
	if s.alarmAt <= now {
		s.alarmAt = 0 // it has rung
	}
	for len(s.timers) > 0 && s.timers[0].due <= now {
		c := s.timers[0]
		for kind := range c.times {
			if at := c.times[kind]; at > 0 && at <= now {
				c.set(kind, 0)
				c.expired(kind)
			}
		}
	}
	s.arrange()
}

// arrange has the shard rung when the next timer is due.
func (s *shard) arrange() {
	if len(s.timers) == 0 || s.alarmAt > 0 && s.alarmAt <= s.timers[0].due {
		return
	}
	s.alarmAt = s.timers[0].due
	s.alarm.Reset(time.Duration(s.alarmAt-s.now()) * time.Millisecond)
}
