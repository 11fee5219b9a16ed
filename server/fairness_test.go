package server

import (
	"io"
	"strings"
	"testing"
)

// A client that sends much at once does not keep the loop from the others: between two rings of the bell only a little is written for it.
func TestLinesAreDoneInTurns(t *testing.T) {
	s := start(t, func(o *setup) { o.Outbox = 1 << 20 })
	u := s.join("alice")
	c := s.conn("alice")
	const times, most = 10_000, 4 * flushSize
	answers := make(chan int64)
	go func() {
		n, _ := io.Copy(io.Discard, u.in)
		answers <- n
	}()
	sh, steps, last, end := s.shards[0], 0, uint64(0), make(chan struct{})
	var look func()
	look = func() {
		if n := c.out.written - last; last > 0 && n > most {
			t.Errorf("%d bytes in one turn", n)
			close(end)
			return
		}
		last = c.out.written
		if steps++; c.state != open {
			close(end)
			return
		}
		sh.call(look)
	}
	sh.call(look)
	u.send(strings.Repeat("/help\n", times) + "/quit\n")
	within(t, "all is answered", func() { <-end })
	if n := <-answers; n < times*500 {
		t.Errorf("%d bytes of answers", n)
	}
	if steps < times*500/most {
		t.Errorf("%d turns", steps)
	}
}

// What can't be done yet is kept, and nothing is kept when all is done: an idle connection holds no memory for its input.
func TestInputIsKept(t *testing.T) {
	s := start(t)
	u := s.join("alice")
	c := s.conn("alice")
	s.onLoop(c.shard, func() {
		c.in.pending = []byte("/ping one\n/history\n/ping two\n")
		c.lines(c.in.pending) // what is kept is a part of what was kept
		if string(c.in.pending) != "/ping two\n" {
			t.Errorf("%q is kept while a command runs", c.in.pending)
		}
	})
	u.want("+ ping: one")
	for u.line() != "+ ping: two" {
	}
	s.onLoop(c.shard, func() {
		if c.in.pending != nil {
			t.Errorf("%d bytes are kept for nothing", cap(c.in.pending))
		}
	})
}
