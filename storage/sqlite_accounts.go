package storage

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

func (s *sqliteStore) CreateAccount(ctx context.Context, a Account) error {
	create := func(w *sqliteWriter) error {
		added, err := w.db.exec("INSERT OR IGNORE INTO accounts (key, name, hash, created) VALUES (?, ?, ?, ?)",
			a.Key, a.Name, a.Hash, a.Created.UnixMilli())
		if err == nil && added == 0 {
			return ErrExists
		}
		if err != nil {
			return err
		}
		// An earlier account of this key may have left messages: they are not for the new one.
		_, err = w.db.exec("INSERT OR REPLACE INTO inboxes (key, proven) "+
			"SELECT ?, max(chained, (SELECT coalesce(max(number), 0) FROM messages)) FROM progress", a.Key)
		return err
	}
	remove := func(w *sqliteWriter) error {
		removed, err := w.db.exec("DELETE FROM accounts WHERE key = ? AND hash = ?", a.Key, a.Hash)
		if err == nil && removed > 0 {
			_, err = w.db.exec("DELETE FROM inboxes WHERE key = ?", a.Key)
		}
		return err
	}
	return s.submit(ctx, &job{do: create, undo: remove})
}

func (s *sqliteStore) Account(ctx context.Context, key string) (Account, error) {
	var found Account
	err := s.submit(ctx, &job{undo: nothingToUndo, do: func(w *sqliteWriter) (err error) {
		found, err = w.account(key)
		return err
	}})
	if err != nil {
		return Account{}, err
	}
	return found, nil
}

func (w *sqliteWriter) account(key string) (Account, error) {
	a := Account{Key: key}
	var created int64
	err := w.db.row("SELECT name, hash, created FROM accounts WHERE key = ?", []any{key}, &a.Name, &a.Hash, &created)
	if errors.Is(err, sql.ErrNoRows) {
		return a, ErrNoAccount
	}
	a.Created = time.UnixMilli(created).UTC()
	return a, err
}

func (s *sqliteStore) SetPassword(ctx context.Context, key, old, new string) error {
	replace := func(old, new string) func(w *sqliteWriter) error {
		return func(w *sqliteWriter) error {
			changed, err := w.db.exec("UPDATE accounts SET hash = ? WHERE key = ? AND hash = ?", new, key, old)
			if err != nil || changed > 0 {
				return err
			}
			if _, err := w.account(key); err != nil {
				return err
			}
			return ErrChanged
		}
	}
	back := replace(new, old)
	return s.submit(ctx, &job{do: replace(old, new), undo: func(w *sqliteWriter) error {
		if err := back(w); err != nil && !isAnswer(err) {
			return err
		}
		return nil
	}})
}

func (s *sqliteStore) DeleteAccount(ctx context.Context, key string) error {
	var gone Account
	var proven, expired int64
	remove := func(w *sqliteWriter) (err error) {
		if gone, err = w.account(key); err != nil {
			return err
		}
		if err := w.db.row("SELECT proven, expired FROM inboxes WHERE key = ?", []any{key}, &proven, &expired); err != nil {
			return err
		}
		w.forget()
		if _, err := w.db.exec("DELETE FROM accounts WHERE key = ?", key); err != nil {
			return err
		}
		_, err = w.db.exec("DELETE FROM inboxes WHERE key = ?", key)
		return err
	}
	restore := func(w *sqliteWriter) error {
		added, err := w.db.exec("INSERT OR IGNORE INTO accounts (key, name, hash, created) VALUES (?, ?, ?, ?)",
			key, gone.Name, gone.Hash, gone.Created.UnixMilli())
		if err == nil && added > 0 {
			_, err = w.db.exec("INSERT OR REPLACE INTO inboxes (key, proven, expired) VALUES (?, ?, ?)", key, proven, expired)
		}
		return err
	}
	return s.submit(ctx, &job{do: remove, undo: restore})
}

func (s *sqliteStore) Accounts(ctx context.Context) ([]Account, error) {
	var all []Account
	err := s.submit(ctx, &job{undo: nothingToUndo, do: func(w *sqliteWriter) error {
		query := "SELECT key, name, hash, created FROM accounts ORDER BY key"
		return w.db.each(query, nil, func(scan func(...any) error) error {
			var a Account
			var created int64
			err := scan(&a.Key, &a.Name, &a.Hash, &created)
			a.Created = time.UnixMilli(created).UTC()
			all = append(all, a)
			return err
		})
	}})
	if err != nil {
		return nil, err
	}
	return all, nil
}
