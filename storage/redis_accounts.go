package storage

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

func (s *redisStore) Account(ctx context.Context, key string) (Account, error) {
	return reading(ctx, s, func(ctx context.Context) (Account, error) {
		fields, err := accountScript.Run(ctx, s.client, []string{namesKey}, key, accountPrefix).Slice()
		if err != nil {
			return Account{}, err
		}
		if len(fields) != 7 {
			return Account{}, ErrNoAccount
		}
		id, _ := fields[0].(string)
		return accountOf(idOf(id), fields[1:])
	})
}

// accountOf reads key, name, hash, created, operator and guest of an account.
func accountOf(id ID, fields []any) (Account, error) {
	key, ok := fields[0].(string)
	if !ok {
		return Account{}, ErrNoAccount
	}
	name, _ := fields[1].(string)
	hash, _ := fields[2].(string)
	created, _ := fields[3].(string)
	at, _ := strconv.ParseInt(created, 10, 64)
	return Account{ID: id, Key: key, Name: name, Hash: hash, Created: time.UnixMilli(at).UTC(), Operator: fields[4] != nil, Guest: fields[5] != nil}, nil
}

func (s *redisStore) Accounts(ctx context.Context) ([]Account, error) {
	return reading(ctx, s, s.readAccounts)
}

func (s *redisStore) readAccounts(ctx context.Context) ([]Account, error) {
	ids, err := s.client.HVals(ctx, namesKey).Result()
	if err != nil {
		return nil, err
	}
	all := make([]Account, 0, len(ids))
	for some := range slices.Chunk(ids, 1000) {
		pipe := s.client.Pipeline()
		replies := make([]*redis.SliceCmd, len(some))
		for i, id := range some {
			replies[i] = pipe.HMGet(ctx, accountKey(idOf(id)), "key", "name", "hash", "created", "operator", "guest")
		}
		if _, err := pipe.Exec(ctx); err != nil {
			return nil, err
		}
		for i, id := range some {
			if a, err := accountOf(idOf(id), replies[i].Val()); err == nil { // an error: it was removed in the meantime
				all = append(all, a)
			}
		}
	}
	slices.SortFunc(all, func(a, b Account) int { return strings.Compare(a.Key, b.Key) })
	return all, nil
}
