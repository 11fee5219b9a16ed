package storage

import (
	"context"
	"slices"
	"time"
)

// sinceMost is how many events are looked at for one part of Since. They lie in the one order, whoever may read them.
const sinceMost = 20_000

// sinceEvents selects the next messages from one number to another that an account may read.
const sinceEvents = `
SELECT e.number, e.at, e.sender, e.sender_name, e.recipient, e.text, coalesce(r.name, a.name, '')
FROM (SELECT * FROM events WHERE number > ?1 AND number <= ?2) e
LEFT JOIN members m ON m.account = ?3 AND m.room = -e.recipient
LEFT JOIN rooms r ON r.id = m.room
LEFT JOIN accounts a ON a.id = e.recipient
WHERE e.kind = 1 AND e.at >= ?4
AND (e.recipient = ?3 OR (e.recipient > 0 AND e.sender = ?3) OR (m.room NOT NULL AND (r.private = 0 OR e.number > m.since)))
ORDER BY e.number LIMIT ?5`

// Since reads what has been confirmed.
func (s *sqliteStore) Since(ctx context.Context, account ID, after int64, limit int) (events []Event, upto int64, more bool, err error) {
	var found []Event
	var end int64
	limit = max(limit, 1)
	last := s.confirmed.Load()
	err = s.read(ctx, func(db *sqliteConn) (err error) {
		found, end, err = s.readSince(db, account, after, last, limit)
		return err
	})
	if err != nil {
		return nil, 0, false, err
	}
	if len(found) > limit {
		return found[:limit], found[limit-1].Number, true, nil
	}
	return found, max(after, end), end < last, nil
}

// readSince reads one more than limit, if there are so many up to the number that it returns.
func (s *sqliteStore) readSince(db *sqliteConn, account ID, after, last int64, limit int) (events []Event, end int64, err error) {
	query := "SELECT coalesce(max(number), 0), count(*) FROM (SELECT number FROM events WHERE number > ? AND number <= ? ORDER BY number LIMIT ?)"
	var rows int
	if err := db.row(query, []any{after, last, sinceMost}, &end, &rows); err != nil {
		return nil, 0, err
	}
	if rows < sinceMost {
		end = last
	}
	oldest := time.Now().Add(-s.limits.Load().Keep).UnixMilli()
	err = db.each(sinceEvents, []any{after, end, int64(account), oldest, limit + 1}, func(scan func(...any) error) error {
		e := Event{Kind: Message, Ask: -1}
		var at, recipient int64
		err := scan(&e.Number, &at, &e.From, &e.FromName, &recipient, &e.Text, &e.ToName)
		e.At = time.UnixMilli(at).UTC()
		if recipient < 0 {
			e.Thread = RoomThread(ID(-recipient))
		} else {
			e.To, e.Thread = ID(recipient), PairThread(e.From, ID(recipient))
		}
		events = append(events, e)
		return err
	})
	if err != nil {
		return nil, 0, err
	}
	query = selectInvite + "WHERE account = ? AND number > ? AND number <= ? AND EXISTS (SELECT 1 FROM rooms WHERE id = room)"
	err = db.each(query, []any{int64(account), after, end}, func(scan func(...any) error) error {
		in, err := scanInvite(scan)
		events = append(events, in.event())
		return err
	})
	slices.SortFunc(events, compareEvents)
	return events[:min(len(events), limit+1)], end, err
}
