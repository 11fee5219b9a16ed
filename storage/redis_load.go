package storage

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// This file is how the rules load single records, and lists. What a run needs of accounts, rooms and standings was looked up before; see known.

func (k *redisRecords) accountID(key string) (ID, error) {
	if k.asked[key] {
		return 0, nil
	}
	found, err := k.lookup(&lookup{keys: []string{key}})
	if err != nil || found.persons[0] == nil {
		return 0, err
	}
	k.store.rules.learn(found.persons[0])
	return found.persons[0].id, nil
}

func (k *redisRecords) loadPerson(account ID) (*person, error) {
	if k.asked[account] {
		return nil, nil
	}
	found, err := k.lookup(&lookup{ids: []ID{account}})
	if err != nil {
		return nil, err
	}
	return found.persons[0], nil
}

func (k *redisRecords) loadRoom(key string) (*room, error) {
	if k.asked[key] {
		return nil, nil
	}
	found, err := k.lookup(&lookup{rooms: []string{key}})
	if err != nil {
		return nil, err
	}
	return found.rooms[0], nil
}

func (k *redisRecords) loadRoomByID(id ID) (*room, error) {
	if k.asked[id] {
		return nil, nil
	}
	found, err := k.lookup(&lookup{roomIDs: []ID{id}})
	if err != nil {
		return nil, err
	}
	return found.rooms[0], nil
}

func (k *redisRecords) loadStanding(room, account ID) (*standing, error) {
	found, err := k.lookup(&lookup{standings: []place{{room, account}}})
	if err != nil {
		return nil, err
	}
	return found.standings[0], nil
}

func (k *redisRecords) roomOfLook(look string) (ID, error) {
	id, err := k.store.link.conn.HGet(k.ctx, looksKey, look).Result()
	return idOf(id), orNone(err)
}

// membersOf reads the numbers that the hash of the room lacks from those of the accounts.
func (k *redisRecords) membersOf(room ID) (list []memberRecord, err error) {
	values, err := k.store.link.conn.HGetAll(k.ctx, membersKey(room)).Result()
	if err != nil {
		return nil, err
	}
	accounts := sortedIDs(values)
	replies, err := pipelined(k.ctx, k.store.link.conn, accounts, func(pipe redis.Pipeliner, account ID) *redis.StringCmd {
		return pipe.HGet(k.ctx, memberKey(account), idText(room))
	})
	for i, reply := range replies {
		if reply.Val() == "" {
			continue // left over from somebody who is gone
		}
		m, err := memberOf(accounts[i], room, reply.Val())
		if err != nil {
			return nil, err
		}
		list = append(list, m)
	}
	return list, err
}

// sortedIDs are the ids that a hash has as fields.
func sortedIDs(hash map[string]string) []ID {
	ids := make([]ID, 0, len(hash))
	for field := range hash {
		ids = append(ids, idOf(field))
	}
	slices.Sort(ids)
	return ids
}

func (k *redisRecords) membershipsOf(account ID) (list []roomMembership, err error) {
	values, err := k.store.link.conn.HGetAll(k.ctx, memberKey(account)).Result()
	if err != nil {
		return nil, err
	}
	for _, id := range sortedIDs(values) {
		in, err := k.store.rules.roomByID(id)
		if err == ErrNoRoom {
			continue
		}
		if err != nil {
			return nil, err
		}
		m, err := memberOf(account, id, values[idText(id)])
		if err != nil {
			return nil, err
		}
		list = append(list, roomMembership{m, in.Key})
	}
	return list, nil
}

func (k *redisRecords) sanctionsOf(room ID) (list []sanctionRecord, err error) {
	values, err := k.store.link.conn.HGetAll(k.ctx, sanctionsKey(room)).Result()
	if err != nil {
		return nil, err
	}
	for _, value := range values {
		s, err := sanctionOf(value)
		if err != nil {
			return nil, err
		}
		list = append(list, *s)
	}
	slices.SortFunc(list, func(x, y sanctionRecord) int {
		return cmp.Or(strings.Compare(x.Target, y.Target), int(flag(x.Mute)-flag(y.Mute)))
	})
	return list, nil
}

func (k *redisRecords) endedSanctions(now time.Time) (list []sanctionRecord, err error) {
	upto := strconv.FormatInt(now.UnixMilli(), 10)
	ended, err := k.store.link.conn.ZRangeArgs(k.ctx, redis.ZRangeArgs{Key: endingKey, ByScore: true, Start: "-inf", Stop: upto}).Result()
	if err != nil {
		return nil, err
	}
	for _, member := range ended {
		room, field, _ := strings.Cut(member, " ")
		value, err := k.store.link.conn.HGet(k.ctx, sanctionsPrefix+room, field).Result()
		if err == redis.Nil {
			continue
		}
		if err != nil {
			return nil, err
		}
		s, err := sanctionOf(value)
		if err != nil {
			return nil, err
		}
		list = append(list, *s)
	}
	return list, nil
}

func (k *redisRecords) invitesOf(account ID) ([]inviteRecord, error) {
	values, err := k.store.link.conn.HVals(k.ctx, invitesKey(account)).Result()
	if err != nil {
		return nil, err
	}
	return invitesByNumber(values)
}

func invitesByNumber(values []string) (list []inviteRecord, err error) {
	for _, text := range values {
		in, err := inviteOf(text)
		if err != nil {
			return nil, err
		}
		list = append(list, in)
	}
	slices.SortFunc(list, func(x, y inviteRecord) int { return cmp.Compare(x.Number, y.Number) })
	return list, nil
}

func (k *redisRecords) invitesTo(room ID) (list []inviteRecord, err error) {
	accounts, err := k.store.link.conn.SMembers(k.ctx, invitedKey(room)).Result()
	if err != nil {
		return nil, err
	}
	for _, account := range accounts {
		text, err := k.store.link.conn.HGet(k.ctx, invitesPrefix+account, idText(room)).Result()
		if err == redis.Nil {
			continue
		}
		if err != nil {
			return nil, err
		}
		in, err := inviteOf(text)
		if err != nil {
			return nil, err
		}
		list = append(list, in)
	}
	return list, nil
}

func (k *redisRecords) blocksOf(account ID) ([]ID, error) {
	return k.ids(blocksKey(account))
}

// ids returns a set of ids.
func (k *redisRecords) ids(key string) ([]ID, error) {
	members, err := k.store.link.conn.SMembers(k.ctx, key).Result()
	list := make([]ID, 0, len(members))
	for _, member := range members {
		list = append(list, idOf(member))
	}
	slices.Sort(list)
	return list, err
}

func (k *redisRecords) emptyRooms() (list []roomRecord, err error) {
	ids, err := k.ids(emptyKey)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		in, err := k.store.rules.roomByID(id)
		if err == ErrNoRoom {
			continue
		}
		if err != nil {
			return nil, err
		}
		list = append(list, in.roomRecord)
	}
	return list, nil
}

// hasMessages looks at the newest message only: none is kept for longer than that one.
func (k *redisRecords) hasMessages(room ID, now time.Time) (bool, error) {
	row, err := k.store.link.conn.LIndex(k.ctx, threadKey(RoomThread(room)), -1).Result()
	if err != nil {
		return false, orNone(err)
	}
	m, err := messageOf(row)
	return m.At.After(now.Add(-k.store.limits.Load().Keep)), err
}
