package main

import (
	"container/heap"
	"math/rand/v2"
)

// simulation is some nodes on one Redis. Each thread does one thing after another: Redis runs scripts, a node's committer has one commit under
// way at a time, and a node's loop reads from its members and writes to them. Time is in microseconds.
type simulation struct {
	constants
	nodes   int
	members int     // of the room that all is said in, on each node
	cores   int     // that all threads share; 0: each has its own
	net     float64 // from a node to Redis or back

	now     float64
	events  events
	made    int // events
	ready   []*thread
	running int
	random  *rand.Rand

	server   *thread   // Redis
	commits  []*commit // that wait for it
	all      []*node
	client   *thread // reads what the loops write; nil: each member is a machine of its own
	written  []*chunk
	complete []*message       // that every member has heard
	heard    func([]*message) // is called with what every member has heard now

	begin float64 // of the measurement
	redisBusy,
	loopBusy float64
	said, // messages that Redis has taken
	kept int // commits with messages
	own, other []float64 // how long messages took to members
}

// message is on its way from when it was sent until all members have heard it.
type message struct {
	sent   float64
	from   *node
	author int
	left   int // members
}

// commit is one commit of a node. The committer has what the others have said with the reply.
type commit struct {
	node    *node
	said    []*message
	heard   []*message
	entries int // of the feed
}

type node struct {
	committer, loop *thread
	input           [][]*message // that was sent to it, by who has sent it
	queue           []*message   // to be committed
	committing      bool
	reply           *commit
	again           bool // a bell has rung, or what was read from the feed is to be acknowledged
	feed            []*message
	entries         int  // in the feed that were not read
	reading         bool // there are such that were read, and not yet acknowledged
	mailbox         []*message
	chunks          []*chunk
}

// chunk is a part of the writes of a delivery.
type chunk struct {
	members
	messages []*message
	sampled  bool // its time is noted as that of the delivery
}

// members are some of a node.
type members struct {
	node  *node
	first int
	count int
}

const chunkSize = 100 // members

// thread is idle, waits for a core, or runs. Next returns what it does next and how long that takes; no function: it has nothing to do.
type thread struct {
	awake bool
	next  func() (takes float64, done func())
}

func (s *simulation) start() {
	s.random = rand.New(rand.NewPCG(1, 2))
	s.server = &thread{next: s.runScript}
	for range s.nodes {
		n := &node{}
		n.committer = &thread{next: func() (float64, func()) { return s.takeReply(n) }}
		n.loop = &thread{next: func() (float64, func()) { return s.turn(n) }}
		s.all = append(s.all, n)
	}
}

// run goes on until a time.
func (s *simulation) run(until float64) {
	for len(s.events) > 0 && s.events[0].at <= until {
		e := heap.Pop(&s.events).(event)
		s.now = e.at
		e.do()
	}
	s.now = until
}

// measure forgets what was measured until now.
func (s *simulation) measure() {
	s.begin, s.redisBusy, s.loopBusy, s.said, s.kept, s.own, s.other = s.now, 0, 0, 0, 0, nil, nil
}

func (s *simulation) after(time float64, do func()) {
	s.made++
	heap.Push(&s.events, event{s.now + time, s.made, do})
}

// wake has a thread that sleeps look for work.
func (s *simulation) wake(t *thread) {
	if !t.awake {
		t.awake = true
		s.after(s.wakes, func() { s.goOn(t) })
	}
}

// goOn has a thread run as soon as a core is free.
func (s *simulation) goOn(t *thread) {
	s.ready = append(s.ready, t)
	for len(s.ready) > 0 && (s.cores == 0 || s.running < s.cores) {
		t := s.ready[0]
		s.ready = s.ready[1:]
		takes, done := t.next()
		if done == nil {
			t.awake = false
			continue
		}
		s.running++
		s.after(takes, func() {
			s.running--
			done()
			s.goOn(t)
		})
	}
}

// send has an author send messages to its node, together.
func (s *simulation) send(n *node, author, count int) {
	var said []*message
	for range count {
		said = append(said, &message{sent: s.now, from: n, author: author, left: s.nodes * s.members})
	}
	n.input = append(n.input, said)
	s.wake(n.loop)
}

// turn is the loop's: it reads what was sent, or writes to some members what the committer has delivered.
func (s *simulation) turn(n *node) (float64, func()) {
	if len(n.input) > 0 {
		said := n.input[0]
		n.input = n.input[1:]
		return s.busyLoop(s.write.once), func() {
			n.queue = append(n.queue, said...)
			s.wake(n.committer)
		}
	}
	if len(n.chunks) == 0 && len(n.mailbox) > 0 {
		messages := n.mailbox
		n.mailbox = nil
		for from := 0; from < s.members; from += chunkSize {
			n.chunks = append(n.chunks, &chunk{members: members{n, from, min(chunkSize, s.members-from)}, messages: messages})
		}
		n.chunks[s.random.IntN(len(n.chunks))].sampled = true
	}
	if len(n.chunks) == 0 {
		return 0, nil
	}
	c := n.chunks[0]
	n.chunks = n.chunks[1:]
	return s.busyLoop(float64(c.count) * s.write.of(len(c.messages))), func() {
		if s.client == nil {
			s.arrive(c)
			return
		}
		s.written = append(s.written, c)
		s.wake(s.client)
	}
}

