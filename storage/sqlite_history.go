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
	thread string
	before int64
	limit  int
	answer chan readAnswer
}

type readAnswer struct {
	messages []Message
	more     bool
	err      error
}

// history has a reader fetch a part of a thread, and waits for it as long as ctx allows.
func (s *sqliteStore) history(ctx context.Context, thread string, before int64, limit int) ([]Message, bool, error) {
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

// back walks a thread from one message to the older ones. CROSS JOIN keeps SQLite from scanning all messages instead.
const back = `
WITH RECURSIVE back (number, previous) AS (
  SELECT number, thread_previous FROM messages WHERE number = ?
  UNION ALL
  SELECT m.number, m.thread_previous FROM back CROSS JOIN messages m ON m.number = back.previous
)
SELECT m.number, m.at, m.sender, m.text FROM back CROSS JOIN messages m ON m.number = back.number
WHERE m.number < ? LIMIT ?`

func (s *sqliteStore) readThread(db *sqliteConn, j *readJob) (messages []Message, more bool, err error) {
	start, err := s.threadStart(db, j)
	if err != nil || j.limit <= 0 {
		return nil, false, err
	}
	before := j.before
	if before == 0 {
		before = math.MaxInt64
	}
	limit := min(j.limit, math.MaxInt32) + 1 // one more tells whether there is more
	oldest := time.Now().Add(-s.limits.Keep)
	err = db.each(back, []any{start, before, limit}, func(scan func(...any) error) error {
		m, err := scanMessage(scan)
		if err == nil && !m.At.Before(oldest) {
			messages = append(messages, m)
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
func (s *sqliteStore) threadStart(db *sqliteConn, j *readJob) (int64, error) {
	newest, err := s.chains.head(db, j.thread)
	if err != nil || j.before == 0 || j.before > newest.number {
		return newest.number, err
	}
	var previous int64
	err = db.row("SELECT thread_previous FROM messages WHERE number = ? AND thread = ?", []any{j.before, j.thread}, &previous)
	if errors.Is(err, sql.ErrNoRows) {
		return newest.number, nil
	}
	return previous, err
}

func scanMessage(scan func(...any) error) (Message, error) {
	var m Message
	var at int64
	err := scan(&m.Number, &at, &m.From, &m.Text)
	m.At = time.UnixMilli(at).UTC()
	return m, err
}
