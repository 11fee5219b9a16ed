package storage

import (
	"cmp"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"go.uber.org/zap"
)

// loadSQLite replaces all in one transaction. A server cannot write meanwhile, and answers `unavailable`.
func loadSQLite(ctx context.Context, address string, log *zap.Logger, next func() (*Record, error)) error {
	s, err := newSQLite(address, Limits{}, log, true)
	if err != nil {
		return err
	}
	defer s.lock.close()
	if err := s.begin(); err != nil {
		return err
	}
	load := &sqliteLoad{next: next, ctx: ctx}
	err = s.writer.transact(&job{do: load.do})
	s.writer.close()
	if err == nil {
		s.recordStop()
		return nil
	}
	if load.refused != nil {
		return load.refused
	}
	return describeSQLite(s.path, err)
}

// sqliteLoad is one Load into a file.
type sqliteLoad struct {
	ctx     context.Context
	next    func() (*Record, error)
	refused error // why it ends, if it is not the file's fault

	w       *sqliteWriter
	last    int64
	digest  Digest
	threads map[Thread]head
	inboxes map[ID]*inboxLoad
	rooms   map[ID]*roomLoad
	newest  int64 // the number of the last message, while they come in their order
	sorting bool  // they don't: this one and all later ones are put aside
}

// inboxLoad is the inbox of an account.
type inboxLoad struct {
	expired int
	acked   int64 // the newest message that does not wait
	newest  int64 // that waits; 0: none
}

// roomLoad counts the messages up to which its members have read.
type roomLoad struct {
	members []memberLoad // after the first message, in the order of what they have read
	counted int          // how many of them have their count
}

type memberLoad struct {
	MemberRecord
	count int64
}

func (l *sqliteLoad) do(w *sqliteWriter) error {
	l.w, w.work = w, &commitWork{}
	l.threads, l.inboxes, l.rooms = map[Thread]head{}, map[ID]*inboxLoad{}, map[ID]*roomLoad{}
	if err := l.begin(); err != nil {
		return err
	}
	for {
		r, err := l.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err = cmp.Or(err, l.ctx.Err()); err == nil {
			err = l.digest.Add(r)
		}
		if err != nil {
			l.refused = err
			return err
		}
		if err := l.keep(r); err != nil {
			return err
		}
	}
	if err := l.finish(); err != nil {
		return err
	}
	return l.verify()
}

// begin removes all that there is, and decides with which number the store goes on.
func (l *sqliteLoad) begin() (err error) {
	last, err := l.w.lastNumber()
	if err != nil {
		return err
	}
	record, err := readRecord(l.w.store.lock)
	if err != nil {
		return err
	}
	l.last = max(last, record.highest, time.Now().UnixMicro())
	for _, table := range formatTables[sqliteVersion] {
		if table == "progress" {
			continue
		}
		if _, err := l.w.db.exec("DELETE FROM " + table); err != nil {
			return err
		}
	}
	return nil
}

func (l *sqliteLoad) keep(r *Record) error {
	w := l.w
	switch {
	case r.State != nil:
		l.last = max(l.last, r.State.Last)
		_, err := w.db.exec("UPDATE progress SET lockdown = ?", r.State.Lockdown)
		return err
	case r.Account != nil:
		a := r.Account
		l.inboxes[a.ID] = &inboxLoad{expired: a.Expired, acked: int64(a.ID)}
		return w.insertAccount(Account{ID: a.ID, Key: a.Key, Name: a.Name, Hash: a.Hash, Created: a.Created, Operator: a.Operator})
	case r.Room != nil:
		l.rooms[r.Room.ID] = &roomLoad{}
		return w.replace(nil, r.Room.loaded())
	case r.Member != nil:
		room := l.rooms[r.Member.Room]
		room.members = append(room.members, memberLoad{MemberRecord: *r.Member})
		return nil
	case r.Sanction != nil:
		return w.replace(nil, r.Sanction.loaded())
	case r.Invite != nil:
		return w.replace(nil, r.Invite.loaded())
	case r.Block != nil:
		return w.replace(nil, r.Block.loaded())
	case r.Token != nil:
		return w.replace(nil, r.Token.loaded())
	case r.Once != nil:
		return w.replace(nil, r.Once.loaded())
	}
	return l.message(r.Message)
}

// message keeps a message behind the others of its thread. Where it stands in an inbox is not known yet, since the messages of other threads may
// come later.
func (l *sqliteLoad) message(m *MessageRecord) error {
	thread := m.Thread()
	previous := l.threads[thread]
	if thread == (Thread{}) {
		previous = head{} // nobody reads it but the recipient
	}
	h := head{number: m.Number, count: previous.count + 1}
	l.threads[thread] = h
	recipient := int64(m.To)
	if m.Room != 0 {
		recipient = -int64(m.Room)
		l.rooms[m.Room].count(m.Number, previous.count)
	} else if in := l.inboxes[m.To]; in != nil {
		if m.Waiting {
			in.newest, in.acked = max(in.newest, m.Number), min(in.acked, m.Number-1) // a converted account may be younger than its messages
		} else {
			in.acked = max(in.acked, m.Number)
		}
	}
	into, err := l.place(m.Number)
	if err != nil {
		return err
	}
	return l.add(into, m.Number, m.At.UnixMilli(), int64(Message), int64(m.From), m.FromName, recipient, h.count, previous.number, 0, m.Text)
}

