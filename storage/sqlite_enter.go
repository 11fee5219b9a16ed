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
	in, err := w.inbox(a.ID)
	if err != nil {
		return err
	}
	if ask.NewHash != "" && ask.NewHash != a.Hash {
		if err := w.setHash(work, a, ask.NewHash); err != nil {
			return err
		}
	}
	if verdict.Rooms, err = w.roomsOf(a.ID); err != nil {
		return err
	}
	w.expire(work, in, work.cutoff(w.store.limits))
	if in.expired > 0 {
		work.change(in)
		verdict.Page.Expired, in.expired = in.expired, 0
	}
	verdict.Page.Waiting, verdict.Since = len(in.waiting), w.next-1
	return w.page(work, in, ask, &verdict.Page)
}

// roomsOf lists the rooms of which an account is a member.
func (w *sqliteWriter) roomsOf(account ID) (rooms []Room, err error) {
	query := "SELECT id, name FROM members JOIN rooms ON id = room WHERE account = ? ORDER BY key"
	err = w.db.each(query, []any{int64(account)}, func(scan func(...any) error) error {
		var room Room
		err := scan(&room.ID, &room.Name)
		rooms = append(rooms, room)
		return err
	})
	return rooms, err
}
