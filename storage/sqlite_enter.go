package storage

import (
	"database/sql"
	"errors"
)

// A login is the dearest ask after a restart, when everybody comes back at once: its time goes by the number of statements. So what is seldom there
// (an invitation, something unread) is looked up only if another statement has seen that it is.

// enter begins a session if the hash that its password was compared with is still the account's, or by a token of the account.
func (w *sqliteWriter) enter(work *commitWork, i int) error {
	ask, verdict := &work.asks[i], &work.verdicts[i]
	a, invited, err := w.entering(work, ask)
	if err != nil {
		return err
	}
	p, err := w.rules.glance(a.ID)
	if err != nil {
		return err
	}
	if ban := w.rules.holds(p.ban); ban != nil {
		verdict.Sanction = ban
		return ErrBanned
	}
	if ask.Token != "" {
		entered := a
		entered.Hash, verdict.Entered = "", &entered
	} else if ask.NewHash != "" && ask.NewHash != a.Hash {
		if err := w.setHash(work, a, ask.NewHash); err != nil {
			return err
		}
	}
	verdict.Operator = a.Operator
	if verdict.Rooms, err = w.membershipsUnread(work, a.ID); err != nil {
		return err
	}
	if invited {
		if verdict.Page.Invites, err = w.untold(a.ID); err != nil {
			return err
		}
	}
	verdict.Since = w.next - 1
	if err := w.firstPage(work, ask, a.ID, &verdict.Page); err != nil {
		return err
	}
	w.begin(work, i, a)
	return nil
}

const (
	selectEntering = "SELECT a.id, a.key, a.name, a.hash, a.created, a.operator, a.guest, " +
		"EXISTS (SELECT 1 FROM invites WHERE account = a.id AND told = 0) FROM accounts a "
	enteringByID    = selectEntering + "WHERE a.id = ?"
	enteringByToken = selectEntering + "JOIN tokens t ON t.account = a.id WHERE a.key = ? AND t.hash = ? AND t.until > ?"
)

// entering returns the account that a login is about, if what it has shown is right, and whether there are invitations that the account was not told.
func (w *sqliteWriter) entering(work *commitWork, ask *Ask) (a Account, invited bool, err error) {
	query, args, refusal := enteringByID, []any{int64(ask.Account)}, ErrGone
	if ask.Token != "" {
		query, args, refusal = enteringByToken, []any{ask.To, ask.Token, work.atArg}, ErrNoToken
	}
	a, err = scanAccount(func(into ...any) error { return w.db.row(query, args, append(into, &invited)...) })
	switch {
	case errors.Is(err, sql.ErrNoRows):
		err = refusal
	case err == nil && ask.Token == "" && (a.Guest || ask.Hash != a.Hash):
		err = ErrChanged
	}
	return a, invited, err
}

// firstPage fills in the beginning of an inbox and what is to be told of all of it.
func (w *sqliteWriter) firstPage(work *commitWork, ask *Ask, account ID, page *Page) error {
	in, err := w.inbox(account)
	if err != nil {
		return err
	}
	w.expire(work, in, work.cutoff(w.store.limits.Load()))
	if in.expired > 0 {
		work.change(in)
		page.Expired, in.expired = in.expired, 0
	}
	page.Waiting = len(in.waiting)
	if len(in.waiting) == 0 && !in.changed {
		delete(w.inboxes, account) // nobody may ever write to it while it is here
	}
	return w.page(work, in, ask, page)
}

// selectMemberships also has where the rooms ended when the heads were last saved.
const selectMemberships = "SELECT " + roomColumns + ", role, since, read, read_count, coalesce(head, 0), coalesce(count, 0) " +
	"FROM members JOIN rooms ON id = room LEFT JOIN threads ON a = id AND b = 0 WHERE account = ? ORDER BY key"

// membershipsUnread lists the rooms of an account, and how much of each it has not had.
func (w *sqliteWriter) membershipsUnread(work *commitWork, account ID) (list []Membership, err error) {
	err = w.db.each(selectMemberships, []any{int64(account)}, func(scan func(...any) error) error {
		var m Membership
		var count int64
		var saved head
		if err := scanRoomInfo(scan, &m.RoomInfo, &m.Role, &m.Since, &m.Read, &count, &saved.number, &saved.count); err != nil {
			return err
		}
		h, known := w.knownHead(work, RoomThread(m.ID))
		if !known {
			h = saved
		}
		if h.number > m.Read {
			m.Unread = int(min(h.count-count, int64(w.store.limits.Load().Room)))
		}
		list = append(list, m)
		return nil
	})
	return list, err
}

// untold lists the invitations that have not reached an account.
func (w *sqliteWriter) untold(account ID) (list []Invitation, err error) {
	invites, err := w.invitesOf(account)
	for i := range invites {
		if in := &invites[i]; !in.Told {
			list = append(list, Invitation{Room: in.RoomName, FromName: in.FromName, Number: in.Number, At: in.At})
		}
	}
	return list, err
}