// place says where the next message goes. Those that don't come by number are put aside and sorted at the end: SQLite would read and write a page of
// the file again and again for rows in no order.
func (l *sqliteLoad) place(number int64) (insertInto, error) {
	if !l.sorting && number < l.newest {
		if err := l.flush(intoEvents); err != nil {
			return intoEvents, err
		}
		if _, err := l.w.db.exec("CREATE TEMP TABLE aside AS SELECT " + strings.Join(eventColumns, ", ") + " FROM events LIMIT 0"); err != nil {
			return intoEvents, err
		}
		l.sorting = true
	}
	l.newest = number
	if l.sorting {
		return intoAside, nil
	}
	return intoEvents, nil
}

// sort puts the messages that were put aside in their place.
func (l *sqliteLoad) sort() error {
	if !l.sorting {
		return l.flush(intoEvents)
	}
	if err := l.flush(intoAside); err != nil {
		return err
	}
	columns := strings.Join(eventColumns, ", ")
	if _, err := l.w.db.exec("INSERT INTO events (" + columns + ") SELECT " + columns + " FROM aside ORDER BY number"); err != nil {
		return err
	}
	_, err := l.w.db.exec("DROP TABLE aside")
	return err
}

// add gathers rows of one table; flush is due after the last one.
func (l *sqliteLoad) add(into insertInto, row ...any) error {
	l.w.rows = append(l.w.rows, row...)
	if len(l.w.rows) < insertSizes[0]*into.columns {
		return nil
	}
	return l.flush(into)
}

func (l *sqliteLoad) flush(into insertInto) error {
	err := l.w.db.insert(into, l.w.rows)
	l.w.rows = l.w.rows[:0]
	return err
}

// count notes how many messages there are up to what its members have read, when the next message comes.
func (r *roomLoad) count(next, before int64) {
	if before == 0 {
		slices.SortFunc(r.members, func(x, y memberLoad) int { return cmp.Compare(x.Read, y.Read) })
	}
	for ; r.counted < len(r.members) && r.members[r.counted].Read < next; r.counted++ {
		r.members[r.counted].count = before
	}
}

func (l *sqliteLoad) finish() error {
	if err := l.sort(); err != nil {
		return err
	}
	if err := l.saveMembers(); err != nil {
		return err
	}
	if err := l.saveInboxes(); err != nil {
		return err
	}
	if err := l.saveThreads(); err != nil {
		return err
	}
	l.w.next = l.last + 1
	replaced := l.w.number()
	if _, err := l.w.db.exec("INSERT INTO feed (number, event) VALUES (?, ?)", replaced, replacedEvent); err != nil {
		return err
	}
	_, err := l.w.db.exec("UPDATE progress SET threaded = ?1, last = ?1", replaced)
	return err
}

func (l *sqliteLoad) saveMembers() error {
	for id, room := range l.rooms {
		room.count(l.last+1, l.threads[RoomThread(id)].count)
		for _, m := range room.members {
			if err := l.add(intoMembers, int64(m.Account), int64(m.Room), m.Since, int64(m.Role), m.Read, m.count); err != nil {
				return err
			}
		}
	}
	return l.flush(intoMembers)
}

// saveInboxes also has each waiting message name the one before it.
func (l *sqliteLoad) saveInboxes() error {
	for id, in := range l.inboxes {
		if err := l.add(intoInboxes, int64(id), in.acked, in.expired); err != nil {
			return err
		}
	}
	if err := l.flush(intoInboxes); err != nil {
		return err
	}
	_, err := l.w.db.exec(chainInboxes)
	return err
}

const chainInboxes = `
UPDATE events SET inbox_previous = before FROM (
  SELECT number AS waits, lag(number, 1, 0) OVER (PARTITION BY recipient ORDER BY number) AS before
  FROM events JOIN inboxes ON account = recipient WHERE number > acked AND kind = 1
) WHERE number = waits`

func (l *sqliteLoad) saveThreads() error {
	for t, h := range l.threads {
		if t == (Thread{}) {
			continue
		}
		if err := l.add(intoThreads, int64(t.A), int64(t.B), h.number, h.count); err != nil {
			return err
		}
	}
	for id, in := range l.inboxes {
		if in.newest == 0 {
			continue
		}
		if err := l.add(intoThreads, int64(0), int64(id), in.newest, int64(0)); err != nil {
			return err
		}
	}
	return l.flush(intoThreads)
}

// verify compares what is in the file now with what was to be there.
func (l *sqliteLoad) verify() error {
	var found Digest
	if err := dumpRecords(l.ctx, l.w.db, found.Add); err != nil {
		l.refused = l.ctx.Err()
		return err
	}
	if found != l.digest {
		l.refused = errDiffers
	}
	return l.refused
}
