package storage

import (
	"database/sql"
	"time"
)

const (
	// sweepEach is for how many numbers the writer sweeps at once. It looks at one and a half times as many events as have come, so that in time it gets to
	// all of them.
	sweepEach = 512
	// sweepOwedMost is for how many numbers the sweep may be behind. It is done when the writer rests; only if it never does, it is done between two jobs,
	// when the first was answered. So, beside what histories and inboxes show, the file holds at most twice as much that is not shown any more, and
	// so many messages: 10 MB of short ones.
	sweepOwedMost = 65_536
)

// sweepNext sweeps for the next numbers. If it fails, they are not swept for any more.
func (w *sqliteWriter) sweepNext() {
	w.sweptAt += sweepEach
	if w.transact(&job{do: func(w *sqliteWriter) error { return w.sweep(sweepEach * 3 / 2) }}) != nil {
		w.forget()
	}
}

// sweep looks at the next events in their order, and begins again at the end. It deletes those that no history shows any more, unless they
// wait in an inbox. It is a job.
func (w *sqliteWriter) sweep(over int64) error {
	var last, oldest sql.NullInt64
	query := "SELECT max(number), min(at) FROM (SELECT number, at FROM events WHERE number > ? AND number <= ? ORDER BY number LIMIT ?)"
	if err := w.db.row(query, []any{w.swept, w.threaded, over}, &last, &oldest); err != nil {
		return err
	}
	if !last.Valid {
		w.swept = 0
		return nil
	}
	if err := w.sweepRange(w.swept, last.Int64, oldest.Int64); err != nil {
		return err
	}
	w.swept = last.Int64
	return nil
}

// sweepRange sweeps the events above one number up to another, the oldest of which is from that time. It is a job, or a part of one.
func (w *sqliteWriter) sweepRange(from, to, oldest int64) error {
	cutoff := time.Now().Add(-w.store.limits.Load().Keep).UnixMilli()
	if oldest < cutoff {
		if err := w.expireInboxes(from, to, cutoff); err != nil {
			return err
		}
	}
	lobby, err := w.rules.room(LobbyName)
	if err != nil {
		return err
	}
	head, err := w.store.threads.head(w.db, RoomThread(lobby.ID))
	if err != nil {
		return err
	}
	limits := w.store.limits.Load()
	_, err = w.db.exec(sweepEvents, from, to, cutoff, limits.Room, limits.Conversation, -int64(lobby.ID), head.count-int64(limits.Room))
	return err
}

// sweepEvents is given the end of the lobby's history (?6, ?7). Most messages are said there, and to look it up in the table for each
// message made a sweep twice as slow. A thread that is not in the table is that of a room that was removed.
const sweepEvents = `
DELETE FROM events WHERE number > ?1 AND number <= ?2
AND (at < ?3 OR thread_count <= CASE recipient WHEN ?6 THEN ?7
  ELSE coalesce((SELECT count FROM threads WHERE a = thread_a AND b = thread_b) - CASE thread_b WHEN 0 THEN ?4 ELSE ?5 END, thread_count) END)
AND (recipient < 0 OR kind <> 1 OR number <= coalesce((SELECT acked FROM inboxes WHERE account = recipient), number))`

// expireInboxes takes the expired messages among the events from one number to another out of their inboxes.
func (w *sqliteWriter) expireInboxes(from, to, cutoff int64) error {
	var accounts []ID
	query := "SELECT DISTINCT account FROM events JOIN inboxes ON account = recipient " +
		"WHERE number > ? AND number <= ? AND at < ? AND number > acked AND kind = 1"
	err := w.db.each(query, []any{from, to, cutoff}, func(scan func(...any) error) error {
		var account ID
		err := scan(&account)
		accounts = append(accounts, account)
		return err
	})
	if err != nil {
		return err
	}
	var work commitWork
	for _, account := range accounts {
		in, err := w.inbox(account)
		if err != nil {
			return err
		}
		w.expire(&work, in, cutoff)
	}
	return w.saveInboxes(work.changed)
}
