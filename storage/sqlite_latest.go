package storage

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// readable is a thread that an account may read above a number.
type readable struct {
	Latest
	above int64
}

// selectReadable finds the rooms of an account, and with whom it has a conversation. Conversations that the table threads does not have yet are
// among the last events.
const selectReadable = `
SELECT id, 0, name, CASE private WHEN 1 THEN since ELSE 0 END FROM members JOIN rooms ON id = room WHERE account = ?1
UNION ALL
SELECT ?1, id, name, 0 FROM accounts WHERE id IN (
  SELECT b FROM threads WHERE a = ?1
  UNION ALL
  SELECT a FROM threads WHERE b = ?1
  UNION ALL
  SELECT CASE sender WHEN ?1 THEN recipient ELSE sender END FROM events
  WHERE number > (SELECT threaded FROM progress) AND kind = 1 AND recipient > 0 AND (sender = ?1 OR recipient = ?1))`

func (s *sqliteStore) Threads(ctx context.Context, account ID, after, before time.Time, limit int) ([]Latest, error) {
	var all []Latest // whoever has given up waiting must not see it change
	err := s.read(ctx, func(db *sqliteConn) (err error) {
		all, err = s.readLatest(db, account)
		return err
	})
	if err != nil {
		return nil, err
	}
	return latestBetween(all, after, before, limit), nil
}

func (s *sqliteStore) readLatest(db *sqliteConn, account ID) (all []Latest, err error) {
	var threads []readable
	err = db.each(selectReadable, []any{int64(account)}, func(scan func(...any) error) error {
		var one readable
		var first, second ID
		err := scan(&first, &second, &one.Name, &one.above)
		one.Thread = RoomThread(first)
		if second != 0 {
			one.Thread = PairThread(first, second)
		}
		threads = append(threads, one)
		return err
	})
	for i := 0; i < len(threads) && err == nil; i++ {
		one := &threads[i]
		err = s.findLatest(db, one)
		if one.Number != 0 {
			all = append(all, one.Latest)
		}
	}
	return all, err
}

// findLatest looks for the confirmed head of the thread. It leaves the number 0 if that may not be read, or is too old.
func (s *sqliteStore) findLatest(db *sqliteConn, one *readable) error {
	newest, err := s.threads.head(db, one.Thread)
	if err != nil {
		return err
	}
	var at int64
	oldest := time.Now().Add(-s.limits.Load().Keep).UnixMilli()
	query := "SELECT number, at FROM events WHERE number = ? AND number > ? AND at >= ?"
	err = db.row(query, []any{newest.number, one.above, oldest}, &one.Number, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	one.At = time.UnixMilli(at).UTC()
	return err
}
