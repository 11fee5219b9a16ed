package storage

import "slices"

// undoCommit takes back what a refused batch may have left in the file: its messages, its changes of accounts, and what it took out
// of inboxes. It can't know whether the COMMIT was rolled back after all, so it sets everything to what it was before, which is right in
// both cases. Other processes may have written since, so it touches only what is certainly the batch's own.
func (w *sqliteWriter) undoCommit(work *commitWork) error {
	w.work = &commitWork{first: work.first} // what is restored knows nothing else of the batch
	for _, undo := range slices.Backward(work.undo) {
		if err := undo(w); err != nil {
			return err
		}
	}
	if work.said > 0 { // only a server says something, so no other process has messages among these numbers
		if _, err := w.db.exec("DELETE FROM events WHERE number >= ? AND number < ? AND kind = 1", work.first, work.end); err != nil {
			return err
		}
	}
	for _, before := range work.changed {
		query := "UPDATE inboxes SET acked = ?, expired = ? WHERE account = ?"
		if _, err := w.db.exec(query, before.acked, before.expired, int64(before.account)); err != nil {
			return err
		}
	}
	_, err := w.db.exec("UPDATE progress SET last = max(last, ?)", work.end-1)
	return err
}
