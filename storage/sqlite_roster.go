package storage

import (
	"maps"
	"slices"
)

// roster is who is here, as far as the server has said so: the names, by account. It belongs to the writer, and follows what was confirmed.
type roster map[ID]string

// presence is what a batch says of an account's sessions.
type presence struct {
	account ID
	name    string
	here    bool
	reason  string // why it has gone
}

// takePresent copies what the batch says of those who are here.
func (work *commitWork) takePresent(b *Batch) {
	work.present, work.whole = work.present[:0], b.Whole
	for i := range b.Present {
		p := &b.Present[i]
		work.present = append(work.present, presence{account: p.Account, name: p.Name, here: len(p.Sessions) > 0, reason: p.Reason})
	}
	clear(work.here)
}

// tellPresent tells who has come and gone by what the batch says of that.
func (w *sqliteWriter) tellPresent(work *commitWork) error {
	if work.whole {
		for _, id := range slices.Sorted(maps.Keys(w.roster)) {
			if slices.ContainsFunc(work.present, func(p presence) bool { return p.account == id }) {
				continue
			}
			if err := w.tellOne(work, presence{account: id, name: w.roster[id]}); err != nil {
				return err
			}
		}
	}
	for _, p := range work.present {
		if err := w.tellOne(work, p); err != nil {
			return err
		}
	}
	return nil
}

func (w *sqliteWriter) tellOne(work *commitWork, p presence) error {
	if w.isHere(work, p.account) == p.here {
		return nil
	}
	change := &Change{}
	err := w.db.each("SELECT room, role FROM members WHERE account = ?", []any{int64(p.account)}, func(scan func(...any) error) error {
		var room ID
		var role Role
		err := scan(&room, &role)
		change.Rooms, change.Roles = append(change.Rooms, room), append(change.Roles, role)
		return err
	})
	if err != nil {
		return err
	}
	if p.here {
		who, err := w.rules.person(p.account)
		if err != nil && !isAnswer(err) { // it may have been removed
			return err
		}
		change.Guest = who != nil && who.guest
	}
	w.tellPresence(work, p, change, -1)
	return nil
}

// begin begins the session that an ask wants to begin.
func (w *sqliteWriter) begin(work *commitWork, i int, a Account) {
	if work.asks[i].Begins == nil {
		return
	}
	verdict := &work.verdicts[i]
	w.sessions++
	verdict.Session = w.sessions
	if w.isHere(work, a.ID) {
		return
	}
	change := &Change{Guest: a.Guest}
	for j := range verdict.Rooms {
		change.Rooms, change.Roles = append(change.Rooms, verdict.Rooms[j].ID), append(change.Roles, verdict.Rooms[j].Role)
	}
	w.tellPresence(work, presence{account: a.ID, name: a.Name, here: true}, change, i)
}

// tellPresence tells that an account has come or gone.
func (w *sqliteWriter) tellPresence(work *commitWork, p presence, change *Change, ask int) {
	e := Event{Kind: Here, At: work.at, To: p.account, ToName: p.name, Change: change, Ask: ask}
	if !p.here {
		e.Kind, e.Change = Gone, &Change{Rooms: change.Rooms}
		if p.reason != "" {
			e.Text = []byte(p.reason)
		}
	}
	if work.here == nil {
		work.here = map[ID]presence{}
	}
	work.here[p.account] = p
	work.events = append(work.events, e)
}

// isHere reports whether an account is here, as the batch has left it so far.
func (w *sqliteWriter) isHere(work *commitWork, account ID) bool {
	if p, changed := work.here[account]; changed {
		return p.here
	}
	_, here := w.roster[account]
	return here
}

// confirm takes over what a batch has changed.
func (r roster) confirm(changed map[ID]presence) {
	for id, p := range changed {
		if p.here {
			r[id] = p.name
		} else {
			delete(r, id)
		}
	}
}
