package storage

import (
	"database/sql"
	"time"
)

// sweepEach is how many messages come between two sweeps. A sweep looks at one and a half times as many as have come, so
// that it gets around.
const sweepEach = 512

// maintain does, between jobs, what has become due. If it fails it is tried again after a later job, which will show what's wrong.
func (w *sqliteWriter) maintain() {
	if w.db == nil || w.undo != nil || w.store.shared {
		return
	}
	last := w.next - 1
	if last-w.chained >= saveHeadsEach && w.transact(&job{do: (*sqliteWriter).saveChains}) == nil {
		w.chained = last
		w.store.chains.saved()
	}
	if last-w.sweptAt >= sweepEach {
		over := (last - w.sweptAt) * 3 / 2
		w.sweptAt = last
		if w.transact(&job{do: func(w *sqliteWriter) error { return w.sweep(over) }}) != nil {
			w.forget()
		}
	}
}

// sweep looks at so many messages in their order, round and round, and deletes those that have no place in a history any
// more, unless they wait in an inbox. A job.
func (w *sqliteWriter) sweep(over int64) error {
	var last sql.NullInt64
	query := "SELECT max(number) FROM (SELECT number FROM messages WHERE number > ? AND number <= ? ORDER BY number LIMIT ?)"
	if err := w.db.row(query, []any{w.swept, w.chained, over}, &last); err != nil {
		return err
	}
	if !last.Valid {
		w.swept = 0
		return nil
	}
	from := w.swept
	cutoff := time.Now().Add(-w.store.limits.Keep).UnixMilli()
	if err := w.expireInboxes(from, last.Int64, cutoff); err != nil {
		return err
	}
	w.swept = last.Int64
	lobby, err := w.store.chains.head(w.db, lobbyThread)
	if err != nil {
		return err
	}
	_, err = w.db.exec(sweepMessages, from, last.Int64, cutoff, lobby.count-int64(w.store.limits.Lobby), w.store.limits.Conversation)
	return err
}

const sweepMessages = `
DELETE FROM messages WHERE number > ?1 AND number <= ?2
AND (at < ?3 OR CASE thread
  WHEN '' THEN thread_count <= ?4
  ELSE thread_count <= (SELECT count FROM chains WHERE name = thread) - ?5 END)
AND (thread = '' OR number <= coalesce((SELECT proven FROM inboxes WHERE key = recipient), number))`

// expireInboxes takes the expired messages among these out of their inboxes.
func (w *sqliteWriter) expireInboxes(from, to, cutoff int64) error {
	var keys []string
	query := "SELECT DISTINCT key FROM messages JOIN inboxes ON key = recipient JOIN accounts USING (key) " +
		"WHERE number > ? AND number <= ? AND at < ? AND number > proven"
	err := w.db.each(query, []any{from, to, cutoff}, func(scan func(...any) error) error {
		var key string
		err := scan(&key)
		keys = append(keys, key)
		return err
	})
	if err != nil {
		return err
	}
	for _, key := range keys {
		in, err := w.inbox(key)
		if err != nil {
			return err
		}
		w.expire(in, cutoff)
	}
	return w.saveInboxes(keys)
}
