package commands

import (
	"context"
	"errors"
	"sync"
	"time"

	"parley/protocol"
	"parley/storage"
)

// heartbeat is how often the store is asked for what others have done, when nothing else is asked of it.
const heartbeat = time.Second / 2

// What is done at every so many heartbeats.
const (
	noteEach = 20  // noting what some accounts have heard, in case the server crashes
	noteMost = 100 // accounts
	tidyEach = 120
)

// activeMost is how many accounts the store is told of at a heartbeat because they were active: it is only for others to see how long one is idle.
const activeMost = 200

// committer gathers what all sessions ask the store to keep, and commits it together. What comes back goes to the fan-out. So many messages
// share one slow round trip, and there is one order of everything. While there is little to do a loop may commit in its place: see commit_now.go.
type committer struct {
	chat   *Chat
	store  storage.Store
	rung   <-chan struct{} // nil if there never are other nodes
	wake   chan struct{}   // holds one: there is something in next
	done   chan struct{}   // closed when run has returned
	pulse  chan struct{}   // taken between two commits: it is alive
	outage storeOutage

	mu       sync.Mutex // guards next, era and stopping; nothing is called under it
	next     *queue     // what was asked for since the last batch
	era      int32      // how often all sessions had to end
	stopping bool

	// The rest belongs to whoever is committing: the goroutine of run, while it does not wait, or a loop. Whoever holds this may take other locks, and
	// call the store; a loop only tries to take it.
	committing sync.Mutex

	spare   *queue
	begun   *queue // what the batch was made of, if a loop has left it to the goroutine of run
	batch   storage.Batch
	unacked map[storage.ID]int64 // acks that the store has not taken yet
	unfed   []asked              // feeds that it has not answered
	retry   *time.Timer          // rings to try these again
	beating bool                 // a heartbeat has come since the last batch
	logins  bool                 // the batch has some
	fanout  *fanout

	reading bool              // the state of the server is being read again
	read    chan *serverState // holds one: what was read
	readers sync.WaitGroup
}

func newCommitter(c *Chat, shards []Shard) *committer {
	k := &committer{
		chat: c, store: c.store, rung: c.store.Rung(),
		wake: make(chan struct{}, 1), done: make(chan struct{}), pulse: make(chan struct{}),
		next: newQueue(), spare: newQueue(), unacked: map[storage.ID]int64{},
		fanout: newFanout(c, shards), read: make(chan *serverState, 1),
	}
	k.retry = time.AfterFunc(k.timeout(), k.ring)
	return k
}

// timeout is how long it may take from asking to an answer.
func (k *committer) timeout() time.Duration { return k.chat.config.Load().StoreTimeout }

// ask asks for something to be kept, and copies what it is given. The command's Kept answers; the answers of a session come in the
// order of its asks. It does not ring: what is read at once then comes into one batch.
func (k *committer) ask(s *Session, command *Command, tag []byte, a *storage.Ask, to []byte) {
	k.mu.Lock()
	q := k.next
	if q.oldest.IsZero() {
		q.oldest = time.Now()
	}
	one := asked{session: s, command: command, tag: q.copy(tag), to: q.copy(to), ask: *a}
	one.ask.Text = q.copy(a.Text)
	q.asks = append(q.asks, one)
	k.mu.Unlock()
}

// turn answers a request of which the store is not asked, when its turn comes: with the failure, or without one by the command's Kept.
func (k *committer) turn(s *Session, command *Command, tag, to []byte, failure error) {
	k.mu.Lock()
	q := k.next
	q.asks = append(q.asks, asked{session: s, command: command, tag: q.copy(tag), to: q.copy(to), refused: failure})
	k.mu.Unlock()
}

// feed asks for a part of the inbox of a session that has logged in.
func (k *committer) feed(s *Session, after int64) {
	k.mu.Lock()
	if s.account != nil {
		k.next.asks = append(k.next.asks, asked{session: s, ask: storage.Ask{Kind: storage.Feed, Account: s.account.id, After: after, Limit: inboxPage}})
	}
	k.mu.Unlock()
	k.ring()
}

// ack asks for all messages up to number to be taken out of the inbox of a session's account.
func (k *committer) ack(s *Session, account storage.ID, number int64) {
	k.mu.Lock()
	if s.era == k.era {
		k.next.acks[account] = max(number, k.next.acks[account])
	}
	k.mu.Unlock()
	k.ring()
}

// begins notes that a session has logged in.
func (k *committer) begins(s *Session) {
	k.mu.Lock()
	s.era = k.era
	k.mu.Unlock()
}

