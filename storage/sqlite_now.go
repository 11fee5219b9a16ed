package storage

import "errors"

// CommitNow does the writer's work on the goroutine of its caller while the writer has none. It waits for the file system and for nothing else.

// errNotNow rolls back what CommitNow has begun.
var errNotNow = errors.New("not now")

// CommitNow is Store's.
func (s *sqliteStore) CommitNow(b *Batch) (done bool) {
	if s.shared || s.sync == syncFull || !isPlain(b) || !s.writing.TryLock() {
		return false
	}
	defer s.writing.Unlock()
	return s.writer.commitNow(b)
}

func (w *sqliteWriter) commitNow(b *Batch) (done bool) {
	if !w.mayCommitNow() || !w.remembers(b) {
		return false
	}
	work := w.store.takeWork(b)
	if !w.runNow(w.store.commitJob(work)) {
		if w.undo == nil {
			w.store.work = work
		}
		return false
	}
	w.store.giveBack(b, work)
	return true
}

// mayCommitNow reports whether nothing is known that a commit would have to wait for.
func (w *sqliteWriter) mayCommitNow() bool {
	return w.db != nil && w.undo == nil && !w.behind && !w.isDue() && !w.isFull() && !w.slow.lasts(w.store.clock())
}

// remembers reports whether a batch needs nothing that must be read.
func (w *sqliteWriter) remembers(b *Batch) bool {
	for i := range b.Acks {
		if w.inboxes[b.Acks[i].Account] == nil {
			return false
		}
	}
	for i := range b.Asks {
		if !w.remembersAsk(&b.Asks[i]) {
			return false
		}
	}
	return true
}

func (w *sqliteWriter) remembersAsk(ask *Ask) bool {
	sender := w.rules.persons[ask.Account]
	if sender == nil {
		return false
	}
	thread := Thread{}
	if room := w.rules.rooms[ask.To]; room != nil {
		if room.standings[sender.id] == nil {
			return false
		}
		thread = RoomThread(room.ID)
	} else {
		to := w.rules.ids[ask.To]
		if w.rules.persons[to] == nil || w.inboxes[to] == nil {
			return false
		}
		thread = PairThread(sender.id, to)
	}
	_, known := w.store.threads.known(thread)
	return known
}

// runNow does a job at once or not at all. Of an error it says nothing: Commit follows, meets it too, and does what is to be done then, which may take time.
func (w *sqliteWriter) runNow(j *job) (done bool) {
	began := w.store.clock()
	w.worked, j.atOnce = true, true
	err := w.store.lock.inPlace()
	if err == nil {
		err = w.transact(j)
	}
	end := w.store.clock()
	w.slow.note(end, end.Sub(began))
	if err != nil {
		w.forget() // it may know of something that was not done
		return false
	}
	j.confirm()
	return true
}
