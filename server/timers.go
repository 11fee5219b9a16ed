package server

import (
	"container/heap"
	"time"
)

// The timers of a connection. An idle session has none armed.
const (
	timerPeek  = iota // an unfinished line: more input, or its end
	timerRetry        // output that the kernel did not take
	timerHeard        // what was said in rooms
	timerAcks         // private messages whose acknowledgement is awaited
	timerLogin        // the time to log in is over
	timerDrain        // its turn to be told that the server is going down
	timerClose        // the time to close in order is over
	timerKinds
)

// tick is the resolution of the timers, in milliseconds.
const tick = 10

// schedule has the timers of all connections of a loop. It belongs to the loop.
type schedule struct {
	waiting timerHeap
	spare   []*armed  // unused
	start   time.Time // what now counts from
	alarm   *time.Timer
	alarmAt int64 // when the alarm goes off; 0 when it is not set
}

// newSchedule makes a schedule. It calls wake, on any goroutine, when expire must be called.
func newSchedule(wake func()) schedule {
	return schedule{start: time.Now(), alarm: time.AfterFunc(time.Hour, wake)}
}

// now is the loop's clock in milliseconds, never 0.
func (s *schedule) now() int64 { return time.Since(s.start).Milliseconds() + 1 }

// timers are those of one connection.
type timers struct {
	schedule *schedule
	owner    interface{ expired(kind int) }
	armed    *armed // nil while none is
}

// armed is when the timers of a connection are due.
type armed struct {
	timers *timers
	at     [timerKinds]int64 // each, 0 if it is not armed
	due    int64             // the first of them
	place  int               // in the heap
}

// keptArmed is how many unused ones a schedule keeps at most.
const keptArmed = 256

func newTimers(s *schedule, owner interface{ expired(kind int) }) timers {
	return timers{schedule: s, owner: owner}
}

// after arms a timer for so many milliseconds from now.
func (t *timers) after(kind int, ms int64) { t.set(kind, t.schedule.now()+ms) }

// stop disarms a timer.
func (t *timers) stop(kind int) {
	if t.isArmed(kind) {
		t.set(kind, 0)
	}
}

// stopAll disarms all of them.
func (t *timers) stopAll() {
	for kind := range timerKinds {
		t.stop(kind)
	}
}

// isArmed reports whether a timer is waiting.
func (t *timers) isArmed(kind int) bool { return t.at(kind) > 0 }

// at is when a timer is due, 0 if it is not armed.
func (t *timers) at(kind int) int64 {
	if t.armed == nil {
		return 0
	}
	return t.armed.at[kind]
}

// set arms a timer for a time of the loop's clock; 0 disarms it.
func (t *timers) set(kind int, at int64) {
	if at > 0 {
		at = (at/tick + 1) * tick
	}
	s := t.schedule
	if t.armed == nil {
		t.armed = s.arm(t)
	}
	a := t.armed
	a.at[kind] = at
	a.due = 0
	for _, one := range a.at {
		if one > 0 && (a.due == 0 || one < a.due) {
			a.due = one
		}
	}
	if a.due > 0 {
		heap.Fix(&s.waiting, a.place)
	} else {
		t.armed = nil
		s.disarm(a)
	}
	s.setAlarm()
}

// arm has a connection wait in the heap; set says for when.
func (s *schedule) arm(t *timers) *armed {
	a := &armed{}
	if last := len(s.spare) - 1; last >= 0 {
		a, s.spare = s.spare[last], s.spare[:last]
	}
	a.timers = t
	heap.Push(&s.waiting, a)
	return a
}

// disarm undoes arm.
func (s *schedule) disarm(a *armed) {
	heap.Remove(&s.waiting, a.place)
	if a.timers = nil; len(s.spare) < keptArmed {
		s.spare = append(s.spare, a)
	}
}

// expire runs what is due and arranges to be called again in time.
func (s *schedule) expire() {
	now := s.now()
	if s.alarmAt <= now {
		s.alarmAt = 0 // it has gone off
	}
	for len(s.waiting) > 0 && s.waiting[0].due <= now {
		t := s.waiting[0].timers
		for kind, at := range t.armed.at {
			if at > 0 && at <= now && t.at(kind) == at {
				t.stop(kind)
				t.owner.expired(kind)
			}
		}
	}
	s.setAlarm()
}

// setAlarm has the loop woken when the next timer is due.
func (s *schedule) setAlarm() {
	if len(s.waiting) == 0 || s.alarmAt > 0 && s.alarmAt <= s.waiting[0].due {
		return
	}
	s.alarmAt = s.waiting[0].due
	s.alarm.Reset(time.Duration(s.alarmAt-s.now()) * time.Millisecond)
}

// timerHeap has the connection that is due first in front.
type timerHeap []*armed

func (h timerHeap) Len() int           { return len(h) }
func (h timerHeap) Less(i, j int) bool { return h[i].due < h[j].due }
func (h timerHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].place, h[j].place = i, j
}
func (h *timerHeap) Push(a any) {
	a.(*armed).place = len(*h)
	*h = append(*h, a.(*armed))
}
func (h *timerHeap) Pop() any {
	old := *h
	a := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	return a
}
