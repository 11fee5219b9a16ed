package server

import (
	"sync"

	"parley/commands"
)

// mailbox is where other goroutines leave what they have for a shard.
type mailbox struct {
	mu    sync.Mutex         // guards next; nothing is called under it
	next  *commands.Delivery // what has come since the last takeDelivery
	spare *commands.Delivery // the loop's own: an empty one, to take the place of next
}

// Deliver is commands.Shard's.
func (s *shard) Deliver(d *commands.Delivery) {
	s.mu.Lock()
	if s.next.Empty() {
		*s.next, *d = *d, *s.next
	} else {
		s.next.Append(d)
	}
	s.mu.Unlock()
	s.loop.Ring()
	d.Reset()
}

// call runs f on the loop, after what was delivered until now.
func (s *shard) call(f func()) {
	var d commands.Delivery
	d.Call(f)
	s.Deliver(&d)
}

// takeDelivery applies everything that has come. So what has gathered between two rings is written at once.
func (s *shard) takeDelivery() {
	s.mu.Lock()
	d := s.next
	s.next = s.spare
	s.mu.Unlock()
	s.announce(d)
	d.Apply()
	s.sayRest(d)
	s.settleDirty()
	d.Reset()
	s.spare = d
}
