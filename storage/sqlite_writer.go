package storage

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// sqliteWriter is the goroutine that does the jobs, and what only it may touch.
type sqliteWriter struct {
	store *sqliteStore
	db    *sqliteConn // nil after a failure, until the next job opens it again

	undo        func(w *sqliteWriter) error // of the job whose fate is not as its owner was told; goes first
	dataVersion int64                       // changes when another process wrote to the file
	inboxes     map[string]*inbox           // a cache; empty is always right
	waiting     int                         // messages in those inboxes
	rows        []any                       // memory for an insert
	looked      time.Time                   // when the file was last seen to be in its place

	next    int64 // the number of the next message
	chained int64 // progress.chained
	swept   int64 // the sweep has come to this message
	sweptAt int64 // the newest message at the last sweep
}

func (w *sqliteWriter) serve() {
	defer w.store.done.Done()
	for {
		select {
		case j := <-w.store.jobs:
			w.run(j)
			w.maintain()
		case <-w.store.stop:
			w.close()
			return
		}
	}
}

// close leaves the file so that the next start has nothing to make up for.
func (w *sqliteWriter) close() {
	if w.ready() != nil {
		return
	}
	if !w.store.shared {
		w.transact(&job{do: (*sqliteWriter).saveChains})
	}
	w.db.close()
}

// run does one job, and sees to it that the file ends up as its owner is told.
func (w *sqliteWriter) run(j *job) {
	if j.late() {
		j.answerWith(unavailable(context.DeadlineExceeded))
		return
	}
	if err := w.ready(); err != nil {
		w.failed(err)
		j.answerWith(unavailable(err))
		return
	}
	err := w.transact(j)
	switch {
	case err == nil:
		w.store.outage.end()
	case isAnswer(err):
		j.answerWith(err)
	case errors.Is(err, context.DeadlineExceeded):
		w.forget()
		j.answerWith(unavailable(err))
	default:
		w.failed(err)
		j.answerWith(unavailable(err))
	}
}

// transact runs a job in a transaction and answers it when that is in the file.
func (w *sqliteWriter) transact(j *job) error {
	if err := w.begin(); err != nil {
		return err
	}
	err := j.do(w)
	if err == nil && j.late() {
		err = context.DeadlineExceeded
	}
	if err != nil {
		w.db.exec("ROLLBACK")
		return err
	}
	if _, err := w.db.exec("COMMIT"); err != nil {
		w.undo = j.undo // a failed COMMIT may yet be found in the file after a crash
		w.db.exec("ROLLBACK")
		return err
	}
	if j.answer != nil && !j.answerWith(nil) {
		w.undo = j.undo
		w.forget()
	}
	return nil
}

func (w *sqliteWriter) begin() error {
	if _, err := w.db.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	var version int64
	if err := w.db.row("PRAGMA data_version", nil, &version); err != nil {
		w.db.exec("ROLLBACK")
		return err
	}
	if version != w.dataVersion {
		w.forget()
		w.dataVersion = version
	}
	return nil
}

// ready makes the connection usable: opened, on the file that it was, and without anything that should not be in it.
func (w *sqliteWriter) ready() error {
	if err := w.inPlace(); err != nil {
		return err
	}
	if w.db == nil {
		db, err := connectSQLite(w.store.path)
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

// inPlace looks, a few times a second, whether the file was taken away: SQLite would go on writing to what nobody finds again.
func (w *sqliteWriter) inPlace() error {
	if time.Since(w.looked) < 200*time.Millisecond {
		return nil
	}
	info, err := os.Stat(w.store.path)
	if err != nil {
		return err
	}
	if !os.SameFile(info, w.store.file) {
		return fmt.Errorf("%s is not the file any more that was opened", w.store.path)
	}
	w.looked = time.Now()
	return nil
}

// failed gives up the connection, as its state may be anything after an error.
func (w *sqliteWriter) failed(cause error) {
	w.store.outage.begin(cause)
	w.forget()
	w.looked = time.Time{}
	if w.db != nil {
		w.db.close()
		w.db = nil
	}
}

// forget drops what is cached of the inboxes.
func (w *sqliteWriter) forget() {
	clear(w.inboxes)
	w.waiting = 0
}
