package commands

import (
	"time"

	"parley/storage"
)

// queue is what was asked for and not yet committed.
type queue struct {
	asks   []asked
	acks   map[storage.ID]int64 // the highest number, by account
	oldest time.Time            // when the first ask came
	block  []byte               // memory for what the asks refer to
}

// asked is one ask of a session.
type asked struct {
	session *Session // nil for what the chat itself asks
	command *Command // nil for a feed, and for what the chat itself asks
	tag     []byte
	to      []byte // whom the client has named
	ask     storage.Ask
	refused error // if set, the store is not asked, and this is the answer
}

// free reports whether the store is not asked for anything.
func (a *asked) free() bool { return a.refused != nil || a.command != nil && a.ask.Kind == 0 }

func newQueue() *queue { return &queue{acks: map[storage.ID]int64{}} }

// copy keeps bytes until the queue is reset.
func (q *queue) copy(b []byte) []byte {
	const blockSize = 64 << 10
	if len(b) == 0 {
		return nil
	}
	if len(q.block)+len(b) > cap(q.block) {
		q.block = make([]byte, 0, max(blockSize, len(b))) // the asks keep the old one
	}
	start := len(q.block)
	q.block = append(q.block, b...)
	return q.block[start:len(q.block):len(q.block)]
}

func (q *queue) empty() bool { return len(q.asks) == 0 && len(q.acks) == 0 }

func (q *queue) reset() {
	clear(q.asks)
	clear(q.acks)
	q.asks, q.block, q.oldest = q.asks[:0], q.block[:0], time.Time{}
}