// isOver reports whether all sessions had to end since this one has logged in.
func (k *committer) isOver(s *Session) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return s.era != k.era
}

// endEra forgets what has reached sessions that must end: the store may be another one now, in which the same numbers and ids mean something else.
// What they had comes once more at worst.
func (k *committer) endEra() {
	clear(k.unacked)
	k.mu.Lock()
	k.era++
	clear(k.next.acks)
	k.mu.Unlock()
}

// seen has the store note how far an account has had everything of its rooms.
func (k *committer) seen(account storage.ID, readings []storage.Reading) {
	k.own(storage.Ask{Kind: storage.Seen, Account: account, Order: &storage.Order{Readings: readings}})
	k.ring()
}

// own asks for something of the chat itself, which nobody is told of.
func (k *committer) own(a storage.Ask) {
	k.mu.Lock()
	k.next.asks = append(k.next.asks, asked{ask: a})
	k.mu.Unlock()
}

// end ends a session of an account.
func (k *committer) end(s *Session, account storage.ID, line *protocol.Line) {
	var d Delivery
	d.End(s, account, line)
	k.fanout.shards[s.Shard].Deliver(&d)
}

func (k *committer) ring() {
	select {
	case k.wake <- struct{}{}:
	default:
	}
}

// stop lets all that was asked for be done, and waits for it.
func (k *committer) stop() {
	k.mu.Lock()
	k.stopping = true
	k.mu.Unlock()
	k.ring()
	<-k.done
}

func (k *committer) run() {
	defer close(k.done)
	defer k.readers.Wait()
	idle := time.NewTicker(heartbeat)
	defer idle.Stop()
	defer k.retry.Stop()
	k.committing.Lock()
	defer k.committing.Unlock()
	for beats := 1; ; {
		rung, beat, state := false, false, (*serverState)(nil)
		k.committing.Unlock()
		select {
		case <-k.wake:
		case <-k.rung:
			rung = true
		case <-idle.C:
			beat = true
		case state = <-k.read:
		case <-k.pulse:
			k.committing.Lock()
			continue
		}
		k.committing.Lock()
		if beat {
			k.upkeep(&beats)
		}
		if state != nil {
			k.learn(state)
		}
		// Acks and feeds that the store has refused are tried again only with other asks, or when the timer rings.
		if stopping := k.commitAll(rung || k.beating || k.pending(), func() {
			select { // others may have something without an end
			case <-idle.C:
				k.upkeep(&beats)
			case state := <-k.read:
				k.learn(state)
			case <-k.pulse:
			default:
			}
		}); stopping {
			return
		}
	}
}

// commitAll commits until there is nothing to commit. With even it commits once also if nothing was asked for. Between two commits it calls a
// function.
func (k *committer) commitAll(even bool, between func()) (stopping bool) {
	for {
		begun := k.begun != nil // it is not all that there is
		q, stopping := k.take(even)
		if q == nil {
			return stopping
		}
		k.commit(q)
		even = even && begun
		between()
	}
}

// upkeep asks for what is due from time to time.
func (k *committer) upkeep(beats *int) {
	k.beating = true
	if *beats%noteEach == 0 {
		for account, readings := range k.fanout.presence.someMoved(noteMost) {
			k.own(storage.Ask{Kind: storage.Seen, Account: account, Order: &storage.Order{Readings: readings}})
		}
	}
	if *beats%tidyEach == 0 {
		k.own(storage.Ask{Kind: storage.Tidy, Order: &storage.Order{}})
	}
	*beats++
}

// pending reports whether there is something to tell the store besides what is asked for.
func (k *committer) pending() bool {
	return len(k.unacked)+len(k.unfed) > 0 || k.fanout.presence.hasNews()
}

// take returns what was asked for, or nil if there is nothing. With even it returns the queue also when it is empty. What a loop has begun
// comes first.
func (k *committer) take(even bool) (q *queue, stopping bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case k.begun != nil:
		return k.begun, k.stopping
	case k.next.empty() && (!even || k.stopping):
		return nil, k.stopping
	}
	return k.swap(), k.stopping
}

// swap takes what was asked for, and has an empty queue take its place. Under mu.
func (k *committer) swap() *queue {
	q := k.next
	k.next = k.spare
	return q
}

// commit has the store do what was asked for.
func (k *committer) commit(q *queue) {
	if q != k.begun {
		k.fill(q)
	}
	k.begun = nil
	start := q.oldest
	if start.IsZero() {
		start = k.batch.At
	}
	ctx, cancel := context.WithDeadline(context.Background(), start.Add(k.timeout()))
	at := time.Now()
	err := k.store.Commit(ctx, &k.batch)
	cancel()
	k.finish(q, err, time.Since(at))
}

