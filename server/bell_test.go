package server

import (
	"fmt"
	"sync"
	"testing"
)

// Nothing but the bell tells a loop that work has come in: there is no tick that would find it later. So an answer that comes at
// all, while nobody else does anything, has been rung for.
func TestEveryRingIsHeard(t *testing.T) {
	s := start(t)
	u := s.join("alice")
	for i := range 3000 {
		u.say("/who", fmt.Sprint("/all ", i)) // a goroutine's answer, and the committer's
		u.want("= user alice ")
		u.want("+ who 1")
		u.want("+ all ")
	}
}

func TestManyRingAtOnce(t *testing.T) {
	s := start(t)
	u := s.join("alice")
	var ringers sync.WaitGroup
	for range 8 {
		ringers.Go(func() {
			for range 500 {
				s.onLoop(s.shards[0], func() {})
			}
		})
	}
	for range 500 {
		u.ask("/who")
	}
	ringers.Wait()
}

// What one goroutine delivers is done in its order, whatever others deliver meanwhile.
func TestDeliveriesStayInOrder(t *testing.T) {
	s := start(t)
	const each = 2000
	var senders sync.WaitGroup
	for range 4 {
		senders.Go(func() {
			next := 0
			for i := range each {
				s.shards[0].call(func() {
					if next != i {
						t.Errorf("number %d came when it was the turn of %d", i, next)
					}
					next = i + 1
				})
			}
			s.onLoop(s.shards[0], func() {
				if next != each {
					t.Errorf("%d came of %d", next, each)
				}
			})
		})
	}
	senders.Wait()
}
