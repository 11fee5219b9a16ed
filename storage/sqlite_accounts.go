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
		return w.db.each("SELECT id, key, name, hash, created, operator FROM accounts ORDER BY key", nil, func(scan func(...any) error) error {
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
	query := "SELECT id, key, name, hash, created, operator FROM accounts WHERE " + column + " = ?"
	return scanAccount(func(into ...any) error { return w.db.row(query, []any{value}, into...) })
}

func scanAccount(scan func(into ...any) error) (a Account, err error) {
	var created int64
	err = scan(&a.ID, &a.Key, &a.Name, &a.Hash, &created, &a.Operator)
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
	if _, err := w.account("key", a.Key); err == nil {
		return ErrExists
	} else if !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	lobby, err := w.rules.room(LobbyName)
	if err != nil {
		return err
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
	w.begin(work, i, a.ID, a.Name)
	return nil
}

func (w *sqliteWriter) insertAccount(a Account) error {
	_, err := w.db.exec("INSERT INTO accounts (id, key, name, hash, created, operator) VALUES (?, ?, ?, ?, ?, ?)",
		int64(a.ID), a.Key, a.Name, a.Hash, a.Created.UnixMilli(), a.Operator)
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
	if ask.Hash != "" && ask.Hash != a.Hash {
		return ErrChanged
	}
	if err := w.setHash(work, a, ask.NewHash); err != nil {
		return err
	}
	if err := w.rules.removeTokens(a.ID); err != nil {
		return err
	}
	w.announce(work, PasswordChanged, a, i)
	return nil
}

// remove removes an account and tells everybody.
func (w *sqliteWriter) remove(work *commitWork, i int) error {
	a, err := w.asking(&work.asks[i])
	if err != nil {
		return err
	}
	p, err := w.rules.person(a.ID)
	if err != nil {
		return err
	}
	restore, err := w.restoring(a)
	if err != nil {
		return err
	}
	work.undo = append(work.undo, restore)
	if err := w.rules.removeMemberships(i, &work.asks[i], p); err != nil {
		return err
	}
	if _, err := w.db.exec("DELETE FROM accounts WHERE id = ?", int64(a.ID)); err != nil {
		return err
	}
	if _, err := w.db.exec("DELETE FROM inboxes WHERE account = ?", int64(a.ID)); err != nil {
		return err
	}
	if in := w.inboxes[a.ID]; in != nil {
		w.waiting -= len(in.waiting)
	}
	delete(w.inboxes, a.ID)
	w.announce(work, AccountRemoved, a, i)
	return nil
}

// announce adds an event that is about an account.
func (w *sqliteWriter) announce(work *commitWork, kind EventKind, a Account, ask int) {
	e := Event{Kind: kind, Number: w.number(), At: work.at, To: a.ID, ToName: a.Name, Ask: ask}
	if !w.store.shared {
		e.From, e.FromName = a.ID, a.Name
	}
	work.events = append(work.events, e)
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
