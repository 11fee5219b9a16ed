package storage

import (
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// This file is what the writer does from time to time, also while nobody says anything: it sweeps what has expired, and gives the room that became
// free back to the file system. Each step is so small that no commit waits for it.
//
// What commits leave to do is done as soon as none comes for a moment, also in small steps.

const (
	// restEach is how often the writer looks whether commits have left something to do, and restPause the time without a job before each step of that.
	restEach  = time.Second
	restPause = 3 * time.Millisecond
	// roomEach is how often the writer looks whether there is something to do, and roomPause the time between two steps of it.
	roomEach  = time.Second
	roomPause = 50 * time.Millisecond
	// sweepMost is how many events are looked at in one step, the oldest first.
	sweepMost = 1024
	// giveBackMost is how many pages, of 4 KiB, are given back in one step.
	giveBackMost = 64
	// spareShare is which part of the file may be free, as one of so many: new messages take that room.
	spareShare = 10
)

// makeRoom does one step, and returns the time until the next one. If it fails, the next job that fails reports why.
func (w *sqliteWriter) makeRoom() time.Duration {
	if w.mayMaintain() && (w.sweepExpired() || w.giveBack()) {
		return roomPause
	}
	return roomEach
}

// rest does one step of what commits have left to do if none has come lately, and returns the time until the next one.
func (w *sqliteWriter) rest() time.Duration {
	heads, sweep := w.given-w.threaded >= saveHeadsEach, w.given-w.sweptAt >= sweepEach
	switch {
	case !w.mayMaintain() || !heads && !sweep:
		return restEach
	case w.worked:
		w.worked = false
	case heads:
		if !w.settleThreads() {
			return restEach
		}
	default:
		w.sweepNext()
	}
	return restPause
}

// sweepExpired sweeps the oldest events if they have expired. It needs the table of the threads: what is in none of them is swept. It reports
// whether it has swept some.
func (w *sqliteWriter) sweepExpired() bool {
	due, err := w.expiredUpTo()
	if err != nil || due == 0 || due > w.threaded && !w.settleThreads() {
		return false
	}
	if w.transact(&job{do: func(w *sqliteWriter) error { return w.sweepRange(w.expired, due, 0) }}) != nil {
		w.forget()
		return false
	}
	w.expired = due
	return true
}

// expiredUpTo returns up to which event the next step goes, or 0 if the oldest one has not expired.
func (w *sqliteWriter) expiredUpTo() (due int64, err error) {
	var at int64
	err = w.db.row("SELECT at FROM events WHERE number > ? ORDER BY number LIMIT 1", []any{w.expired}, &at)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return 0, nil
	case err != nil, at >= time.Now().Add(-w.store.limits.Load().Keep).UnixMilli():
		return 0, err
	}
	query := "SELECT max(number) FROM (SELECT number FROM events WHERE number > ? ORDER BY number LIMIT ?)"
	return due, w.db.row(query, []any{w.expired, sweepMost}, &due)
}

// giveBack makes the file shorter if much of it is free, and reports whether it has done so. A file that was made by an earlier version can't be
// made shorter so: see the doctor.
func (w *sqliteWriter) giveBack() bool {
	var free, pages, mode int64
	query := "SELECT freelist_count, page_count, auto_vacuum FROM pragma_freelist_count, pragma_page_count, pragma_auto_vacuum"
	if w.db.row(query, nil, &free, &pages, &mode) != nil || mode == 0 {
		return false
	}
	spare := max(pages/spareShare, giveBackMost)
	if free <= spare || w.transact(&job{do: func(w *sqliteWriter) error { return w.db.run(incrementalVacuum) }}) != nil {
		return false
	}
	if free-giveBackMost <= spare {
		w.checkpoint() // only with it the file gets shorter; if it fails, with a later one
	}
	return true
}

var incrementalVacuum = fmt.Sprintf("PRAGMA incremental_vacuum(%d)", giveBackMost)
