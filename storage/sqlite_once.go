package storage

import "time"

// sayOnce keeps a message with a key, unless it was kept before.
func (w *sqliteWriter) sayOnce(work *commitWork, i int, sender *person) error {
	ask, verdict := &work.asks[i], &work.verdicts[i]
	ask.Text = []byte(work.texts[i])
	once, err := w.rules.once(sender, ask, verdict)
	if err != nil || verdict.Repeat != nil {
		return err
	}
	if err := w.sayNow(work, i, sender); err != nil {
		return err
	}
	kept := &work.events[len(work.events)-1]
	return w.rules.keepOnce(sender, once, kept.Number, kept.ToName)
}

const selectOnce = "SELECT account, key, number, at, digest, to_name, sent, away FROM onces "

func scanOnce(scan func(...any) error) (o onceRecord, err error) {
	var at int64
	err = scan(&o.Account, &o.Key, &o.Number, &at, &o.Digest, &o.ToName, &o.Sent, &o.Away)
	o.At = time.UnixMilli(at).UTC()
	return o, err
}

// endedOnces always goes by the time: few keys have ended and were not removed yet, but an account may have many. The + keeps SQLite from going
// by the account.
const (
	onceOfKey       = selectOnce + "WHERE account = ? AND key = ?"
	oncesEnded      = selectOnce + "WHERE at <= ? ORDER BY at LIMIT ?"
	oncesEndedOfOne = selectOnce + "WHERE at <= ? AND +account = ? ORDER BY at LIMIT ?"
)

func (w *sqliteWriter) loadOnce(account ID, key string) (*onceRecord, error) {
	found, err := w.onces(onceOfKey, int64(account), key)
	if len(found) == 0 {
		return nil, err
	}
	return &found[0], err
}

func (w *sqliteWriter) countOnces(account ID) (n int, err error) {
	err = w.db.row("SELECT count(*) FROM onces WHERE account = ?", []any{int64(account)}, &n)
	return n, err
}

func (w *sqliteWriter) endedOnces(account ID, until time.Time) ([]onceRecord, error) {
	if account == 0 {
		return w.onces(oncesEnded, until.UnixMilli(), maxEndedOnces)
	}
	return w.onces(oncesEndedOfOne, until.UnixMilli(), int64(account), maxEndedOnces)
}

func (w *sqliteWriter) onces(query string, args ...any) (list []onceRecord, err error) {
	err = w.db.each(query, args, func(scan func(...any) error) error {
		o, err := scanOnce(scan)
		list = append(list, o)
		return err
	})
	return list, err
}

func (w *sqliteWriter) insertOnce(o *onceRecord) error {
	_, err := w.db.exec("INSERT OR REPLACE INTO onces (account, key, number, at, digest, to_name, sent, away) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		int64(o.Account), o.Key, o.Number, o.At.UnixMilli(), o.Digest, o.ToName, o.Sent, o.Away)
	return err
}

func (w *sqliteWriter) deleteOnce(o *onceRecord) error {
	_, err := w.db.exec("DELETE FROM onces WHERE account = ? AND key = ? AND number = ?", int64(o.Account), o.Key, o.Number)
	return err
}
