package storage

import "time"

// feed fills in a part of an inbox.
func (w *sqliteWriter) feed(work *commitWork, i int) error {
	ask := &work.asks[i]
	in, err := w.inbox(ask.Account)
	if err != nil {
		return err
	}
	w.expire(work, in, work.cutoff(w.store.limits.Load()))
	return w.page(work, in, ask, &work.verdicts[i].Page)
}

// page reads the messages of a page. They are in the inbox as it is at this place in the order.
func (w *sqliteWriter) page(work *commitWork, in *inbox, ask *Ask, page *Page) error {
	waiting := in.waiting[in.behind(ask.After):]
	n := max(0, min(ask.Limit, len(waiting)))
	page.More = n < len(waiting)
	if n > 0 && len(work.rows) > 0 && waiting[n-1].number >= work.unflushed {
		if err := w.flush(work); err != nil {
			return err
		}
	}
	for _, u := range waiting[:n] {
		var e Event
		var at int64
		query := "SELECT number, at, sender, sender_name, text FROM events WHERE number = ?"
		if err := w.db.row(query, []any{u.number}, &e.Number, &at, &e.From, &e.FromName, &e.Text); err != nil {
			return err
		}
		e.Kind, e.At = Message, time.UnixMilli(at).UTC()
		page.Messages = append(page.Messages, e)
	}
	return nil
}
