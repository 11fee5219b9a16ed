package storage

import (
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// This file is how the rules read and write a SQLite file: the methods of keeper.

func (w *sqliteWriter) keep(before, after record) error {
	if _, isAway := after.(*awayRecord); isAway {
		return nil // the server that uses the file knows it
	}
	w.work.undo = append(w.work.undo, func(w *sqliteWriter) error { return w.replace(after, before) })
	return w.replace(before, after)
}

// replace writes after in place of before.
func (w *sqliteWriter) replace(before, after record) (err error) {
	switch r := after.(type) {
	case nil:
		return w.erase(before)
	case *roomRecord:
		_, err = w.db.exec("INSERT OR REPLACE INTO rooms (id, key, name, created, look, topic, private, quiet, topic_by, topic_at, unowned) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			int64(r.ID), r.Key, r.Name, r.Created.UnixMilli(), r.Look, r.Topic, r.Private, r.Quiet, r.TopicBy, orZeroMilli(r.TopicAt), r.Unowned)
	case *memberRecord:
		return w.replaceMember(r)
	case *sanctionRecord:
		_, err = w.db.exec("INSERT OR REPLACE INTO sanctions (room, mute, target, account, name, by_name, at, until, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
			int64(r.Room), r.Mute, r.Target, int64(r.Account), r.Name, r.ByName, r.At.UnixMilli(), orZeroMilli(r.Until), r.Reason)
	case *inviteRecord:
		_, err = w.db.exec("INSERT OR REPLACE INTO invites (account, room, room_name, sender, sender_name, number, at, told) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
			int64(r.Account), int64(r.Room), r.RoomName, int64(r.From), r.FromName, r.Number, r.At.UnixMilli(), r.Told)
	case *blockRecord:
		_, err = w.db.exec("INSERT OR REPLACE INTO blocks (account, other) VALUES (?, ?)", int64(r.Account), int64(r.Other))
	case *tokenRecord:
		return w.insertToken(r)
	case *onceRecord:
		return w.insertOnce(r)
	case *operatorRecord:
		_, err = w.db.exec("UPDATE accounts SET operator = 1 WHERE id = ?", int64(r.Account))
	case *registeredRecord:
		_, err = w.db.exec("UPDATE accounts SET guest = 0, hash = ? WHERE id = ?", r.Hash, int64(r.Account))
	case *guestRecord:
		registered := before.(*registeredRecord) // an operator's command may have changed the password since
		_, err = w.db.exec("UPDATE accounts SET guest = 1, hash = '' WHERE id = ? AND hash = ?", int64(r.Account), registered.Hash)
	case *lockdownRecord:
		_, err = w.db.exec("UPDATE progress SET lockdown = 1")
	default:
		err = fmt.Errorf("no table for %T", r)
	}
	return err
}

func (w *sqliteWriter) erase(before record) (err error) {
	switch r := before.(type) {
	case *roomRecord:
		if _, err = w.db.exec("DELETE FROM rooms WHERE id = ?", int64(r.ID)); err == nil {
			_, err = w.db.exec("DELETE FROM threads WHERE a = ? AND b = 0", int64(r.ID)) // the sweep then removes its messages
		}
	case *memberRecord:
		_, err = w.db.exec("DELETE FROM members WHERE account = ? AND room = ?", int64(r.Account), int64(r.Room))
	case *sanctionRecord:
		_, err = w.db.exec("DELETE FROM sanctions WHERE room = ? AND mute = ? AND target = ?", int64(r.Room), r.Mute, r.Target)
	case *inviteRecord:
		_, err = w.db.exec("DELETE FROM invites WHERE account = ? AND room = ?", int64(r.Account), int64(r.Room))
	case *blockRecord:
		_, err = w.db.exec("DELETE FROM blocks WHERE account = ? AND other = ?", int64(r.Account), int64(r.Other))
	case *tokenRecord:
		return w.deleteToken(r)
	case *onceRecord:
		return w.deleteOnce(r)
	case *operatorRecord:
		_, err = w.db.exec("UPDATE accounts SET operator = 0 WHERE id = ?", int64(r.Account))
	case *lockdownRecord:
		_, err = w.db.exec("UPDATE progress SET lockdown = 0")
	default:
		err = fmt.Errorf("no table for %T", r)
	}
	return err
}

// replaceMember also notes how many messages the room had up to what the account has read, so that the unread ones need not be counted.
func (w *sqliteWriter) replaceMember(m *memberRecord) error {
	count, err := w.countUpTo(RoomThread(m.Room), m.Read)
	if err != nil {
		return err
	}
	_, err = w.db.exec("INSERT OR REPLACE INTO members (account, room, since, role, read, read_count) VALUES (?, ?, ?, ?, ?, ?)",
		int64(m.Account), int64(m.Room), m.Since, int64(m.Role), m.Read, count)
	return err
}

// backTo walks a thread back to the newest message up to a number.
const backTo = `
WITH RECURSIVE back (number, previous, count) AS (
  SELECT number, thread_previous, thread_count FROM events WHERE number = ?1
  UNION ALL
  SELECT e.number, e.thread_previous, e.thread_count FROM back CROSS JOIN events e ON e.number = back.previous WHERE back.number > ?2
)
SELECT count FROM back WHERE number <= ?2 LIMIT 1`

// countUpTo is how many messages a thread ever had up to a number.
func (w *sqliteWriter) countUpTo(t Thread, number int64) (count int64, err error) {
	h, err := w.head(w.work, t)
	if err != nil || h.number <= number {
		return h.count, err
	}
	if len(w.work.rows) > 0 && h.number >= w.work.unflushed {
		if err := w.flush(w.work); err != nil {
			return 0, err
		}
	}
	err = w.db.row(backTo, []any{h.number, number}, &count)
	if errors.Is(err, sql.ErrNoRows) { // what it has read is not kept any more
		return max(0, h.count-int64(w.store.limits.Load().Room)), nil
	}
	return count, err
}

func (w *sqliteWriter) accountID(key string) (id ID, err error) {
	err = w.db.row("SELECT id FROM accounts WHERE key = ?", []any{key}, &id)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return id, err
}

// selectPerson also says whether there is something in the tables that few accounts are in.
const selectPerson = `
SELECT key, name, operator, guest, (SELECT count(*) FROM members WHERE account = ?1 AND room <> (SELECT id FROM rooms WHERE key = ?2)),
  EXISTS (SELECT 1 FROM sanctions WHERE room = 0 AND mute IN (0, 1) AND target = accounts.key),
  EXISTS (SELECT 1 FROM blocks WHERE account = ?1)
FROM accounts WHERE id = ?1`

func (w *sqliteWriter) loadPerson(account ID) (*person, error) {
	p := &person{id: account, onces: -1}
	var sanctioned, blocks bool
	err := w.db.row(selectPerson, []any{int64(account), LobbyName}, &p.key, &p.name, &p.operator, &p.guest, &p.rooms, &sanctioned, &blocks)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if sanctioned {
		if p.ban, p.mute, err = w.sanctionsFor(0, account); err != nil {
			return nil, err
		}
	}
	if blocks {
		p.blocked, err = w.blockedBy(account)
	}
	return p, err
}

func (w *sqliteWriter) blockedBy(account ID) (map[ID]bool, error) {
	others, err := w.blocksOf(account)
	blocked := map[ID]bool{}
	for _, other := range others {
		blocked[other] = true
	}
	return blocked, err
}

const selectRoom = "SELECT id, key, name, created, look, topic, private, quiet, topic_by, topic_at, unowned FROM rooms "

func scanRoom(scan func(...any) error) (r roomRecord, err error) {
	var created, topicAt int64
	err = scan(&r.ID, &r.Key, &r.Name, &created, &r.Look, &r.Topic, &r.Private, &r.Quiet, &r.TopicBy, &topicAt, &r.Unowned)
	r.Created, r.TopicAt = time.UnixMilli(created).UTC(), orZeroTime(topicAt)
	return r, err
}

func (w *sqliteWriter) loadRoom(key string) (*room, error) {
	return w.loadRoomWhere("WHERE key = ?", key)
}

func (w *sqliteWriter) loadRoomByID(id ID) (*room, error) {
	return w.loadRoomWhere("WHERE id = ?", int64(id))
}

func (w *sqliteWriter) loadRoomWhere(where string, value any) (*room, error) {
	r, err := scanRoom(func(into ...any) error { return w.db.row(selectRoom+where, []any{value}, into...) })
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	found := &room{roomRecord: r}
	err = w.db.row("SELECT count(*) FROM members WHERE room = ?", []any{int64(r.ID)}, &found.members)
	return found, err
}

func (w *sqliteWriter) roomOfLook(look string) (id ID, err error) {
	err = w.db.row("SELECT id FROM rooms WHERE look = ? LIMIT 1", []any{look}, &id)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return id, err
}

const selectMember = "SELECT account, room, since, role, read FROM members "

func scanMember(scan func(...any) error) (m memberRecord, err error) {
	err = scan(&m.Account, &m.Room, &m.Since, &m.Role, &m.Read)
	return m, err
}

func (w *sqliteWriter) loadStanding(room, account ID) (*standing, error) {
	s := &standing{}
	m, err := scanMember(func(into ...any) error {
		return w.db.row(selectMember+"WHERE account = ? AND room = ?", []any{int64(account), int64(room)}, into...)
	})
	switch {
	case err == nil:
		s.member = &m
	case !errors.Is(err, sql.ErrNoRows):
		return nil, err
	}
	if s.ban, s.mute, err = w.sanctionsFor(room, account); err != nil {
		return nil, err
	}
	err = w.db.each(selectInvite+"WHERE account = ? AND room = ?", []any{int64(account), int64(room)}, func(scan func(...any) error) error {
		in, err := scanInvite(scan)
		s.invite = &in
		return err
	})
	return s, err
}

func (w *sqliteWriter) membersOf(room ID) (list []memberRecord, err error) {
	err = w.db.each(selectMember+"WHERE room = ?", []any{int64(room)}, func(scan func(...any) error) error {
		m, err := scanMember(scan)
		list = append(list, m)
		return err
	})
	return list, err
}

func (w *sqliteWriter) membershipsOf(account ID) (list []roomMembership, err error) {
	query := "SELECT account, room, since, role, read, key FROM members JOIN rooms ON id = room WHERE account = ?"
	err = w.db.each(query, []any{int64(account)}, func(scan func(...any) error) error {
		var m roomMembership
		err := scan(&m.Account, &m.Room, &m.Since, &m.Role, &m.Read, &m.roomKey)
		list = append(list, m)
		return err
	})
	return list, err
}

const selectSanction = "SELECT room, mute, target, account, name, by_name, at, until, reason FROM sanctions "

func scanSanction(scan func(...any) error) (s sanctionRecord, err error) {
	var at, until int64
	err = scan(&s.Room, &s.Mute, &s.Target, &s.Account, &s.Name, &s.ByName, &at, &until, &s.Reason)
	s.At, s.Until = time.UnixMilli(at).UTC(), orZeroTime(until)
	return s, err
}

// orZeroMilli and orZeroTime say when something ends or was done; 0 is never.
func orZeroMilli(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func orZeroTime(milli int64) time.Time {
	if milli == 0 {
		return time.Time{}
	}
	return time.UnixMilli(milli).UTC()
}

func (w *sqliteWriter) sanctionsWhere(where string, args ...any) (list []sanctionRecord, err error) {
	err = w.db.each(selectSanction+where, args, func(scan func(...any) error) error {
		s, err := scanSanction(scan)
		list = append(list, s)
		return err
	})
	return list, err
}

func (w *sqliteWriter) sanctionsOf(room ID) ([]sanctionRecord, error) {
	return w.sanctionsWhere("WHERE room = ? ORDER BY target, mute", int64(room))
}

func (w *sqliteWriter) endedSanctions(now time.Time) ([]sanctionRecord, error) {
	return w.sanctionsWhere("WHERE until > 0 AND until <= ?", now.UnixMilli())
}

// sanctionsFor returns what is forbidden to one account; nil: nothing.
func (w *sqliteWriter) sanctionsFor(room, account ID) (ban, mute *sanctionRecord, err error) {
	list, err := w.sanctionsWhere("WHERE room = ? AND mute IN (0, 1) AND target = (SELECT key FROM accounts WHERE id = ?)", int64(room), int64(account))
	for i := range list {
		if s := &list[i]; s.Account != account {
			continue // it was of somebody who had the name before
		} else if s.Mute {
			mute = s
		} else {
			ban = s
		}
	}
	return ban, mute, err
}

const selectInvite = "SELECT account, room, room_name, sender, sender_name, number, at, told FROM invites "

func scanInvite(scan func(...any) error) (in inviteRecord, err error) {
	var at int64
	err = scan(&in.Account, &in.Room, &in.RoomName, &in.From, &in.FromName, &in.Number, &at, &in.Told)
	in.At = time.UnixMilli(at).UTC()
	return in, err
}

func (w *sqliteWriter) invitesOf(account ID) ([]inviteRecord, error) {
	return w.invitesWhere("WHERE account = ? ORDER BY number", account)
}

func (w *sqliteWriter) invitesTo(room ID) ([]inviteRecord, error) {
	return w.invitesWhere("WHERE room = ?", room)
}

func (w *sqliteWriter) invitesWhere(where string, id ID) (list []inviteRecord, err error) {
	err = w.db.each(selectInvite+where, []any{int64(id)}, func(scan func(...any) error) error {
		in, err := scanInvite(scan)
		list = append(list, in)
		return err
	})
	return list, err
}

func (w *sqliteWriter) blocksOf(account ID) (list []ID, err error) {
	err = w.db.each("SELECT other FROM blocks WHERE account = ?", []any{int64(account)}, func(scan func(...any) error) error {
		var other ID
		err := scan(&other)
		list = append(list, other)
		return err
	})
	return list, err
}

func (w *sqliteWriter) emptyRooms() (list []roomRecord, err error) {
	err = w.db.each(selectRoom+"WHERE NOT EXISTS (SELECT 1 FROM members WHERE room = id)", nil, func(scan func(...any) error) error {
		r, err := scanRoom(scan)
		list = append(list, r)
		return err
	})
	return list, err
}

// hasMessages looks at the newest message only: none is kept for longer than that one.
func (w *sqliteWriter) hasMessages(room ID, now time.Time) (bool, error) {
	h, err := w.head(w.work, RoomThread(room))
	if err != nil {
		return false, err
	}
	if w.store.shared { // the heads of the latest messages are known to the server alone
		query := "SELECT coalesce(max(number), ?) FROM events WHERE number > (SELECT threaded FROM progress) AND recipient = ? AND kind = 1"
		if err := w.db.row(query, []any{h.number, -int64(room)}, &h.number); err != nil {
			return false, err
		}
	}
	if h.number == 0 {
		return false, nil
	}
	if h.number >= w.work.first {
		return true, nil
	}
	var at int64
	err = w.db.row("SELECT at FROM events WHERE number = ?", []any{h.number}, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return time.UnixMilli(at).After(now.Add(-w.store.limits.Load().Keep)), err
}
