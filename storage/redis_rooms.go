package storage

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// This file is what is shown of rooms and of what is forbidden.

// readHashes reads many hashes. What there is not is empty.
func (s *redisStore) readHashes(ctx context.Context, prefix string, ids []ID) ([]map[string]string, error) {
	replies, err := pipelined(ctx, s.client, ids, func(pipe redis.Pipeliner, id ID) *redis.MapStringStringCmd {
		return pipe.HGetAll(ctx, prefix+idText(id))
	})
	list := make([]map[string]string, len(replies))
	for i, reply := range replies {
		list[i] = reply.Val()
	}
	return list, err
}

// pipelined asks one thing of each of many ids, or of whatever else.
func pipelined[I any, T redis.Cmder](ctx context.Context, conn redis.Cmdable, ids []I, ask func(pipe redis.Pipeliner, id I) T) (replies []T, err error) {
	for some := range slices.Chunk(ids, 1000) {
		pipe := conn.Pipeline()
		for _, id := range some {
			replies = append(replies, ask(pipe, id))
		}
		pipe.Exec(ctx) // says only how the first one failed
	}
	for _, reply := range replies {
		if err := reply.Err(); orNone(err) != nil {
			return nil, err
		}
	}
	return replies, nil
}

// keyed is a room with the key that it is sorted by.
type keyed struct {
	key  string
	info RoomInfo
}

// readRooms reads those of some rooms that there are, in the order of their keys.
func (s *redisStore) readRooms(ctx context.Context, ids []ID) ([]keyed, error) {
	hashes, err := s.readHashes(ctx, roomPrefix, ids)
	if err != nil {
		return nil, err
	}
	counts, err := pipelined(ctx, s.client, ids, func(pipe redis.Pipeliner, id ID) *redis.IntCmd { return pipe.HLen(ctx, membersKey(id)) })
	if err != nil {
		return nil, err
	}
	var rooms []keyed
	for i, fields := range hashes {
		if len(fields) > 0 { // otherwise it was removed in the meantime
			in := room{roomRecord: roomOf(ids[i], fields), members: int(counts[i].Val())}
			rooms = append(rooms, keyed{in.Key, in.info()})
		}
	}
	slices.SortFunc(rooms, func(x, y keyed) int { return strings.Compare(x.key, y.key) })
	return rooms, nil
}

func (s *redisStore) Rooms(ctx context.Context, account ID) ([]Membership, error) {
	return reading(ctx, s, func(ctx context.Context) (list []Membership, err error) {
		values, err := s.client.HGetAll(ctx, memberKey(account)).Result()
		if err != nil {
			return nil, err
		}
		rooms, err := s.readRooms(ctx, sortedIDs(values))
		for _, in := range rooms {
			m, err := memberOf(account, in.info.ID, values[idText(in.info.ID)])
			if err != nil {
				return nil, err
			}
			list = append(list, Membership{RoomInfo: in.info, Role: m.Role, Since: m.Since})
		}
		return list, err
	})
}

func (s *redisStore) PublicRooms(ctx context.Context) ([]RoomInfo, error) {
	return s.roomsWhere(ctx, func(in RoomInfo) bool { return !in.Private })
}

func (s *redisStore) AllRooms(ctx context.Context) ([]RoomInfo, error) {
	return s.roomsWhere(ctx, func(RoomInfo) bool { return true })
}

func (s *redisStore) roomsWhere(ctx context.Context, wanted func(RoomInfo) bool) ([]RoomInfo, error) {
	return reading(ctx, s, func(ctx context.Context) (list []RoomInfo, err error) {
		values, err := s.client.HVals(ctx, roomsKey).Result()
		if err != nil {
			return nil, err
		}
		ids := make([]ID, len(values))
		for i, value := range values {
			ids[i] = idOf(value)
		}
		rooms, err := s.readRooms(ctx, ids)
		for _, in := range rooms {
			if wanted(in.info) {
				list = append(list, in.info)
			}
		}
		return list, err
	})
}

