package storage

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"sort"
	"time"
)

// This file removes what an account has said. The messages around it are tied together anew, so that histories, inboxes and counts go on as if it had
// never been there.

const (
	// unsayMost is how many messages are removed in one step, unless more are in one thread.
	unsayMost = 500
	// unsayPause is the time between two steps, in which a server gets its turn.
	unsayPause = 5 * time.Millisecond
)

// RemoveMessages finds what the account has said by reading all events, since there is no index of them. A reader does that, so nobody waits.
func (s *sqliteStore) RemoveMessages(ctx context.Context, account ID) (count int, err error) {
	for {
		found, err := s.saidBy(ctx, account)
		if err != nil || len(found) == 0 {
			return count, err
		}
		for len(found) > 0 && err == nil {
			step := takeThreads(found)
			err = s.submit(ctx, &job{do: func(w *sqliteWriter) error { return w.unsay(account, step) }})
			count += step.size()
			time.Sleep(unsayPause)
		}
		if err != nil {
			return count, err
		}
	}
}

// saidIn are the numbers of messages by thread, in their order.
type saidIn map[Thread][]int64

func (s saidIn) size() (n int) {
	for _, numbers := range s {
		n += len(numbers)
	}
	return n
}

// takeThreads takes the threads for one step out of those that are left.
func takeThreads(left saidIn) saidIn {
	step := saidIn{}
	n := 0
	for thread, numbers := range left {
		if n += len(numbers); n > unsayMost && len(step) > 0 {
			break
		}
		step[thread] = numbers
		delete(left, thread)
	}
	return step
}

func (s *sqliteStore) saidBy(ctx context.Context, account ID) (saidIn, error) {
	found := saidIn{}
	err := s.read(ctx, func(db *sqliteConn) error {
		query := "SELECT number, thread_a, thread_b FROM events WHERE kind = 1 AND sender = ? ORDER BY number"
		return db.each(query, []any{int64(account)}, func(scan func(...any) error) error {
			var number int64
			var thread Thread
			err := scan(&number, &thread.A, &thread.B)
			found[thread] = append(found[thread], number)
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}

// unsay removes messages of an account from some threads. It is a job.
func (w *sqliteWriter) unsay(account ID, found saidIn) error {
	w.forget()
	if err := w.recoverThreads(); err != nil {
		return err
	}
	last, err := w.lastNumber()
	if err != nil {
		return err
	}
	w.next, w.given = max(w.next, last+1), max(w.given, last)
	if _, err := w.db.exec("UPDATE progress SET last = max(last, ?)", last); err != nil { // the newest message may be among them
		return err
	}
	for thread, numbers := range found {
		if err := w.unsayIn(thread, numbers); err != nil {
			return err
		}
		for _, number := range numbers {
			if _, err := w.db.exec("DELETE FROM events WHERE number = ?", number); err != nil {
				return err
			}
		}
	}
	return w.recoverThreads()
}

// unsayIn ties a thread together without these messages, and the inboxes that have them.
func (w *sqliteWriter) unsayIn(thread Thread, gone []int64) error {
	removed, err := w.tie(chain{thread: thread, walk: walkThread, relink: w.relinkThread}, gone)
	if err != nil {
		return err
	}
	if thread.IsRoom() {
		return w.recountRead(thread.A, removed)
	}
	for _, account := range slices.Compact([]ID{thread.A, thread.B}) {
		inbox := chain{thread: inboxThread(account), walk: walkInbox, relink: w.relinkInbox}
		err := w.db.row("SELECT acked FROM inboxes WHERE account = ?", []any{int64(account)}, &inbox.above)
		if errors.Is(err, sql.ErrNoRows) {
			continue // the account was removed
		}
		if err == nil {
			_, err = w.tie(inbox, gone)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// chain is a thread or an inbox, whose messages name the one before.
type chain struct {
	thread Thread
	above  int64                                           // nobody reads what is not above this number
	walk   string                                          // returns the messages from one back to those above a number
	relink func(number, previous int64, removed int) error // has a message name another one, as so many before it are removed
}

const (
	walkThread = `
WITH RECURSIVE back (number, previous) AS (
  SELECT number, thread_previous FROM events WHERE number = ?1 AND number > ?2
  UNION ALL
  SELECT e.number, e.thread_previous FROM back CROSS JOIN events e ON e.number = back.previous WHERE e.number > ?2
)
SELECT number, previous FROM back`
	walkInbox = `
WITH RECURSIVE back (number, previous) AS (
  SELECT number, inbox_previous FROM events WHERE number = ?1 AND number > ?2
  UNION ALL
  SELECT e.number, e.inbox_previous FROM back CROSS JOIN events e ON e.number = back.previous WHERE e.number > ?2
)
SELECT number, previous FROM back`
)

func (w *sqliteWriter) relinkThread(number, previous int64, removed int) error {
	_, err := w.db.exec("UPDATE events SET thread_previous = ?, thread_count = thread_count - ? WHERE number = ?", previous, removed, number)
	return err
}

func (w *sqliteWriter) relinkInbox(number, previous int64, _ int) error {
	_, err := w.db.exec("UPDATE events SET inbox_previous = ? WHERE number = ?", previous, number)
	return err
}

// tie has the messages of a chain name each other without some that are removed, and returns those of them that were in it.
func (w *sqliteWriter) tie(c chain, gone []int64) (removed []int64, err error) {
	end, err := w.store.threads.head(w.db, c.thread)
	if err != nil {
		return nil, err
	}
	type link struct{ number, previous int64 }
	var links []link
	err = w.db.each(c.walk, []any{end.number, c.above}, func(scan func(...any) error) error {
		var l link
		err := scan(&l.number, &l.previous)
		links = append(links, l)
		return err
	})
	if err != nil || len(links) == 0 {
		return nil, err
	}
	slices.Reverse(links)
	previous := links[0].previous
	for _, l := range links {
		if _, isGone := slices.BinarySearch(gone, l.number); isGone {
			removed = append(removed, l.number)
			continue
		}
		if len(removed) > 0 {
			if err := c.relink(l.number, previous, len(removed)); err != nil {
				return nil, err
			}
		}
		previous = l.number
	}
	if len(removed) == 0 {
		return nil, nil
	}
	return removed, w.db.insert(intoThreads, []any{int64(c.thread.A), int64(c.thread.B), previous, max(0, end.count-int64(len(removed)))})
}

// recountRead takes what was removed from a room off the counts of what its members have read.
func (w *sqliteWriter) recountRead(room ID, removed []int64) error {
	if len(removed) == 0 {
		return nil
	}
	type reading struct {
		account ID
		fewer   int
	}
	var readings []reading
	err := w.db.each("SELECT account, read FROM members WHERE room = ? AND read >= ?", []any{int64(room), removed[0]}, func(scan func(...any) error) error {
		var account ID
		var read int64
		err := scan(&account, &read)
		fewer := sort.Search(len(removed), func(i int) bool { return removed[i] > read })
		readings = append(readings, reading{account, fewer})
		return err
	})
	for _, r := range readings {
		if err != nil {
			return err
		}
		_, err = w.db.exec("UPDATE members SET read_count = max(0, read_count - ?) WHERE account = ? AND room = ?", r.fewer, int64(r.account), int64(room))
	}
	return err
}
