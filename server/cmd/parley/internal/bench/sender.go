package bench

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"parley/protocol"
)

// sender is the sending side of a client. Its goroutine writes; the client's reader brings the answers.
type sender struct {
	client   *client
	number   int
	before   string // the text of a message
	behind   string
	out      []byte // the lines of one write
	wake     chan struct{}
	accepted atomic.Int64
	answers  atomic.Int64

	mu      sync.Mutex
	pace    pace
	sent    int     // messages so far
	pending []int64 // when those that wait for an answer were sent, from first on
	first   int
	refused ranges
	codes   map[string]int64 // of the refusals
	toKeep  histogram        // from sending to +
}

func newSender(r *run, number int, begin int64) *sender {
	s := &sender{client: r.clients[number], number: number, wake: make(chan struct{}, 1), codes: map[string]int64{}}
	to := ""
	switch {
	case r.Private:
		to = r.clients[number^1].name
	case r.Rooms > 0:
		to = r.room(number)
	}
	s.before, s.behind = r.lines.saying(to)
	s.pace.window = r.Window
	if each := r.Rate / float64(r.Senders); each <= 1e9 {
		s.pace.step = 1e9 / each
		s.pace.due = float64(begin) + s.pace.step*float64(number)/float64(r.Senders)
	}
	return s
}

// run sends until ctx ends or the connection does.
func (s *sender) run(ctx context.Context) {
	// A server that does not read must not hold us for ever.
	defer context.AfterFunc(ctx, func() { _ = s.client.conn.SetWriteDeadline(time.Now().Add(s.client.run.Patience)) })()
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for ctx.Err() == nil {
		now := s.client.run.clock()
		s.mu.Lock()
		n, again := s.pace.allowed(now, len(s.pending)-s.first)
		for range n {
			s.line(now)
		}
		s.mu.Unlock()
		if n > 0 {
			if _, err := s.client.conn.Write(s.out); err != nil {
				return // the reader says why
			}
			s.out = s.out[:0]
			continue
		}
		timer.Reset(min(time.Hour, time.Duration(again-now)))
		select {
		case <-s.wake:
		case <-timer.C:
		case <-ctx.Done():
		}
	}
}

// line puts the next message into out.
func (s *sender) line(now int64) {
	s.sent++
	at := s.pace.take(now)
	s.pending = append(s.pending, at)
	s.out = append(s.out, s.before...)
	start := len(s.out)
	s.out = appendStamp(s.out, s.client.run.mark, stamp{s.number, s.sent, at})
	for len(s.out)-start < s.client.run.Size {
		s.out = append(s.out, 'x')
	}
	s.out = append(s.out, s.behind...)
}

// outstanding is how many messages wait for an answer.
func (s *sender) outstanding() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.pending) - s.first
}

// answer takes the answer to the oldest message that waits for one.
func (s *sender) answer(line []byte, now int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.first == len(s.pending) {
		return // to something that was not asked
	}
	at := s.pending[s.first]
	seq := s.sent - (len(s.pending) - s.first) + 1
	if s.first++; s.first == len(s.pending) || s.first > 4096 {
		s.pending = s.pending[:copy(s.pending, s.pending[s.first:])]
		s.first = 0
	}
	s.answers.Add(1)
	if s.client.run.lines.kind(line) == protocol.Done {
		s.accepted.Add(1)
		s.pace.accept()
		s.toKeep.add(now - at)
	} else {
		s.refuse(seq, line, now)
	}
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// refuse takes a failure. Its message must reach nobody.
func (s *sender) refuse(seq int, line []byte, now int64) {
	const least = 100 * time.Millisecond
	s.refused = s.refused.with(span{seq, seq})
	code, retry := s.client.run.lines.refusal(line)
	if code == protocol.RateLimited {
		s.pace.limit(now, max(retry, least))
		s.client.run.limited.Store(true)
		return
	}
	s.codes[string(code)]++
	s.pace.wait(now, max(retry, least))
}
