package storage

import (
	"context"
	"slices"
)

// unsayLists is how many lists are read by one script.
const unsayLists = 10

// RemoveMessages reads the histories of all rooms, those of the account's conversations, and the inboxes of those whom it has written with.
func (s *redisStore) RemoveMessages(ctx context.Context, account ID) (count int, err error) {
	lists, err := reading(ctx, s, func(ctx context.Context) ([]string, error) { return s.listsOf(ctx, account) })
	for some := range slices.Chunk(lists, unsayLists) {
		if err != nil {
			return count, err
		}
		var removed int
		removed, err = reading(ctx, s, func(ctx context.Context) (int, error) {
			return unsayScript.Run(ctx, s.client, some, redisFormat, int64(account)).Int()
		})
		count += removed
	}
	return count, err
}

// listsOf are the keys of the lists that may have what an account has said.
func (s *redisStore) listsOf(ctx context.Context, account ID) (lists []string, err error) {
	rooms, err := s.client.HVals(ctx, roomsKey).Result()
	if err != nil {
		return nil, err
	}
	others, err := s.client.SMembers(ctx, pairsKey(account)).Result()
	for _, room := range rooms {
		lists = append(lists, threadKey(RoomThread(idOf(room))))
	}
	for _, other := range others {
		lists = append(lists, inboxKey(idOf(other)), threadKey(PairThread(account, idOf(other))))
	}
	return lists, err
}
