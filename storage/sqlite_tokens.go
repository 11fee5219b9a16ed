package storage

import (
	"context"
	"time"
)

const selectToken = "SELECT account, hash, note, at, until FROM tokens "

func scanToken(scan func(...any) error) (t tokenRecord, err error) {
	var at, until int64
	err = scan(&t.Account, &t.Hash, &t.Note, &at, &until)
	t.At, t.Until = time.UnixMilli(at).UTC(), time.UnixMilli(until).UTC()
	return t, err
}

func (s *sqliteStore) Tokens(ctx context.Context, account ID) ([]Token, error) {
	now := time.Now().UnixMilli()
	return list(ctx, s, func(scan func(...any) error) (Token, error) {
		r, err := scanToken(scan)
		return r.Token, err
	}, selectToken+"WHERE account = ? AND until > ? ORDER BY at, hash", int64(account), now)
}

func (w *sqliteWriter) tokensOf(account ID) ([]tokenRecord, error) {
	return w.tokensWhere("WHERE account = ?", int64(account))
}

func (w *sqliteWriter) endedTokens(now time.Time) ([]tokenRecord, error) {
	return w.tokensWhere("WHERE until <= ?", now.UnixMilli())
}

func (w *sqliteWriter) tokensWhere(where string, value any) (list []tokenRecord, err error) {
	err = w.db.each(selectToken+where, []any{value}, func(scan func(...any) error) error {
		t, err := scanToken(scan)
		list = append(list, t)
		return err
	})
	return list, err
}

// insertToken does nothing if an operator's command has told of something since the batch. That happens only when a refused batch is taken back,
// and then the command may have revoked the token: what was revoked must not come back.
func (w *sqliteWriter) insertToken(t *tokenRecord) error {
	query := "INSERT OR REPLACE INTO tokens (account, hash, note, at, until) SELECT ?, ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM feed WHERE number >= ?)"
	_, err := w.db.exec(query, int64(t.Account), t.Hash, t.Note, t.At.UnixMilli(), t.Until.UnixMilli(), w.work.first)
	return err
}

func (w *sqliteWriter) deleteToken(t *tokenRecord) error {
	_, err := w.db.exec("DELETE FROM tokens WHERE account = ? AND hash = ?", int64(t.Account), t.Hash)
	return err
}
