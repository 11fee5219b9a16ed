package server

import (
	"fmt"
	"strings"
	"testing"
)

// Those who talk while nobody else does have their messages kept on the loop, and hear each other also from one loop to another.
func TestLoopWithLittleToDoCommits(t *testing.T) {
	for shards := 1; shards <= 2; shards++ {
		s := start(t, func(o *setup) { o.Shards = shards })
		people := append(s.joinEverywhere("p"), s.join("bob"))
		alice := people[0]
		n := 0
		eventually(t, "messages are kept on the loop", func() bool {
			n++
			if line := alice.ask(fmt.Sprint("/msg bob ", n)); !strings.HasSuffix(line, " sent=1") {
				t.Fatal(line)
			}
			people[len(people)-1].want("* msg p0 ")
			alice.ask(fmt.Sprint("/all ", n))
			for _, other := range people[1:] {
				other.want("* all p0: " + fmt.Sprint(n))
			}
			return s.store.now.Load() > 20
		})
	}
}

// What is read at once is kept together by the committer, so that the loop can go on.
func TestLoopLeavesManyToTheCommitter(t *testing.T) {
	s := start(t)
	alice := s.join("alice")
	for range 20 {
		alice.say("/all 1", "/all 2", "/all 3")
		for range 3 {
			alice.want("+ all ")
		}
	}
	if n := s.store.many.Load(); n > 0 {
		t.Errorf("%d times what was read at once was kept on the loop", n)
	}
	// The committer may be at work by itself just then, and leave only the last of them.
	if n := s.store.now.Load(); n > 10 {
		t.Errorf("%d commits on the loop", n)
	}
}

// A loop that has much to do leaves to the committer what comes alone, too.
func TestBusyLoopLeavesItToTheCommitter(t *testing.T) {
	s := start(t)
	alice := s.join("alice")
	loop := s.conn("alice").shard
	s.onLoop(loop, func() { loop.load.usual = 1 << 30 })
	for range 20 {
		alice.ask("/all 1")
	}
	if n := s.store.now.Load(); n > 0 {
		t.Errorf("%d commits on the loop", n)
	}
}

// What a store begins on a loop and does not finish there is finished by the committer, before anything else, and nothing is out of order.
func TestCommitterFinishesWhatALoopHasBegun(t *testing.T) {
	s := start(t, func(o *setup) { o.Shards = 2 })
	people := s.joinEverywhere("p")
	s.store.balk(func() {})
	for n := range 50 {
		for i, u := range people {
			u.ask(fmt.Sprint("/all ", n))
			for j, other := range people {
				if j != i {
					other.want(fmt.Sprintf("* all p%d: %d", i, n))
				}
			}
		}
	}
	s.store.balk(nil)
	if got := people[0].ask("/ping"); !strings.HasPrefix(got, "+ ping") {
		t.Error(got)
	}
}

// What is asked for on another loop while the store begins something comes after that.
func TestWhatALoopHasBegunIsFirst(t *testing.T) {
	s := start(t, func(o *setup) { o.Shards = 2 })
	people := s.joinEverywhere("p")
	first, second := people[0], people[len(people)-1] // the one who has covered the last shard
	on := s.conn(fmt.Sprint("p", len(people)-1)).shard
	n := 0
	eventually(t, "a loop begins something", func() bool {
		begun := false
		n++
		s.store.balk(func() {
			begun = true
			second.say("/all second")
			s.waitFor(on, "who speaks meanwhile", func(c *conn) bool { return c.chat.outstanding > 0 })
		})
		first.ask(fmt.Sprint("/all ", n))
		s.store.balk(nil)
		return begun
	})
	for last := fmt.Sprint("* all p0: ", n); second.line() != last; {
	}
	second.want("+ all ")
	first.want(fmt.Sprintf("* all p%d: second", len(people)-1))
}

// While the committer waits for the store, a loop does not: it answers what needs no store, and what needs it comes later in order.
func TestLoopDoesNotWaitForTheCommitter(t *testing.T) {
	s := start(t)
	alice, bob := s.join("alice"), s.join("bob")
	release := s.store.holdCommits()
	alice.say("/all first")
	eventually(t, "the store is asked", func() bool { return s.alive() != nil })
	bob.say("/all second")
	carol := s.dial()
	if got := carol.ask("/ping"); got != "+ ping" {
		t.Error(got)
	}
	release()
	alice.want("+ all ")
	alice.want("* all bob: second")
	bob.want("* all alice: first")
	bob.want("+ all ")
}
