package torture

import "time"

// epoch is one start of a node: of a process that serves the store.
type epoch struct {
	node     int       // from 0
	answered time.Time // when it was first seen to answer; zero if it never was
	stopped  time.Time // when it was about to be ended, by a kill or a stop; zero if it never was
	died     time.Time // when it had ended; zero if it has not
}

// disturbance is a time in which a node, or Redis and so all nodes, can't do what they should.
type disturbance struct {
	epoch int  // 0: all
	still bool // Redis stands still, or says nothing to anybody, and goes on where it was
	span  span // never.to is never while it lasts
}

// settles is how long after a disturbance all is well again.
const settles = time.Second

// launch notes that a node is about to be started. It returns the epoch, which counts from 1.
func (h *history) launch(node int) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	number := len(h.epochs) + 1
	h.epochs[number] = &epoch{node: node}
	return number
}

// up notes that an epoch answers.
func (h *history) up(number int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	e := h.epochs[number]
	e.answered = time.Now()
	h.write("start %d answers; it is of node %d", number, e.node)
}

// stop notes that an epoch is about to be killed or stopped.
func (h *history) stop(number int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	e := h.epochs[number]
	e.stopped = time.Now()
	h.write("start %d, of node %d, is about to end", number, e.node)
}

// dead notes that an epoch has ended.
func (h *history) dead(number int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.epochs[number].died = time.Now()
	h.write("start %d has ended", number)
}

// disturb notes that an epoch is disturbed, or all with 0, until over is called.
func (h *history) disturb(number int, still bool) (over func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	d := &disturbance{epoch: number, still: still, span: span{time.Now(), never}}
	h.troubles = append(h.troubles, d)
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		d.span.to = time.Now().Add(settles)
	}
}

// listing is an answer to /who.
type listing struct {
	log         *connLog
	asked, done time.Time
	sessions    map[string]int // by account
}

// list keeps what /who showed.
func (h *history) list(l *listing) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.listings = append(h.listings, l)
	h.write("/who was read by %s: %v", l.log, l.sessions)
}