// finish does what follows from a commit that took so long.
func (k *committer) finish(q *queue, err error, took time.Duration) {
	k.count(err, took)
	if err == nil {
		clear(k.unacked)
		for _, a := range k.batch.Acks {
			k.unacked[a.Account] = a.Number
		}
	}
	k.outage.note(err, &k.batch, k.store.Status().Failing)
	k.settlePresence(err)
	buried := errors.Is(err, storage.ErrBuried)
	if buried {
		err = storage.ErrUnavailable // which is true of each ask
	}
	k.fanout.deliver(q, &k.batch, err)
	if !q.oldest.IsZero() {
		k.chat.metrics.messageSeconds.Observe(time.Since(q.oldest).Seconds())
	}
	if buried {
		k.endEra()
		k.fanout.resync()
	}
	if buried || k.batch.Forgotten {
		k.readAgain()
	}
	k.unfed = append(k.unfed, k.fanout.late...)
	if len(k.unacked)+len(k.unfed) > 0 {
		k.retry.Reset(k.timeout() / 4) // so that what has been read does not stay in the inbox after an outage
	}
	q.reset()
	k.spare = q
}

// count counts a commit that took so long.
func (k *committer) count(err error, took time.Duration) {
	m := k.chat.metrics
	m.commitSeconds.Observe(took.Seconds())
	if n := len(k.batch.Asks); n > 0 {
		m.commitAsks.Observe(float64(n))
	}
	switch {
	case err == nil:
		m.commits.ok.Inc()
	case errors.Is(err, storage.ErrBuried):
		m.commits.buried.Inc()
	case errors.Is(err, storage.ErrUnsure):
		m.commits.unsure.Inc()
	default:
		m.commits.unavailable.Inc()
	}
}

// settlePresence notes what the store knows of who is here, now that a batch was committed.
func (k *committer) settlePresence(err error) {
	b, presence := &k.batch, k.fanout.presence
	if len(b.Present) > 0 || b.Whole {
		// It goes with the first of the asks, which may have failed alone.
		if err != nil || len(b.Verdicts) > 0 && isUnknown(b.Verdicts[0].Err) {
			presence.untold(b.Present, b.Whole)
		}
	}
	if b.Forgotten || errors.Is(err, storage.ErrBuried) || k.logins && k.loginUnknown(err) {
		presence.tellAll()
	}
}

// loginUnknown reports whether the store may have a session that is not here.
func (k *committer) loginUnknown(err error) bool {
	if err != nil {
		return errors.Is(err, storage.ErrUnsure)
	}
	for i := range k.batch.Asks {
		if isLogin(k.batch.Asks[i].Kind) && isUnknown(k.batch.Verdicts[i].Err) {
			return true
		}
	}
	return false
}

// isUnknown reports whether the store has not answered an ask.
func isUnknown(err error) bool {
	return errors.Is(err, storage.ErrUnavailable) || errors.Is(err, storage.ErrUnsure)
}

func isLogin(kind storage.AskKind) bool { return kind == storage.Enter || kind == storage.Create }

// fill makes the store's batch of what was asked for.
func (k *committer) fill(q *queue) {
	b := &k.batch
	b.At, b.Forgotten = time.Now(), false
	b.Acks, b.Asks, b.Verdicts, b.Events = b.Acks[:0], b.Asks[:0], b.Verdicts[:0], b.Events[:0]
	for account, number := range q.acks {
		k.unacked[account] = max(number, k.unacked[account])
	}
	for account, number := range k.unacked {
		b.Acks = append(b.Acks, storage.Ack{Account: account, Number: number})
	}
	if k.beating && !k.store.Alone() {
		k.fanout.presence.noteActive(activeMost)
	}
	clear(b.Present)
	b.Present, b.Whole = k.fanout.presence.appendNews(b.Present[:0])
	k.beating, k.logins = false, false
	q.asks = append(q.asks, k.unfed...)
	k.unfed = k.unfed[:0]
	for i := range q.asks {
		if q.asks[i].free() {
			continue
		}
		ask := &q.asks[i].ask
		if ask.Once != nil {
			ask.Once.Said = k.fanout.presence.reach(ask.To)
		}
		k.logins = k.logins || isLogin(ask.Kind)
		b.Asks = append(b.Asks, *ask)
	}
}
