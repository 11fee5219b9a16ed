package storage

import (
	"database/sql"
	"errors"
	"strings"
)

// say keeps a message for a room or an account.
func (w *sqliteWriter) say(work *commitWork, i int) error {
	ask := &work.asks[i]
	sender, err := w.inbox(ask.Account)
	if err != nil {
		return err
	}
	e := Event{Kind: Message, From: sender.account, FromName: sender.name, Ask: i}
	if strings.HasPrefix(ask.To, "#") {
		room, err := w.room(ask.To)
		if err != nil {
			return err
		}
		e.Thread, e.ToName = RoomThread(room.ID), room.Name
		return w.keep(work, e, 0)
	}
	in, err := w.inboxOf(ask.To)
	if err != nil {
		return err
	}
	if !w.hasRoom(work, in) {
		return ErrInboxFull
	}
	e.Thread, e.To, e.ToName = PairThread(sender.account, in.account), in.account, in.name
	mine, err := w.head(work, inboxThread(in.account))
	if err != nil {
		return err
	}
	in.waiting = append(in.waiting, unacked{w.next, work.at.UnixMilli()})
	w.waiting++
	work.heads[inboxThread(in.account)] = head{number: w.next, unsaved: true}
	return w.keep(work, e, mine.number)
}

// keep gives a message its number and its place in its thread.
func (w *sqliteWriter) keep(work *commitWork, e Event, inboxPrevious int64) error {
	previous, err := w.head(work, e.Thread)
	if err != nil {
		return err
	}
	e.Number = w.number()
	count := previous.count + 1
	work.heads[e.Thread] = head{number: e.Number, count: count, unsaved: true}
	work.said++
	w.add(work, e, count, previous.number, inboxPrevious, work.texts[e.Ask])
	return nil
}

// hasRoom reports whether an inbox takes one more message.
func (w *sqliteWriter) hasRoom(work *commitWork, in *inbox) bool {
	if len(in.waiting) >= w.store.limits.Inbox {
		w.expire(work, in, work.cutoff(w.store.limits))
	}
	return len(in.waiting) < w.store.limits.Inbox
}

// head returns the head of a thread with what this batch has added to it.
func (w *sqliteWriter) head(work *commitWork, thread Thread) (head, error) {
	if h, ok := work.heads[thread]; ok {
		return h, nil
	}
	return w.store.threads.head(w.db, thread)
}

// room returns the room of a key.
func (w *sqliteWriter) room(key string) (Room, error) {
	room, ok := w.rooms[key]
	if ok {
		return room, nil
	}
	err := w.db.row("SELECT id, name FROM rooms WHERE key = ?", []any{key}, &room.ID, &room.Name)
	if errors.Is(err, sql.ErrNoRows) {
		return room, ErrNoRoom
	}
	if err == nil {
		w.rooms[strings.Clone(key)] = room
	}
	return room, err
}
