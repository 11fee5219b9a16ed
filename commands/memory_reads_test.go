package commands

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"parley/storage"
)

// This file is what the store in memory is asked by those who only read.

func (m *memory) Rooms(_ context.Context, account storage.ID) ([]storage.Membership, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.roomsOf(account), nil
}

func (m *memory) PublicRooms(ctx context.Context) ([]storage.RoomInfo, error) {
	all, err := m.AllRooms(ctx)
	return slices.DeleteFunc(all, func(one storage.RoomInfo) bool { return one.Private }), err
}

func (m *memory) AllRooms(context.Context) (all []storage.RoomInfo, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, key := range slices.Sorted(maps.Keys(m.rooms)) {
		all = append(all, m.rooms[key].info())
	}
	return all, nil
}

func (m *memory) Room(_ context.Context, key string) (storage.RoomInfo, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if in := m.rooms[key]; in != nil {
		return in.info(), nil
	}
	return storage.RoomInfo{}, storage.ErrNoRoom
}

func (m *memory) Members(_ context.Context, room storage.ID) (list []storage.Member, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, in := range m.rooms {
		for id, one := range in.members {
			if who, ok := m.byID(id); ok && in.ID == room {
				list = append(list, storage.Member{ID: id, Key: who.Key, Name: who.Name, Role: one.Role})
			}
		}
	}
	slices.SortFunc(list, func(a, b storage.Member) int { return cmp.Compare(a.Key, b.Key) })
	return list, nil
}

func (m *memory) Sanctions(_ context.Context, room storage.ID) (list []storage.Sanction, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.sanctions {
		if s := &m.sanctions[i]; s.room == room && !s.Ended(time.Now()) {
			list = append(list, s.Sanction)
		}
	}
	slices.SortFunc(list, func(a, b storage.Sanction) int { return cmp.Compare(a.Target, b.Target) })
	return list, nil
}

func (m *memory) Blocked(_ context.Context, account storage.ID) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Sorted(maps.Values(m.blocked[account])), nil
}

func (m *memory) Lockdown(context.Context) (bool, error) {
	m.mu.Lock()
	locked, reading := m.locked, m.reading
	m.mu.Unlock()
	if reading != nil {
		reading()
	}
	return locked, nil
}

// Since shows messages only.
func (m *memory) Since(_ context.Context, account storage.ID, after int64, limit int) (list []storage.Event, upto int64, more bool, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for t, said := range m.threads {
		mine := t.A == account || t.B == account
		for _, in := range m.rooms {
			mine = mine || t == storage.RoomThread(in.ID) && in.members[account] != nil
		}
		for _, e := range said {
			if mine && e.Number > after {
				list = append(list, e)
			}
		}
	}
	slices.SortFunc(list, func(a, b storage.Event) int { return cmp.Compare(a.Number, b.Number) })
	if len(list) > limit {
		return list[:limit], list[limit-1].Number, true, nil
	}
	return list, max(after, m.number), false, nil
}

func (m *memory) Membership(_ context.Context, account storage.ID, key string) (storage.Membership, error) {
	m.mu.Lock()
	in, list, looked := m.rooms[key], m.roomsOf(account), m.looked
	m.mu.Unlock()
	if looked != nil {
		looked()
	}
	if in == nil {
		return storage.Membership{}, storage.ErrNoRoom
	}
	for _, one := range list {
		if one.ID == in.ID {
			return one, nil
		}
	}
	return storage.Membership{}, storage.ErrNotMember
}

func (m *memory) Tokens(context.Context, storage.ID) ([]storage.Token, error) { return nil, nil }
