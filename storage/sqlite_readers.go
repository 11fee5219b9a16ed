package storage

import "context"

// readJob is something that is read from the file for a caller who waits until the deadline at most.
type readJob struct {
	do   func(db *sqliteConn) error
	done chan error
}

// read has a reader do something, and waits for it as long as ctx allows. After an error do may still be running.
func (s *sqliteStore) read(ctx context.Context, do func(db *sqliteConn) error) error {
	j := &readJob{do: do, done: make(chan error, 1)}
	select {
	case s.reads <- j:
	case <-s.stop:
		return unavailable(errClosed)
	case <-ctx.Done():
		return unavailable(ctx.Err())
	}
	select {
	case err := <-j.done:
		return err
	case <-ctx.Done():
		return unavailable(ctx.Err())
	}
}

// serveReads does one job after the other, on a connection that is opened again after an error.
func (s *sqliteStore) serveReads() {
	defer s.done.Done()
	var db *sqliteConn
	for {
		select {
		case j := <-s.reads:
			var err error
			if db == nil {
				db, err = connectSQLite(s.path, s.sync)
			}
			if err == nil {
				err = j.do(db)
			}
			if err != nil && !isAnswer(err) {
				s.outage.begin(err)
				err = unavailable(err)
				if db != nil {
					db.close()
					db = nil
				}
			}
			j.done <- err
		case <-s.stop:
			if db != nil {
				db.close()
			}
			return
		}
	}
}
