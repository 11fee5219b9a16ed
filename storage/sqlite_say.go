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
	if len(in.waiting) >= w.store.limits.Inbox {
		w.expire(work, in, work.cutoff(w.store.limits))
	}
	if len(in.waiting) >= w.store.limits.Inbox {
		return ErrInboxFull
	}
	e.Thread, e.To, e.ToName = PairThread(sender.account, in.account), in.account, in.name
	previous := in.newest
	in.newest = w.next
	in.waiting = append(in.waiting, unacked{w.next, work.at.UnixMilli()})
	w.waiting++
	work.heads[inboxThread(in.account)] = head{number: w.next, unsaved: true}
	return w.keep(work, e, previous)
}

// keep puts a message at the end of its thread.
func (w *sqliteWriter) keep(work *commitWork, e Event, inboxPrevious int64) error {
	previous, said := work.heads[e.Thread]
	if !said { // nothing in this batch yet
		var err error
		if previous, err = w.store.threads.head(w.db, e.Thread); err != nil {
			return err
		}
	}
	count := previous.count + 1
	work.heads[e.Thread] = head{number: w.next, count: count, unsaved: true}
	work.said++
	w.add(work, e, count, previous.number, inboxPrevious, work.texts[e.Ask])
	return nil
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
