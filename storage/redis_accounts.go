package storage

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
)

func (s *redisStore) CreateAccount(ctx context.Context, a Account) error {
	return s.perform(ctx, func(operation string) attempt {
		keys := []string{accountsKey, accountKey(a.Key), inboxKey(a.Key), givenUpKey(operation), stateKey}
		return attempt{
			do: func(ctx context.Context) error {
				return answer(createScript.Run(ctx, s.client, keys, operation, a.Key, a.Name, a.Hash, a.Created.UnixMilli()))
			},
			back: func(ctx context.Context) error {
				return undoCreateScript.Run(ctx, s.client, keys, operation, a.Key, markTime.Milliseconds()).Err()
			},
		}
	})
}

func (s *redisStore) SetPassword(ctx context.Context, key, old, new string) error {
	return s.perform(ctx, func(operation string) attempt {
		keys := []string{accountKey(key), givenUpKey(operation)}
		return attempt{
			do: func(ctx context.Context) error {
				return answer(passwordScript.Run(ctx, s.client, keys, operation, old, new))
			},
			back: func(ctx context.Context) error {
				return undoPasswordScript.Run(ctx, s.client, keys, operation, old, markTime.Milliseconds()).Err()
			},
		}
	})
}

func (s *redisStore) DeleteAccount(ctx context.Context, key string) error {
	return s.perform(ctx, func(operation string) attempt {
		keys := []string{accountsKey, accountKey(key), inboxKey(key), expiredKey, givenUpKey(operation),
			deletedKey(operation), deletedInboxKey(operation), stateKey}
		args := []any{operation, key, markTime.Milliseconds()}
		return attempt{
			do: func(ctx context.Context) error {
				return answer(deleteScript.Run(ctx, s.client, keys, args...))
			},
			back: func(ctx context.Context) error {
				return undoDeleteScript.Run(ctx, s.client, keys, args...).Err()
			},
		}
	})
}

// answer turns the word that a script replies into an error.
func answer(reply *redis.Cmd) error {
	word, err := reply.Text()
	if err != nil {
		return err
	}
	switch word {
	case "done":
		return nil
	case "exists":
		return ErrExists
	case "none":
		return ErrNoAccount
	case "changed":
		return ErrChanged
	}
	return fmt.Errorf("%w: %s", errNotDone, word)
}

func (s *redisStore) Account(ctx context.Context, key string) (found Account, err error) {
	err = s.perform(ctx, func(string) attempt {
		return attempt{do: func(ctx context.Context) error {
			fields, err := s.client.HMGet(ctx, accountKey(key), "name", "hash", "created").Result()
			if err != nil {
				return err
			}
			found, err = accountOf(key, fields)
			return err
		}}
	})
	return found, err
}

func accountOf(key string, fields []any) (Account, error) {
	name, ok := fields[0].(string)
	if !ok {
		return Account{}, ErrNoAccount
	}
	hash, _ := fields[1].(string)
	created, _ := fields[2].(string)
	at, _ := strconv.ParseInt(created, 10, 64)
	return Account{Key: key, Name: name, Hash: hash, Created: time.UnixMilli(at).UTC()}, nil
}

func (s *redisStore) Accounts(ctx context.Context) (all []Account, err error) {
	err = s.perform(ctx, func(string) attempt {
		return attempt{do: func(ctx context.Context) (err error) {
			all, err = s.readAccounts(ctx)
			return err
		}}
	})
	return all, err
}

func (s *redisStore) readAccounts(ctx context.Context) ([]Account, error) {
	keys, err := s.client.HKeys(ctx, accountsKey).Result()
	if err != nil {
		return nil, err
	}
	slices.Sort(keys)
	all := make([]Account, 0, len(keys))
	for some := range slices.Chunk(keys, 1000) {
		pipe := s.client.Pipeline()
		replies := make([]*redis.SliceCmd, len(some))
		for i, key := range some {
			replies[i] = pipe.HMGet(ctx, accountKey(key), "name", "hash", "created")
		}
		if _, err := pipe.Exec(ctx); err != nil {
			return nil, err
		}
		for i, key := range some {
			if a, err := accountOf(key, replies[i].Val()); err == nil { // deleted in the meantime otherwise
				all = append(all, a)
			}
		}
	}
	return all, nil
}
