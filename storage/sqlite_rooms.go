package storage

import (
	"context"
	"time"
)

// This file is what is shown of rooms and of what is forbidden. The readers read it.

// list reads a list; convert makes its next element of a row.
func list[T any](ctx context.Context, s *sqliteStore, convert func(scan func(...any) error) (T, error), query string, args ...any) ([]T, error) {
	var all []T
	err := s.read(ctx, func(db *sqliteConn) error {
		return db.each(query, args, func(scan func(...any) error) error {
			one, err := convert(scan)
			all = append(all, one)
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// roomColumns are what RoomInfo shows but for the number of members.
const roomColumns = "id, name, topic, private, quiet, created, topic_by, topic_at"

const countMembers = "(SELECT count(*) FROM members WHERE room = id)"

const selectInfo = "SELECT " + roomColumns + ", " + countMembers + " FROM rooms "

func scanInfo(scan func(...any) error) (r RoomInfo, err error) {
	err = scanRoomInfo(scan, &r, &r.Members)
	return r, err
}

// scanRoomInfo reads roomColumns, and what stands behind them.
func scanRoomInfo(scan func(...any) error, r *RoomInfo, more ...any) error {
	var created, topicAt int64
	into := []any{&r.ID, &r.Name, &r.Topic, &r.Private, &r.Quiet, &created, &r.TopicBy, &topicAt}
	err := scan(append(into, more...)...)
	r.Created, r.TopicAt = time.UnixMilli(created).UTC(), orZeroTime(topicAt)
	return err
}

func (s *sqliteStore) Rooms(ctx context.Context, account ID) ([]Membership, error) {
	query := "SELECT " + roomColumns + ", " + countMembers + ", role, since " +
		"FROM members JOIN rooms ON id = room WHERE account = ? ORDER BY key"
	return list(ctx, s, func(scan func(...any) error) (m Membership, err error) {
		err = scanRoomInfo(scan, &m.RoomInfo, &m.Members, &m.Role, &m.Since)
		return m, err
	}, query, int64(account))
}

func (s *sqliteStore) Membership(ctx context.Context, account ID, key string) (Membership, error) {
	query := "SELECT " + roomColumns + ", coalesce(role, 0), coalesce(since, -1) " +
		"FROM rooms LEFT JOIN members ON room = id AND account = ? WHERE key = ?"
	found, err := list(ctx, s, func(scan func(...any) error) (m Membership, err error) {
		err = scanRoomInfo(scan, &m.RoomInfo, &m.Role, &m.Since)
		return m, err
	}, query, int64(account), key)
	switch {
	case err != nil:
		return Membership{}, err
	case len(found) == 0:
		return Membership{}, ErrNoRoom
	case found[0].Since < 0:
		return Membership{}, ErrNotMember
	}
	return found[0], nil
}

func (s *sqliteStore) PublicRooms(ctx context.Context) ([]RoomInfo, error) {
	return list(ctx, s, scanInfo, selectInfo+"WHERE private = 0 ORDER BY key")
}

func (s *sqliteStore) AllRooms(ctx context.Context) ([]RoomInfo, error) {
	return list(ctx, s, scanInfo, selectInfo+"ORDER BY key")
}

func (s *sqliteStore) Room(ctx context.Context, key string) (RoomInfo, error) {
	found, err := list(ctx, s, scanInfo, selectInfo+"WHERE key = ?", key)
	if err == nil && len(found) == 0 {
		err = ErrNoRoom
	}
	if err != nil {
		return RoomInfo{}, err
	}
	return found[0], nil
}

func (s *sqliteStore) Members(ctx context.Context, room ID) ([]Member, error) {
	return list(ctx, s, func(scan func(...any) error) (m Member, err error) {
		err = scan(&m.ID, &m.Key, &m.Name, &m.Role)
		return m, err
	}, "SELECT id, key, name, role FROM members JOIN accounts ON id = account WHERE room = ? ORDER BY key", int64(room))
}

func (s *sqliteStore) Sanctions(ctx context.Context, room ID) ([]Sanction, error) {
	now := time.Now().UnixMilli()
	return list(ctx, s, func(scan func(...any) error) (Sanction, error) {
		r, err := scanSanction(scan)
		return r.Sanction, err
	}, selectSanction+"WHERE room = ? AND (until = 0 OR until > ?) ORDER BY target, mute", int64(room), now)
}

func (s *sqliteStore) Blocked(ctx context.Context, account ID) ([]string, error) {
	return list(ctx, s, func(scan func(...any) error) (name string, err error) {
		err = scan(&name)
		return name, err
	}, "SELECT name FROM blocks JOIN accounts ON id = other WHERE account = ? ORDER BY key", int64(account))
}

func (s *sqliteStore) Lockdown(ctx context.Context) (on bool, err error) {
	found, err := list(ctx, s, func(scan func(...any) error) (on bool, err error) {
		err = scan(&on)
		return on, err
	}, "SELECT lockdown FROM progress")
	return err == nil && found[0], err
}
