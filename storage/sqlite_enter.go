package storage

// enter begins a session if the hash that its password was compared with is still the account's.
func (w *sqliteWriter) enter(work *commitWork, i int) error {
	ask, verdict := &work.asks[i], &work.verdicts[i]
	a, err := w.asking(ask)
	if err != nil {
		return err
	}
	if ask.Hash != a.Hash {
		return ErrChanged
	}
	p, err := w.rules.person(a.ID)
	if err != nil {
		return err
	}
	if ban := w.rules.holds(p.ban); ban != nil {
		verdict.Sanction = ban
		return ErrBanned
	}
	in, err := w.inbox(a.ID)
	if err != nil {
		return err
	}
	if ask.NewHash != "" && ask.NewHash != a.Hash {
		if err := w.setHash(work, a, ask.NewHash); err != nil {
			return err
		}
	}
	verdict.Operator = a.Operator
	if verdict.Rooms, err = w.membershipsUnread(work, a.ID); err != nil {
		return err
	}
	w.expire(work, in, work.cutoff(w.store.limits))
	if in.expired > 0 {
		work.change(in)
		verdict.Page.Expired, in.expired = in.expired, 0
	}
	verdict.Page.Waiting, verdict.Since = len(in.waiting), w.next-1
	if verdict.Page.Invites, err = w.untold(a.ID); err != nil {
		return err
	}
	return w.page(work, in, ask, &verdict.Page)
}

// membershipsUnread lists the rooms of an account, and how much of each it has not had.
func (w *sqliteWriter) membershipsUnread(work *commitWork, account ID) (list []Membership, err error) {
	query := "SELECT id, name, topic, private, quiet, role, since, read, read_count FROM members JOIN rooms ON id = room WHERE account = ? ORDER BY key"
	err = w.db.each(query, []any{int64(account)}, func(scan func(...any) error) error {
		var m Membership
		var count int64
		if err := scan(&m.ID, &m.Name, &m.Topic, &m.Private, &m.Quiet, &m.Role, &m.Since, &m.Read, &count); err != nil {
			return err
		}
		h, err := w.head(work, RoomThread(m.ID))
		if h.number > m.Read {
			m.Unread = int(min(h.count-count, int64(w.store.limits.Room)))
		}
		list = append(list, m)
		return err
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
