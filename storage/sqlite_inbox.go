package storage

import (
	"database/sql"
	"errors"
	"slices"
	"sort"
)

// inbox is what the writer remembers of an account and its unacknowledged messages, so that a message needs no query.
type inbox struct {
	account ID
	acked   int64
	expired int       // not yet told
	newest  int64     // the newest message that was ever in it; 0: none
	waiting []unacked // oldest first
	changed bool      // by the batch that is being done
}

type unacked struct{ number, at int64 }

// inboxBefore is what an inbox was before a batch.
type inboxBefore struct {
	account ID
	acked   int64
	expired int
}

// The caches are emptied when they have grown beyond this.
const (
	maxInboxes = 50_000
	maxWaiting = 2_000_000 // messages; 32 MB
)

// selectInbox also has where the inbox ended when the heads were last saved.
const selectInbox = "SELECT acked, expired, coalesce(head, 0) FROM inboxes LEFT JOIN threads ON a = 0 AND b = account WHERE account = ?"

// inbox returns the inbox of an account, or ErrGone if there is no such account.
func (w *sqliteWriter) inbox(account ID) (*inbox, error) {
	if in := w.inboxes[account]; in != nil {
		return in, nil
	}
	in := &inbox{account: account}
	err := w.db.row(selectInbox, []any{int64(account)}, &in.acked, &in.expired, &in.newest)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, ErrGone
	}
	if err != nil {
		return nil, err
	}
	if h, known := w.store.threads.known(inboxThread(account)); known {
		in.newest = h.number
	}
	if in.newest > in.acked {
		if err := w.loadWaiting(in); err != nil {
			return nil, err
		}
	}
	w.inboxes[account] = in
	w.waiting += len(in.waiting)
	return in, nil
}

// backInbox walks an inbox from the newest message to the oldest that is not acknowledged, like back.
const backInbox = `
WITH RECURSIVE back (number, at, previous) AS (
  SELECT number, at, inbox_previous FROM events WHERE number = ?1 AND number > ?2
  UNION ALL
  SELECT e.number, e.at, e.inbox_previous FROM back CROSS JOIN events e ON e.number = back.previous WHERE e.number > ?2
)
SELECT number, at FROM back`

func (w *sqliteWriter) loadWaiting(in *inbox) error {
	err := w.db.each(backInbox, []any{in.newest, in.acked}, func(scan func(...any) error) error {
		var u unacked
		err := scan(&u.number, &u.at)
		in.waiting = append(in.waiting, u)
		return err
	})
	slices.Reverse(in.waiting)
	return err
}

// cutoff is the time, in milliseconds, from before which messages have expired.
func (work *commitWork) cutoff(limits *Limits) int64 { return work.at.Add(-limits.Keep).UnixMilli() }

// change notes that a batch changes an inbox. It comes before the change.
func (work *commitWork) change(in *inbox) {
	if !in.changed {
		in.changed = true
		work.changed = append(work.changed, inboxBefore{in.account, in.acked, in.expired})
	}
}

// ack takes the messages up to a number out of the inbox.
func (w *sqliteWriter) ack(work *commitWork, in *inbox, number int64) {
	n := in.behind(number)
	if n > 0 {
		work.change(in)
		in.acked = in.waiting[n-1].number
		in.waiting = in.waiting[n:]
		w.waiting -= n
	}
}

// expire takes the messages from before a time out of the inbox and counts them.
func (w *sqliteWriter) expire(work *commitWork, in *inbox, cutoff int64) {
	n := 0
	for n < len(in.waiting) && in.waiting[n].at < cutoff {
		n++
	}
	if n > 0 {
		work.change(in)
		in.expired += n
		w.ack(work, in, in.waiting[n-1].number)
	}
}

// behind returns how many of the waiting messages have this number or a smaller one.
func (in *inbox) behind(number int64) int {
	if len(in.waiting) == 0 || in.waiting[0].number > number {
		return 0
	}
	return sort.Search(len(in.waiting), func(i int) bool { return in.waiting[i].number > number })
}

// saveInboxes writes the inboxes that a batch has changed, but for those whose account it has removed.
func (w *sqliteWriter) saveInboxes(changed []inboxBefore) error {
	w.rows = w.rows[:0]
	for _, before := range changed {
		if in := w.inboxes[before.account]; in != nil {
			in.changed = false
			w.rows = append(w.rows, int64(in.account), in.acked, in.expired)
		}
	}
	return w.db.insert(intoInboxes, w.rows)
}
