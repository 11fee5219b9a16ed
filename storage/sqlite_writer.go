package storage

import (
	"context"
	"errors"
	"fmt"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// sqliteWriter does the jobs. Whoever has one done holds the lock sqliteStore.writing.
type sqliteWriter struct {
	store *sqliteStore
	db    *sqliteConn // nil after a failure, until the next job opens it again

	undo func(w *sqliteWriter) error // of a job whose caller was told that it is not done, though it may be; runs before the next job
	rows []any                       // memory for an insert

	dataVersion int64 // of the connection after its last commit: another one means that another process has written to the file
	behind      bool  // another process has written, and its events were not returned yet

	rules   rules // it and the inboxes are caches, and may be emptied at any time between batches
	inboxes map[ID]*inbox
	waiting int         // messages in those inboxes
	work    *commitWork // the batch that is being done

	roster   roster
	sessions int64 // how many were begun

	next     int64 // the next number
	given    int64 // the highest number in the file
	told     int64 // the events up to this number were handed on
	threaded int64 // progress.threaded
	swept    int64 // the sweep has come to this event
	sweptAt  int64 // the sweep owes nothing for the numbers up to this one
	expired  int64 // up to this event everything that has expired was swept

	logged int // pages that were written to the log since the last checkpoint

	worked bool     // it has done a job since it last rested
	slow   slowness // of CommitNow
}

// serve does one job after the other, between them what can wait no longer, and what is left to do when no job comes.
func (w *sqliteWriter) serve() {
	defer w.store.done.Done()
	room := time.NewTimer(roomEach)
	defer room.Stop()
	rest := time.NewTimer(restEach)
	defer rest.Stop()
	for {
		select {
		case j := <-w.store.jobs:
			w.locked(func() {
				w.run(j)
				w.maintain()
			})
		case <-room.C:
			w.locked(func() { room.Reset(w.makeRoom()) })
		case <-rest.C:
			w.locked(func() { rest.Reset(w.rest()) })
		case <-w.store.stop:
			w.locked(w.close)
			return
		}
	}
}

// locked does something as the writer.
func (w *sqliteWriter) locked(do func()) {
	w.store.writing.Lock()
	defer w.store.writing.Unlock()
	do()
}

// close saves the heads, so that the next start need not find them, and closes the file.
func (w *sqliteWriter) close() {
	if w.ready() == nil && !w.store.shared {
		w.transact(&job{do: (*sqliteWriter).saveThreads})
	}
	if w.db != nil {
		w.db.close()
	}
}

// run does one job, and makes sure that the file agrees with what the caller is told.
func (w *sqliteWriter) run(j *job) {
	w.worked = true
	if j.late() {
		j.answerWith(unavailable(context.DeadlineExceeded))
		return
	}
	err := w.ready()
	switch {
	case err != nil:
	case j.reads:
		err = j.do(w)
	default:
		err = w.transact(j)
	}
	switch {
	case err == nil:
		w.store.outage.end()
		if !j.answerWith(nil) && !j.reads { // it is in the file, but its caller was told that it is not
			w.undo = j.undo
			w.forget()
		}
	case isAnswer(err):
		j.answerWith(err)
	case errors.Is(err, ErrBuried):
		w.replaced(j)
	case errors.Is(err, context.DeadlineExceeded):
		w.forget()
		j.answerWith(unavailable(err))
	default:
		w.failed(err)
		j.answerWith(unavailable(err))
	}
}

// mayMaintain reports whether the writer may do something of its own between two jobs.
func (w *sqliteWriter) mayMaintain() bool { return w.db != nil && w.undo == nil && !w.store.shared }

// isDue reports whether maintain has something to do. Then the next message is a job, so that it is done.
func (w *sqliteWriter) isDue() bool {
	return w.given-w.threaded >= saveHeadsMost || w.given-w.sweptAt >= sweepOwedMost || w.logged >= checkpointEach
}

// maintain runs between jobs and does what can wait no longer. If it fails it is tried again after a later job; that job reports the error.
func (w *sqliteWriter) maintain() {
	if !w.mayMaintain() {
		return
	}
	if w.logged >= checkpointEach {
		w.checkpoint()
	}
	if w.given-w.threaded >= saveHeadsMost {
		w.settleThreads()
	}
	for w.given-w.sweptAt >= sweepOwedMost {
		w.sweepNext()
	}
}

// transact runs a job in a transaction. When it returns nil, that is in the file and the caller may be told.
func (w *sqliteWriter) transact(j *job) error {
	if err := w.beginImmediate(j); err != nil {
		return err
	}
	next := w.next
	err := w.lookForOthers()
	if err == nil && j.atOnce && w.behind {
		err = errNotNow
	}
	if err == nil {
		err = j.do(w)
	}
	if err == nil && j.late() {
		err = context.DeadlineExceeded
	}
	if err != nil {
		w.db.exec("ROLLBACK")
		return err
	}
	if _, err = w.db.exec("COMMIT"); err != nil {
		w.undo = j.undo // a failed COMMIT may yet be found in the file after a crash
		w.db.exec("ROLLBACK")
		return err
	}
	if w.next > next {
		w.given = w.next - 1
	}
	if err = w.noteCommit(); err != nil {
		w.undo = j.undo
		return err
	}
	// Nobody may be told of what is in a file that the path no longer names, nor of a number that could be given again.
	if err = w.store.lock.inPlace(); err == nil {
		err = w.store.noteGiven(w.given)
	}
	if err != nil {
		w.undo = j.undo
	}
	return err
}

// busyPoll is how often the writer tries to get the lock of the file.
const busyPoll = 2 * time.Millisecond

// beginImmediate begins a transaction that may write. Other processes may have the lock for a moment; SQLite itself does not wait for it (see
// ownWaiting), as it knows no deadlines.
func (w *sqliteWriter) beginImmediate(j *job) error {
	for late := time.Now().Add(busyWait); ; time.Sleep(busyPoll) {
		_, err := w.db.exec("BEGIN IMMEDIATE")
		if err == nil || !isBusy(err) || j.atOnce || j.late() || time.Now().After(late) {
			return err
		}
	}
}

// isBusy reports whether another process has the lock of the file.
func isBusy(err error) bool {
	var failure *sqlite.Error
	return errors.As(err, &failure) && failure.Code()&0xff == sqlite3.SQLITE_BUSY
}

// ownWaiting has SQLite not wait for other processes over the writer's connection.
func (w *sqliteWriter) ownWaiting() error { return w.db.run("PRAGMA busy_timeout = 0") }

// noteCommit looks what a commit has made of the connection.
func (w *sqliteWriter) noteCommit() error {
	pages, err := w.db.written()
	if err == nil {
		w.logged += pages
		w.dataVersion, err = w.db.dataVersion()
	}
	return err
}

// lookForOthers checks whether another process had written to the file when the current transaction began, or else the last one. If so it empties the
// caches.
func (w *sqliteWriter) lookForOthers() error {
	version, err := w.db.dataVersion()
	if err != nil {
		return err
	}
	if version != w.dataVersion || w.store.shared {
		if err := w.lookForLoad(); err != nil {
			return err
		}
		w.forget()
		w.dataVersion, w.behind = version, true
	}
	return nil
}

// ready makes the connection usable: it is open, its file is still in place, and what must be taken back is taken back.
func (w *sqliteWriter) ready() error {
	if err := w.store.lock.inPlace(); err != nil {
		return err
	}
	if w.db == nil {
		if err := w.connectWriter(); err != nil {
			return err
		}
		if err := w.ownWaiting(); err != nil {
			return err
		}
	}
	if w.undo == nil {
		return nil
	}
	undo := w.undo
	if err := w.transact(&job{do: undo, undo: undo}); err != nil {
		w.undo = undo
		return fmt.Errorf("taking back what was refused: %w", err)
	}
	w.undo = nil
	return nil
}

// failed gives up the connection, as its state may be anything after an error.
func (w *sqliteWriter) failed(cause error) {
	w.store.outage.begin(cause)
	w.forget()
	w.dataVersion = noVersion
	if w.db != nil {
		w.db.close()
		w.db = nil
	}
}

// noVersion is that of a connection that has not committed anything yet: others may have.
const noVersion = -1

// isFull reports whether the caches must be dropped before the next batch.
func (w *sqliteWriter) isFull() bool {
	return len(w.inboxes) > maxInboxes || w.waiting > maxWaiting || w.rules.size > maxKnown
}

// forget drops the caches.
func (w *sqliteWriter) forget() {
	w.inboxes, w.waiting = map[ID]*inbox{}, 0
	w.rules.forget()
}