func (s *redisStore) Room(ctx context.Context, key string) (RoomInfo, error) {
	return reading(ctx, s, func(ctx context.Context) (RoomInfo, error) {
		id, err := s.client.HGet(ctx, roomsKey, key).Result()
		if orNone(err) != nil {
			return RoomInfo{}, err
		}
		rooms, err := s.readRooms(ctx, []ID{idOf(id)})
		switch {
		case err != nil:
			return RoomInfo{}, err
		case len(rooms) == 0:
			return RoomInfo{}, ErrNoRoom
		}
		return rooms[0].info, nil
	})
}

func (s *redisStore) Members(ctx context.Context, room ID) ([]Member, error) {
	return reading(ctx, s, func(ctx context.Context) (list []Member, err error) {
		values, err := s.client.HGetAll(ctx, membersKey(room)).Result()
		if err != nil {
			return nil, err
		}
		ids := sortedIDs(values)
		hashes, err := s.readHashes(ctx, accountPrefix, ids)
		for i, fields := range hashes {
			m, err := memberOf(ids[i], room, values[idText(ids[i])])
			if err != nil {
				return nil, err
			}
			if fields["key"] != "" {
				list = append(list, Member{ID: m.Account, Key: fields["key"], Name: fields["name"], Role: m.Role})
			}
		}
		slices.SortFunc(list, func(x, y Member) int { return strings.Compare(x.Key, y.Key) })
		return list, err
	})
}

func (s *redisStore) Sanctions(ctx context.Context, room ID) ([]Sanction, error) {
	now := time.Now()
	return reading(ctx, s, func(ctx context.Context) (list []Sanction, err error) {
		values, err := s.client.HVals(ctx, sanctionsKey(room)).Result()
		for _, value := range values {
			r, err := sanctionOf(value)
			if err != nil {
				return nil, err
			}
			if !r.Ended(now) {
				list = append(list, r.Sanction)
			}
		}
		slices.SortFunc(list, func(x, y Sanction) int {
			return cmp.Or(strings.Compare(x.Target, y.Target), int(flag(x.Mute)-flag(y.Mute)))
		})
		return list, err
	})
}

func (s *redisStore) Blocked(ctx context.Context, account ID) ([]string, error) {
	return reading(ctx, s, func(ctx context.Context) (names []string, err error) {
		members, err := s.client.SMembers(ctx, blocksKey(account)).Result()
		if err != nil {
			return nil, err
		}
		ids := make([]ID, len(members))
		for i, member := range members {
			ids[i] = idOf(member)
		}
		hashes, err := s.readHashes(ctx, accountPrefix, ids)
		slices.SortFunc(hashes, func(x, y map[string]string) int { return strings.Compare(x["key"], y["key"]) })
		for _, fields := range hashes {
			if fields["key"] != "" { // there is one no longer
				names = append(names, fields["name"])
			}
		}
		return names, err
	})
}

func (s *redisStore) Lockdown(ctx context.Context) (bool, error) {
	return reading(ctx, s, func(ctx context.Context) (bool, error) {
		return s.client.HExists(ctx, stateKey, "lockdown").Result()
	})
}

func (s *redisStore) Membership(ctx context.Context, account ID, key string) (Membership, error) {
	return reading(ctx, s, func(ctx context.Context) (m Membership, err error) {
		id, err := s.client.HGet(ctx, roomsKey, key).Result()
		if errors.Is(err, redis.Nil) {
			return m, ErrNoRoom
		}
		if err != nil {
			return m, err
		}
		pipe := s.client.Pipeline()
		fields, part := pipe.HGetAll(ctx, roomPrefix+id), pipe.HGet(ctx, memberKey(account), id)
		if _, err := pipe.Exec(ctx); orNone(err) != nil {
			return m, err
		}
		if part.Err() != nil {
			return m, ErrNotMember
		}
		in := room{roomRecord: roomOf(idOf(id), fields.Val())}
		own, err := memberOf(account, in.ID, part.Val())
		return Membership{RoomInfo: in.info(), Role: own.Role, Since: own.Since}, err
	})
}