func (s *simulation) busyLoop(time float64) float64 {
	s.loopBusy += time
	return time
}

// readAll is the turn of the client of all members. It reads everything that there is, whatever is for the same member by one read.
func (s *simulation) readAll() (takes float64, done func()) {
	if len(s.written) == 0 {
		return 0, nil
	}
	written, read := s.written, map[members]bool{}
	s.written = nil
	for _, c := range written {
		takes += float64(c.count) * s.read.each * float64(len(c.messages))
		if !read[c.members] {
			read[c.members] = true
			takes += float64(c.count) * s.read.once
		}
	}
	return takes, func() {
		for _, c := range written {
			s.arrive(c)
		}
		all := s.complete
		s.complete = nil
		s.heard(all)
	}
}

// arrive notes that members have heard something.
func (s *simulation) arrive(c *chunk) {
	for _, m := range c.messages {
		if c.sampled && m.sent >= s.begin {
			if m.from == c.node {
				s.own = append(s.own, s.now-m.sent)
			} else {
				s.other = append(s.other, s.now-m.sent)
			}
		}
		if m.left -= c.count; m.left == 0 && s.client != nil {
			s.complete = append(s.complete, m)
		}
	}
}

// takeReply is the committer's turn: it delivers what Redis has answered, and commits what has gathered meanwhile.
func (s *simulation) takeReply(n *node) (float64, func()) {
	if n.reply == nil {
		s.commit(n)
		return 0, nil
	}
	c := n.reply
	n.reply = nil
	takes := s.node.empty
	if len(c.said) > 0 {
		takes, _ = s.node.of(len(c.said), s.nodes)
	}
	takes += s.node.other.once*float64(c.entries) + s.node.other.each*float64(len(c.heard))
	return takes, func() {
		n.committing = false
		if len(c.heard)+len(c.said) > 0 {
			n.mailbox = append(append(n.mailbox, c.heard...), c.said...)
			s.wake(n.loop)
		}
		n.again = n.again || c.entries > 0
	}
}

// commit sends what has gathered to Redis, if no commit is under way.
func (s *simulation) commit(n *node) {
	if n.committing || len(n.queue) == 0 && !n.again {
		return
	}
	c := &commit{node: n, said: n.queue}
	n.queue, n.again, n.committing = nil, false, true
	s.after(s.net, func() {
		s.commits = append(s.commits, c)
		s.wake(s.server)
	})
}

// runScript is Redis' turn. What a batch costs for each other node, its push and its reading, is counted with the push.
func (s *simulation) runScript() (float64, func()) {
	if len(s.commits) == 0 {
		return 0, nil
	}
	c := s.commits[0]
	s.commits = s.commits[1:]
	takes := s.redis.empty
	if len(c.said) > 0 {
		commit, others := s.redis.of(len(c.said), s.nodes)
		takes = commit + others
		s.kept++
		s.said += len(c.said)
	}
	s.redisBusy += takes
	n := c.node
	return takes, func() {
		c.heard, c.entries = n.feed, n.entries
		n.feed, n.entries, n.reading = nil, 0, c.entries > 0
		if len(c.said) > 0 {
			s.tell(c)
		}
		s.after(s.net, func() {
			n.reply = c
			s.wake(n.committer)
		})
	}
}

// tell puts a batch on the feeds of the other nodes. The bell rings only at a feed that was empty.
func (s *simulation) tell(c *commit) {
	for _, n := range s.all {
		if n == c.node {
			continue
		}
		if n.entries == 0 && !n.reading {
			s.after(s.net+s.wakes, func() { // it wakes the connection of the bells first
				n.again = true
				s.wake(n.committer)
			})
		}
		n.entries++
		n.feed = append(n.feed, c.said...)
	}
}

// event is something that happens at a time. Those of the same time happen in the order in which they were made, so that each run is the same.
type event struct {
	at    float64
	order int
	do    func()
}

type events []event

func (e events) Len() int { return len(e) }
func (e events) Less(i, j int) bool {
	return e[i].at < e[j].at || e[i].at == e[j].at && e[i].order < e[j].order
}
func (e events) Swap(i, j int) { e[i], e[j] = e[j], e[i] }
func (e *events) Push(x any)   { *e = append(*e, x.(event)) }
func (e *events) Pop() any {
	last := (*e)[len(*e)-1]
	(*e)[len(*e)-1] = event{}
	*e = (*e)[:len(*e)-1]
	return last
}
