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

func (m *memory) Guests(context.Context) ([]storage.ID, error) { return nil, nil }

func (m *memory) Position(_ context.Context, t storage.Thread, at time.Time) (number int64, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, e := range m.threads[t] {
		if e.At.UnixMilli() < at.UnixMilli() {
			number = e.Number
		}
	}
	return number, nil
}

func (m *memory) Threads(_ context.Context, account storage.ID, after, before time.Time, limit int) (list []storage.Latest, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	add := func(t storage.Thread, name string, above int64) {
		said := m.threads[t]
		if len(said) == 0 {
			return
		}
		if e := said[len(said)-1]; e.Number > above && e.At.UnixMilli() > after.UnixMilli() && e.At.UnixMilli() < before.UnixMilli() {
			list = append(list, storage.Latest{Thread: t, Name: name, Number: e.Number, At: e.At})
		}
	}
	for _, in := range m.roomsOf(account) {
		add(storage.RoomThread(in.ID), in.Name, in.ReadsFrom())
	}
	for _, other := range m.accounts {
		add(storage.PairThread(account, other.ID), other.Name, 0)
	}
	slices.SortFunc(list, func(a, b storage.Latest) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Number, b.Number)) })
	return list[:min(limit, len(list))], nil
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

func (m *memory) Tokens(_ context.Context, account storage.ID) (list []storage.Token, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	who, _ := m.byID(account)
	for hash, key := range m.tokens {
		if key == who.Key {
			list = append(list, storage.Token{Hash: hash})
		}
	}
	return list, nil
}
