package storage

import (
	"database/sql"
	"errors"
	"slices"
	"sort"
)

// inbox is what the writer remembers of an account's unproven messages, so that a post needs no query.
type inbox struct {
	name    string // of the account
	proven  int64
	expired int        // not yet told
	waiting []unproven // oldest first
	dirty   bool       // the table inboxes must be written
}

type unproven struct{ number, at int64 }

const (
	maxInboxes = 50_000
	maxWaiting = 2_000_000 // 32 MB
)

// inbox returns the inbox of an account, or nil if there is none.
func (w *sqliteWriter) inbox(key string) (*inbox, error) {
	if in := w.inboxes[key]; in != nil {
		return in, nil
	}
	in := &inbox{}
	query := "SELECT name, proven, expired FROM accounts JOIN inboxes USING (key) WHERE key = ?"
	err := w.db.row(query, []any{key}, &in.name, &in.proven, &in.expired)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if err := w.loadWaiting(key, in); err != nil {
		return nil, err
	}
	w.inboxes[key] = in
	w.waiting += len(in.waiting)
	return in, nil
}

// backInbox walks an inbox from the newest message to the oldest that is unproven, like back.
const backInbox = `
WITH RECURSIVE back (number, at, previous) AS (
  SELECT number, at, inbox_previous FROM messages WHERE number = ?1 AND number > ?2
  UNION ALL
  SELECT m.number, m.at, m.inbox_previous FROM back CROSS JOIN messages m ON m.number = back.previous WHERE m.number > ?2
)
SELECT number, at FROM back`

func (w *sqliteWriter) loadWaiting(key string, in *inbox) error {
	newest, err := w.store.chains.head(w.db, key)
	if err != nil {
		return err
	}
	err = w.db.each(backInbox, []any{newest.number, in.proven}, func(scan func(...any) error) error {
		var u unproven
		err := scan(&u.number, &u.at)
		in.waiting = append(in.waiting, u)
		return err
	})
	slices.Reverse(in.waiting)
	return err
}

// prove takes the messages up to a number out of the inbox.
func (w *sqliteWriter) prove(in *inbox, number int64) {
	n := in.behind(number)
	if n > 0 {
		in.proven, in.dirty = in.waiting[n-1].number, true
		in.waiting = in.waiting[n:]
		w.waiting -= n
	}
}

// expire takes the messages from before a time out of the inbox and counts them.
func (w *sqliteWriter) expire(in *inbox, cutoff int64) {
	n := 0
	for n < len(in.waiting) && in.waiting[n].at < cutoff {
		n++
	}
	if n > 0 {
		in.expired += n
		w.prove(in, in.waiting[n-1].number)
	}
}

// behind returns how many of the waiting messages have a number up to this one.
func (in *inbox) behind(number int64) int {
	if len(in.waiting) == 0 || in.waiting[0].number > number {
		return 0
	}
	return sort.Search(len(in.waiting), func(i int) bool { return in.waiting[i].number > number })
}

// saveInboxes writes what has changed in these inboxes, which are all in the cache.
func (w *sqliteWriter) saveInboxes(keys []string) error {
	w.rows = w.rows[:0]
	for _, key := range keys {
		in := w.inboxes[key]
		if in.dirty {
			in.dirty = false
			w.rows = append(w.rows, key, in.proven, in.expired)
		}
	}
	return w.db.insert(intoInboxes, w.rows)
}

// boundInboxes keeps the cache within its size. Not for the middle of a transaction.
func (w *sqliteWriter) boundInboxes() {
	if len(w.inboxes) > maxInboxes || w.waiting > maxWaiting {
		w.forget()
	}
}
