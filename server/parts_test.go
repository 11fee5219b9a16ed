package server

import (
	"fmt"
	"slices"
	"testing"

	"parley/server/internal/admission"
)

// numbers are those of the messages that are not acknowledged.
func (a *acks) numbers() (list []int64) {
	for _, m := range a.marks {
		list = append(list, m.number)
	}
	return list
}

func TestAcks(t *testing.T) {
	var a acks
	for n := range int64(5) {
		a.marks = append(a.marks, mark{end: uint64(10 * (n + 1)), number: n + 1})
	}
	if got := a.acknowledge(9); len(got) > 0 {
		t.Errorf("a part of the first acknowledges %v", got)
	}
	if got := a.acknowledge(25); len(got) != 2 || got[1].number != 2 {
		t.Errorf("25 bytes acknowledge %v, want two", got)
	}
	if got := a.numbers(); !slices.Equal(got, []int64{3, 4, 5}) {
		t.Errorf("then %v are pending", got)
	}
	a.cutTo(40)
	if got := a.numbers(); !slices.Equal(got, []int64{3, 4}) {
		t.Errorf("after 40 bytes nothing is sent, and %v are pending", got)
	}
	if got := a.acknowledge(1000); len(got) != 2 || got[1].number != 4 || len(a.marks) != 0 {
		t.Errorf("all that was sent acknowledges %v, want 3 and 4", got)
	}
}

// Messages that are held are acknowledged where they were sent in the end.
func TestHeldAcks(t *testing.T) {
	a := acks{held: []mark{{end: 10, number: 1}, {end: 20, number: 2}}}
	if got := a.acknowledge(1000); len(got) > 0 {
		t.Errorf("%v are acknowledged, which are held", got)
	}
	a.marks = a.takeHeld(100)
	if got := a.acknowledge(115); len(got) != 1 || got[0].number != 1 {
		t.Errorf("115 bytes acknowledge %v, want 1", got)
	}
	a.held = []mark{{end: 10, number: 3}}
	a.cutTo(1000)
	if held := a.takeHeld(0); held != nil {
		t.Errorf("%v are held after a cut", held)
	}
}

func TestPeekTimes(t *testing.T) {
	var in input
	for i, want := range []int64{1, 2, 4, 8, 16, 32, 64, 128, slowestPeek, slowestPeek} {
		if got := in.nextPeek(); got != want {
			t.Errorf("look number %d is in %d ms, want %d", i, got, want)
		}
	}
}

// alarms notes which timers have run out.
type alarms struct {
	name string
	list *[]string
	then func(kind int)
}

func (a *alarms) expired(kind int) {
	*a.list = append(*a.list, fmt.Sprint(a.name, kind))
	if a.then != nil {
		a.then(kind)
	}
}

func TestTimersInOrder(t *testing.T) {
	var rang []string
	s := newSchedule(func() {})
	defer s.alarm.Stop()
	a, b := &alarms{name: "a", list: &rang}, &alarms{name: "b", list: &rang}
	ta, tb := newTimers(&s, a), newTimers(&s, b)
	ta.set(timerClose, 1)
	tb.set(timerRetry, 1)
	ta.set(timerLogin, 1)
	ta.stop(timerLogin)
	tb.after(timerAcks, 1<<40)
	s.start = s.start.Add(-1000 * 1000 * 1000) // a second has gone by
	s.expire()
	slices.Sort(rang)
	if !slices.Equal(rang, []string{fmt.Sprint("a", timerClose), fmt.Sprint("b", timerRetry)}) {
		t.Errorf("%q ran out", rang)
	}
	if ta.armed != nil || !tb.isArmed(timerAcks) || len(s.waiting) != 1 {
		t.Error("what is waiting is wrong")
	}
	tb.stopAll()
	if len(s.waiting) != 0 {
		t.Error("something is still waiting")
	}
}

// A timer may stop another of the same connection, or set itself again: it runs in its new time.
func TestTimersThatChangeTimers(t *testing.T) {
	var rang []string
	s := newSchedule(func() {})
	defer s.alarm.Stop()
	a := &alarms{name: "a", list: &rang}
	timers := newTimers(&s, a)
	a.then = func(kind int) {
		timers.stop(timerAcks)
		timers.after(kind, 1<<40)
	}
	timers.set(timerPeek, 1)
	timers.set(timerAcks, 1)
	s.start = s.start.Add(-1000 * 1000 * 1000)
	s.expire()
	s.expire()
	if !slices.Equal(rang, []string{fmt.Sprint("a", timerPeek)}) || !timers.isArmed(timerPeek) {
		t.Errorf("%q ran out", rang)
	}
}

// Of a closed socket nothing counts as acknowledged.
func TestAcksOfAClosedSocket(t *testing.T) {
	s := ackSource{fd: -1, spare: -1}
	if n, ok := s.acked(100, nil); ok {
		t.Errorf("%d bytes are acknowledged", n)
	}
	s = ackSource{fd: -1, spare: -1, unix: true}
	if n, ok := s.acked(100, nil); ok {
		t.Errorf("%d bytes are acknowledged", n)
	}
	a := admission.New(admission.Config{Descriptors: 10})
	if s.keep(a); s.spare >= 0 || a.Spares() != 0 {
		t.Error("a closed socket has a spare descriptor")
	}
}
