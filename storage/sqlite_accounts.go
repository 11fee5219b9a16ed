package storage

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

func (s *sqliteStore) Account(ctx context.Context, key string) (Account, error) {
	var found Account
	err := s.submit(ctx, &job{reads: true, do: func(w *sqliteWriter) (err error) {
		found, err = w.account("key", key)
		if errors.Is(err, sql.ErrNoRows) {
			err = ErrNoAccount
		}
		return err
	}})
	if err != nil {
		return Account{}, err
	}
	return found, nil
}

func (s *sqliteStore) Accounts(ctx context.Context) ([]Account, error) {
	var all []Account
	err := s.submit(ctx, &job{reads: true, do: func(w *sqliteWriter) error {
		return w.db.each("SELECT id, key, name, hash, created, operator, guest FROM accounts ORDER BY key", nil, func(scan func(...any) error) error {
			a, err := scanAccount(scan)
			all = append(all, a)
			return err
		})
	}})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// account reads the account with that value in the column id or key, or returns sql.ErrNoRows.
func (w *sqliteWriter) account(column string, value any) (Account, error) {
	query := "SELECT id, key, name, hash, created, operator, guest FROM accounts WHERE " + column + " = ?"
	return scanAccount(func(into ...any) error { return w.db.row(query, []any{value}, into...) })
}

func scanAccount(scan func(into ...any) error) (a Account, err error) {
	var created int64
	err = scan(&a.ID, &a.Key, &a.Name, &a.Hash, &created, &a.Operator, &a.Guest)
	a.Created = time.UnixMilli(created).UTC()
	return a, err
}

// asking returns the account whose ask it is, or ErrGone.
func (w *sqliteWriter) asking(ask *Ask) (Account, error) {
	a, err := w.account("id", int64(ask.Account))
	if errors.Is(err, sql.ErrNoRows) {
		return a, ErrGone
	}
	return a, err
}

// create makes an account.
func (w *sqliteWriter) create(work *commitWork, i int) error {
	a, verdict := *work.asks[i].New, &work.verdicts[i]
	if err := w.rules.mayCreate(i, &work.asks[i]); err != nil {
		return err
	}
	lobby, err := w.rules.room(LobbyName)
	if err != nil {
		return err
	}
	if a.Guest {
		a.Hash = ""
	}
	a.ID = ID(w.number())
	work.undo = append(work.undo, func(w *sqliteWriter) error {
		removed, err := w.db.exec("DELETE FROM accounts WHERE id = ? AND key = ? AND hash = ?", int64(a.ID), a.Key, a.Hash)
		if err == nil && removed > 0 {
			_, err = w.db.exec("DELETE FROM inboxes WHERE account = ?", int64(a.ID))
		}
		return err
	})
	if err := w.insertAccount(a); err != nil {
		return err
	}
	if _, err := w.db.exec("INSERT INTO inboxes (account, acked) VALUES (?1, ?1)", int64(a.ID)); err != nil {
		return err
	}
	m := &memberRecord{Account: a.ID, Room: lobby.ID, Since: int64(a.ID), Read: int64(a.ID)}
	if err := w.keep(nil, m); err != nil {
		return err
	}
	lobby.members++
	lobby.standings[a.ID] = &standing{member: m}
	verdict.Account, verdict.Since = a.ID, int64(a.ID)
	verdict.Rooms = []Membership{{RoomInfo: lobby.info(), Since: m.Since, Read: m.Read}}
	w.begin(work, i, a)
	return nil
}

func (w *sqliteWriter) insertAccount(a Account) error {
	_, err := w.db.exec("INSERT INTO accounts (id, key, name, hash, created, operator, guest) VALUES (?, ?, ?, ?, ?, ?, ?)",
		int64(a.ID), a.Key, a.Name, a.Hash, a.Created.UnixMilli(), a.Operator, a.Guest)
	return err
}

// setHash replaces a password, and lets it be undone.
func (w *sqliteWriter) setHash(work *commitWork, a Account, hash string) error {
	replace := func(w *sqliteWriter, old, new string) error {
		_, err := w.db.exec("UPDATE accounts SET hash = ? WHERE id = ? AND hash = ?", new, int64(a.ID), old)
		return err
	}
	work.undo = append(work.undo, func(w *sqliteWriter) error { return replace(w, hash, a.Hash) })
	return replace(w, a.Hash, hash)
}

// setPassword gives an account another password and tells everybody.
func (w *sqliteWriter) setPassword(work *commitWork, i int) error {
	ask := &work.asks[i]
	a, err := w.asking(ask)
	if err != nil {
		return err
	}
	switch {
	case a.Guest:
		return ErrGuest
	case ask.Hash != "" && ask.Hash != a.Hash:
		return ErrChanged
	}
	p, err := w.rules.person(a.ID)
	if err != nil {
		return err
	}
	if err := w.setHash(work, a, ask.NewHash); err != nil {
		return err
	}
	if err := w.rules.removeTokens(a.ID); err != nil {
		return err
	}
	w.rules.tellOf(PasswordChanged, p, i, nil)
	return nil
}

// remove removes an account.
func (w *sqliteWriter) remove(work *commitWork, i int) error {
	p, err := w.rules.person(work.asks[i].Account)
	if err != nil {
		return err
	}
	return w.rules.remove(i, &work.asks[i], p)
}

func (w *sqliteWriter) eraseAccount(p *person) error {
	a, err := w.account("id", int64(p.id))
	if err != nil {
		return err
	}
	restore, err := w.restoring(a)
	if err != nil {
		return err
	}
	w.work.undo = append(w.work.undo, restore)
	if _, err := w.db.exec("DELETE FROM accounts WHERE id = ?", int64(p.id)); err != nil {
		return err
	}
	if _, err := w.db.exec("DELETE FROM inboxes WHERE account = ?", int64(p.id)); err != nil {
		return err
	}
	if in := w.inboxes[p.id]; in != nil {
		w.waiting -= len(in.waiting)
	}
	delete(w.inboxes, p.id)
	return nil
}

// restoring returns a function that brings back an account which is about to be removed, unless its name is taken by then.
func (w *sqliteWriter) restoring(a Account) (func(w *sqliteWriter) error, error) {
	before := inboxBefore{account: a.ID}
	err := w.db.row("SELECT acked, expired FROM inboxes WHERE account = ?", []any{int64(a.ID)}, &before.acked, &before.expired)
	return func(w *sqliteWriter) error {
		var taken bool
		if err := w.db.row("SELECT EXISTS (SELECT 1 FROM accounts WHERE id = ? OR key = ?)", []any{int64(a.ID), a.Key}, &taken); err != nil || taken {
			return err
		}
		if err := w.insertAccount(a); err != nil {
			return err
		}
		return w.db.insert(intoInboxes, []any{int64(a.ID), before.acked, before.expired})
	}, err
}
