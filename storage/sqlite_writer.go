package storage

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// sqliteWriter is the goroutine that does the jobs, and what only it may touch.
type sqliteWriter struct {
	store *sqliteStore
	db    *sqliteConn // nil after a failure, until the next job opens it again

	undo func(w *sqliteWriter) error // of a job whose caller was told that it is not done, though it may be; runs before the next job
	rows []any                       // memory for an insert

	dataVersion int64 // changes when another process has written to the file
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
	sweptAt  int64 // the newest number at the last sweep
	expired  int64 // up to this event everything that has expired was swept
}

func (w *sqliteWriter) serve() {
	defer w.store.done.Done()
	due := time.NewTimer(roomEach)
	defer due.Stop()
	for {
		select {
		case j := <-w.store.jobs:
			w.run(j)
			w.maintain()
		case <-due.C:
			due.Reset(w.makeRoom())
		case <-w.store.stop:
			w.close()
			return
		}
	}
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

// maintain runs between jobs and does what is due. If it fails it is tried again after a later job; that job reports the error.
func (w *sqliteWriter) maintain() {
	if !w.mayMaintain() {
		return
	}
	if w.given-w.threaded >= saveHeadsEach {
		w.settleThreads()
	}
	if w.given-w.sweptAt >= sweepEach {
		over := (w.given - w.sweptAt) * 3 / 2
		w.sweptAt = w.given
		if w.transact(&job{do: func(w *sqliteWriter) error { return w.sweep(over) }}) != nil {
			w.forget()
		}
	}
}

// transact runs a job in a transaction. When it returns nil, that is in the file and the caller may be told.
func (w *sqliteWriter) transact(j *job) error {
	if _, err := w.db.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	next := w.next
	err := w.lookForOthers()
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
	// Nobody may be told of what is in a file that the path no longer names, nor of a number that could be given again.
	if err = w.store.lock.inPlace(); err == nil {
		err = w.store.noteGiven(w.given)
	}
	if err != nil {
		w.undo = j.undo
	}
	return err
}

// lookForOthers checks whether another process has written to the file, and if so empties the caches.
func (w *sqliteWriter) lookForOthers() error {
	var version int64
	if err := w.db.row("PRAGMA data_version", nil, &version); err != nil {
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
		db, err := connectSQLite(w.store.path, w.store.sync)
		if err != nil {
			return err
		}
		w.db = db
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
	w.dataVersion = 0
	if w.db != nil {
		w.db.close()
		w.db = nil
	}
}

// forget drops the caches.
func (w *sqliteWriter) forget() {
	w.inboxes, w.waiting = map[ID]*inbox{}, 0
	w.rules.forget()
}
