package storage

import "fmt"

// replacedEvent is what Load leaves in the feed for a server that is using the file.
var replacedEvent = fmt.Sprintf(`{"Kind":%d}`, Replaced)

// lookForLoad returns ErrBuried if Load has replaced all since this writer has begun.
func (w *sqliteWriter) lookForLoad() error {
	var loaded bool
	err := w.db.row("SELECT EXISTS (SELECT 1 FROM feed WHERE number > ? AND event = ?)", []any{w.told, replacedEvent}, &loaded)
	if err == nil && loaded {
		err = ErrBuried
	}
	return err
}

// replaced has the writer begin anew with what Load has put in the file. If the caller does not end the sessions, the next one is told.
func (w *sqliteWriter) replaced(j *job) {
	if !j.buries {
		j.answerWith(unavailable(ErrBuried))
		return
	}
	if !j.answerWith(ErrBuried) {
		return
	}
	w.store.outage.log.Warn("a backup is put in the place of the store; all sessions end")
	w.undo = nil // what was refused is not in the file any more
	w.roster = roster{}
	w.swept = 0
	w.forget()
	if err := w.resume(); err != nil {
		w.failed(err) // and the next caller is told once more
		return
	}
	w.store.confirmed.Store(w.given)
}
