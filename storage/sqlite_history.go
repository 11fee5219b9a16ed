package storage

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"slices"
	"time"
)

// readJob is a part of a history that somebody waits for.
type readJob struct {
	thread Thread
	before int64
	limit  int
	answer chan readAnswer
}

type readAnswer struct {
	messages []Event
	more     bool
	err      error
}

// history has a reader fetch a part of a thread, and waits for it as long as ctx allows.
func (s *sqliteStore) history(ctx context.Context, thread Thread, before int64, limit int) ([]Event, bool, error) {
	j := &readJob{thread: thread, before: before, limit: limit, answer: make(chan readAnswer, 1)}
	select {
	case s.reads <- j:
	case <-s.stop:
		return nil, false, unavailable(errClosed)
	case <-ctx.Done():
		return nil, false, unavailable(ctx.Err())
	}
	select {
	case a := <-j.answer:
		return a.messages, a.more, a.err
	case <-ctx.Done():
		return nil, false, unavailable(ctx.Err())
	}
}

// serveReads answers one after the other, on a connection that is opened again after an error.
func (s *sqliteStore) serveReads() {
	defer s.done.Done()
	var db *sqliteConn
	for {
		select {
		case j := <-s.reads:
			var a readAnswer
			if db == nil {
				db, a.err = connectSQLite(s.path)
			}
			if a.err == nil {
				a.messages, a.more, a.err = s.readThread(db, j)
			}
			if a.err != nil {
				s.outage.begin(a.err)
				a = readAnswer{err: unavailable(a.err)}
				if db != nil {
					db.close()
					db = nil
				}
			}
			j.answer <- a
		case <-s.stop:
			if db != nil {
				db.close()
			}
			return
		}
	}
}

// back walks a thread from one message to the older ones, as far as its history goes. CROSS JOIN fixes the order of the loops; otherwise SQLite
// might scan all events.
const back = `
WITH RECURSIVE back (number, previous) AS (
  SELECT number, thread_previous FROM events WHERE number = ?1 AND thread_count > ?4
  UNION ALL
  SELECT e.number, e.thread_previous FROM back CROSS JOIN events e ON e.number = back.previous WHERE e.thread_count > ?4
)
SELECT e.number, e.at, e.sender_name, e.text FROM back CROSS JOIN events e ON e.number = back.number
WHERE e.number < ?2 LIMIT ?3`

func (s *sqliteStore) readThread(db *sqliteConn, j *readJob) (messages []Event, more bool, err error) {
	newest, err := s.threads.head(db, j.thread)
	if err != nil || j.limit <= 0 {
		return nil, false, err
	}
	start, err := threadStart(db, j, newest.number)
	if err != nil {
		return nil, false, err
	}
	before := j.before
	if before == 0 {
		before = math.MaxInt64
	}
	kept := s.limits.Conversation
	if j.thread.IsRoom() {
		kept = s.limits.Room
	}
	limit := min(j.limit, math.MaxInt32) + 1 // one more tells whether there is more
	oldest := time.Now().Add(-s.limits.Keep)
	err = db.each(back, []any{start, before, limit, newest.count - int64(kept)}, func(scan func(...any) error) error {
		var at int64
		var e Event
		err := scan(&e.Number, &at, &e.FromName, &e.Text)
		if e.At = time.UnixMilli(at).UTC(); err == nil && !e.At.Before(oldest) {
			e.Kind, e.Thread = Message, j.thread
			messages = append(messages, e)
		}
		return err
	})
	if err != nil {
		return nil, false, err
	}
	if more = len(messages) > j.limit; more {
		messages = messages[:j.limit]
	}
	slices.Reverse(messages)
	return messages, more, nil
}

// threadStart returns a message of the thread from which to walk back: the one before the given one, or the newest.
func threadStart(db *sqliteConn, j *readJob, newest int64) (int64, error) {
	if j.before == 0 || j.before > newest {
		return newest, nil
	}
	var previous int64
	query := "SELECT thread_previous FROM events WHERE number = ? AND thread_a = ? AND thread_b = ?"
	err := db.row(query, []any{j.before, int64(j.thread.A), int64(j.thread.B)}, &previous)
	if errors.Is(err, sql.ErrNoRows) {
		return newest, nil
	}
	return previous, err
}
