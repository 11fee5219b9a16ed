package storage

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// Position walks the thread back, as History does.
func (s *sqliteStore) Position(ctx context.Context, t Thread, at time.Time) (int64, error) {
	var found int64 // whoever has given up waiting must not see it change
	err := s.read(ctx, func(db *sqliteConn) (err error) {
		found, err = s.readPosition(db, t, at)
		return err
	})
	if err != nil {
		return 0, err
	}
	return found, nil
}

const backPosition = back + `
SELECT e.number FROM back CROSS JOIN events e ON e.number = back.number
WHERE e.at < ?4 AND e.at >= ?5 LIMIT 1`

func (s *sqliteStore) readPosition(db *sqliteConn, t Thread, at time.Time) (number int64, err error) {
	newest, err := s.threads.head(db, t)
	if err != nil {
		return 0, err
	}
	oldest := time.Now().Add(-s.limits.Load().Keep).UnixMilli()
	args := []any{newest.number, newest.count - int64(s.limits.Load().history(t)), 0, at.UnixMilli(), oldest}
	err = db.row(backPosition, args, &number)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return number, err
}
