package storage

import "context"

// Guests who are left over from a server that did not end in order are found by the roster: at the start nobody is on it.

func (w *sqliteWriter) countGuests() (count int, err error) {
	err = w.db.row("SELECT count(*) FROM accounts WHERE guest = 1", nil, &count)
	return count, err
}

// isLeftOver is false in an operator's command, since the server alone knows who has a session.
func (w *sqliteWriter) isLeftOver(guest ID) (bool, error) {
	return !w.store.shared && !w.isHere(w.work, guest), nil
}

func (w *sqliteWriter) leftGuests() (left []ID, err error) {
	err = w.db.each("SELECT id FROM accounts WHERE guest = 1", nil, func(scan func(...any) error) error {
		var id ID
		if err := scan(&id); err != nil {
			return err
		}
		if over, _ := w.isLeftOver(id); over && len(left) < maxLeftGuests {
			left = append(left, id)
		}
		return nil
	})
	return left, err
}

func (s *sqliteStore) Guests(ctx context.Context) ([]ID, error) {
	return list(ctx, s, func(scan func(...any) error) (id ID, err error) {
		err = scan(&id)
		return id, err
	}, "SELECT id FROM accounts WHERE guest = 1")
}
