package commands

import (
	"context"
	"sync"
	"time"

	"parley/storage"
)

// committer takes what all sessions have asked the store to keep, commits it at once, and mails the answers and the
// messages to the shards. So one slow round trip is never one message, and there is one order of all messages.
type committer struct {
	store   storage.Store
	hub     *hub
	timeout time.Duration // from asking to an answer
	wake    chan struct{} // holds one: there is something in next
	done    chan struct{} // closed when run has returned

	mu       sync.Mutex // guards next and stopping; nothing is called under it
	next     *queue     // what was asked for since the last batch
	stopping bool

	// The rest belongs to the goroutine of run.
	spare  *queue
	batch  storage.Batch
	unsure map[string]int64 // proofs that the store has not taken yet, by account
	again  *time.Timer      // rings for them
	out    outbound
}

// queue is what was asked for and not yet committed.
type queue struct {
	words  []byte // of the posts
	posts  []post
	pages  []page
	proof  map[string]int64 // the highest number, by account
	oldest time.Time        // when the first post was asked for
}

// post is a message to keep. Its words lie one behind the other in the queue's words.
type post struct {
	session       *Session
	from          *account
	start         int32
	tag, to, text int16 // lengths
	private       bool
	index         int32 // in the batch; -1 where the name can't be anybody's
}

func (p *post) split(words []byte) (tag, to, text []byte) {
	w := words[p.start:]
	return w[:p.tag], w[p.tag : p.tag+p.to], w[p.tag+p.to : p.tag+p.to+p.text]
}

// page asks for a part of an inbox. Then runs on the committer's goroutine with the answer, and fills the mail of the
// session's shard; no message comes in between.
type page struct {
	session *Session
	ask     storage.Page
	then    func(p *storage.Page, err error, m *Mail)
}

func newQueue() *queue { return &queue{proof: map[string]int64{}} }

func (q *queue) empty() bool { return len(q.posts) == 0 && len(q.pages) == 0 && len(q.proof) == 0 }

func (q *queue) reset() {
	clear(q.posts)
	clear(q.pages)
	clear(q.proof)
	q.words, q.posts, q.pages = q.words[:0], q.posts[:0], q.pages[:0]
}

func newCommitter(store storage.Store, h *hub, outlets []Outlet, timeout time.Duration) *committer {
	c := &committer{
		store: store, hub: h, timeout: timeout,
		wake: make(chan struct{}, 1), done: make(chan struct{}),
		next: newQueue(), spare: newQueue(), unsure: map[string]int64{},
		out: newOutbound(outlets),
	}
	c.again = time.AfterFunc(timeout, c.ring)
	return c
}

// post asks for a message to be kept and said. The words are copied. The answer comes by mail, in the
// order of the posts. It is looked at after the next ring: so the lines of one packet are not cut into several batches.
func (c *committer) post(s *Session, private bool, tag, to, text []byte, now time.Time) {
	c.mu.Lock()
	q := c.next
	if len(q.posts) == 0 {
		q.oldest = now
	}
	q.posts = append(q.posts, post{
		session: s, from: s.account, private: private, start: int32(len(q.words)),
		tag: int16(len(tag)), to: int16(len(to)), text: int16(len(text)),
	})
	q.words = append(append(append(q.words, tag...), to...), text...)
	c.mu.Unlock()
}

// prove asks for all messages up to number to be taken out of the account's inbox.
func (c *committer) prove(key string, number int64) {
	c.mu.Lock()
	c.next.proof[key] = max(number, c.next.proof[key])
	c.mu.Unlock()
	c.ring()
}

// page asks for a part of an inbox.
func (c *committer) page(p page) {
	c.mu.Lock()
	c.next.pages = append(c.next.pages, p)
	c.mu.Unlock()
	c.ring()
}

func (c *committer) ring() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// stop lets all that was asked for be done, and waits for it.
func (c *committer) stop() {
	c.mu.Lock()
	c.stopping = true
	c.mu.Unlock()
	c.ring()
	<-c.done
}

func (c *committer) run() {
	defer close(c.done)
	for range c.wake {
		// Proofs that the store has refused are not asked again but with something else, or when the timer rings.
		for unsure := len(c.unsure) > 0; ; unsure = false {
			q, stopping := c.take(unsure)
			if q == nil {
				if stopping {
					return
				}
				break
			}
			c.commit(q)
			q.reset()
			c.spare = q
		}
	}
}

// take returns what was asked for; nil when it is nothing, unless an empty one is wanted too.
func (c *committer) take(empty bool) (q *queue, stopping bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.next.empty() && (!empty || c.stopping) {
		return nil, c.stopping
	}
	q, c.next = c.next, c.spare
	return q, c.stopping
}

func (c *committer) commit(q *queue) {
	c.fill(q)
	start := q.oldest
	if len(q.posts) == 0 {
		start = c.batch.At
	}
	ctx, cancel := context.WithDeadline(context.Background(), start.Add(c.timeout))
	err := c.store.Commit(ctx, &c.batch)
	cancel()
	if err == nil {
		clear(c.unsure)
	}
	c.out.answer(c.hub, q, &c.batch, err)
	if len(c.unsure) > 0 {
		// Tried again before long, so that what has been read does not stay in the inbox after an outage.
		c.again.Reset(c.timeout / 4)
	}
}

// fill makes the store's batch of what was asked for.
func (c *committer) fill(q *queue) {
	b := &c.batch
	b.At = time.Now()
	b.Proofs, b.Posts, b.Pages = b.Proofs[:0], b.Posts[:0], b.Pages[:0]
	for key, number := range q.proof {
		c.unsure[key] = max(number, c.unsure[key])
	}
	for key, number := range c.unsure {
		b.Proofs = append(b.Proofs, storage.Proof{Key: key, Number: number})
	}
	for i := range q.posts {
		p := &q.posts[i]
		_, to, text := p.split(q.words)
		kept := storage.Post{From: p.from.name, FromKey: p.from.key, Text: text}
		if p.private {
			var ok bool
			if kept.To, ok = c.hub.key(to); !ok {
				p.index = -1
				continue
			}
		}
		p.index = int32(len(b.Posts))
		b.Posts = append(b.Posts, kept)
	}
	for i := range q.pages {
		b.Pages = append(b.Pages, q.pages[i].ask)
	}
}
