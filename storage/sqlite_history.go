package storage

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"slices"
	"time"
)

// History is read by the readers. They show a message only when it is not behind the confirmed head of its thread.
func (s *sqliteStore) History(ctx context.Context, t Thread, r Range) (messages []Event, more bool, err error) {
	var found []Event // whoever has given up waiting must not see it change
	var others bool
	err = s.read(ctx, func(db *sqliteConn) (err error) {
		found, others, err = s.readThread(db, t, r)
		return err
	})
	if err != nil {
		return nil, false, err
	}
	return found, others, nil
}

// back walks a thread from one message to the older ones, as far as its history goes or down to a number. CROSS JOIN fixes the order of the
// loops; otherwise SQLite might scan all events.
const back = `
WITH RECURSIVE back (number, previous) AS (
  SELECT number, thread_previous FROM events WHERE number = ?1 AND thread_count > ?2 AND number > ?3
  UNION ALL
  SELECT e.number, e.thread_previous FROM back CROSS JOIN events e ON e.number = back.previous WHERE e.thread_count > ?2 AND e.number > ?3
)
`

const backMessages = back + `
SELECT e.number, e.at, e.sender_name, e.text FROM back CROSS JOIN events e ON e.number = back.number
WHERE e.number < ?4 LIMIT ?5`

func (s *sqliteStore) readThread(db *sqliteConn, t Thread, r Range) (messages []Event, more bool, err error) {
	newest, err := s.threads.head(db, t)
	if err != nil || r.Limit <= 0 {
		return nil, false, err
	}
	start, err := threadStart(db, t, r.Before, newest.number)
	if err != nil {
		return nil, false, err
	}
	before := r.Before
	if before == 0 {
		before = math.MaxInt64
	}
	limit := min(r.Limit, math.MaxInt32)
	walk := limit + 1 // one more tells whether there is more
	if r.Forward {
		walk = math.MaxInt32 // the chain can only be walked back, so it is walked to where the part begins
	}
	oldest := time.Now().Add(-s.limits.Load().Keep)
	args := []any{start, newest.count - int64(s.limits.Load().history(t)), r.After, before, walk}
	err = db.each(backMessages, args, func(scan func(...any) error) error {
		var at int64
		var e Event
		err := scan(&e.Number, &at, &e.FromName, &e.Text)
		if e.At = time.UnixMilli(at).UTC(); err == nil && !e.At.Before(oldest) {
			e.Kind, e.Thread = Message, t
			messages = append(messages, e)
		}
		return err
	})
	if err != nil {
		return nil, false, err
	}
	more = len(messages) > limit
	if more && r.Forward {
		messages = messages[len(messages)-limit:]
	} else if more {
		messages = messages[:limit]
	}
	slices.Reverse(messages)
	return messages, more, nil
}

// threadStart returns a message of the thread from which to walk back: the one before the given one, or the newest.
func threadStart(db *sqliteConn, t Thread, before, newest int64) (int64, error) {
	if before == 0 || before > newest {
		return newest, nil
	}
	var previous int64
	query := "SELECT thread_previous FROM events WHERE number = ? AND thread_a = ? AND thread_b = ?"
	err := db.row(query, []any{before, int64(t.A), int64(t.B)}, &previous)
	if errors.Is(err, sql.ErrNoRows) {
		return newest, nil
	}
	return previous, err
}
