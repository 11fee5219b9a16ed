package storage

// SQLite writes to a log, and a checkpoint moves what is in the log to the file. It waits for the disk, so no commit does it: the writer does, between two
// jobs. Others only read meanwhile, so the log begins anew unless somebody reads an older state for so long; then the next checkpoint moves the rest.

// checkpointEach is how many pages, of 4 KiB, come into the log between two checkpoints. It also is what a commit of an operator's command does by itself.
const checkpointEach = 4000

// connectWriter opens the writer's connection.
func (w *sqliteWriter) connectWriter() (err error) {
	if w.db, err = connectSQLite(w.store.path, w.store.sync); err != nil || w.store.shared {
		return err
	}
	if err = w.db.run("PRAGMA wal_autocheckpoint = 0"); err != nil {
		w.db.close()
		w.db = nil
	}
	w.logged = 0
	return err
}

// checkpoint moves the log to the file. The heads are written then, since the first commit to a log that begins anew waits for the disk.
func (w *sqliteWriter) checkpoint() {
	if w.db.run("PRAGMA wal_checkpoint(PASSIVE)") == nil {
		w.logged = 0
		w.settleThreads()
	}
}
