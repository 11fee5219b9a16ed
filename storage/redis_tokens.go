package storage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

func (s *redisStore) Tokens(ctx context.Context, account ID) ([]Token, error) {
	now := time.Now()
	return reading(ctx, s, func(ctx context.Context) (list []Token, err error) {
		all, err := readTokens(ctx, s.client, account)
		for i := range all {
			if !all[i].Ended(now) {
				list = append(list, all[i].Token)
			}
		}
		return list, err
	})
}

// readTokens reads the tokens of an account, the oldest first.
func readTokens(ctx context.Context, conn redis.Cmdable, account ID) (list []tokenRecord, err error) {
	values, err := conn.HGetAll(ctx, tokensKey(account)).Result()
	if err != nil {
		return nil, err
	}
	for hash, value := range values {
		t, err := tokenOf(account, hash, value)
		if err != nil {
			return nil, err
		}
		list = append(list, t)
	}
	slices.SortFunc(list, func(x, y tokenRecord) int { return cmp.Or(x.At.Compare(y.At), strings.Compare(x.Hash, y.Hash)) })
	return list, nil
}

func (k *redisRecords) tokensOf(account ID) ([]tokenRecord, error) {
	return readTokens(k.ctx, k.store.link.conn, account)
}

func (k *redisRecords) endedTokens(now time.Time) (list []tokenRecord, err error) {
	err = k.eachUpto(tokensEndingKey, now, -1, 0, tokensPrefix, func(account ID, hash, value string) error {
		t, err := tokenOf(account, hash, value)
		list = append(list, t)
		return err
	})
	return list, err
}

// eachUpto goes through the first members of a sorted set up to a time, as many as limit (-1: all), of one account or with 0 of all. Each is
// "ID FIELD", and the hash of the account has the value of that.
func (k *redisRecords) eachUpto(set string, at time.Time, limit int64, account ID, prefix string, found func(id ID, field, value string) error) error {
	some := redis.ZRangeArgs{Key: set, ByScore: true, Start: "-inf", Stop: strconv.FormatInt(at.UnixMilli(), 10), Count: limit}
	members, err := k.store.link.conn.ZRangeArgs(k.ctx, some).Result()
	if err != nil {
		return err
	}
	if account != 0 {
		members = slices.DeleteFunc(members, func(member string) bool { return !strings.HasPrefix(member, idText(account)+" ") })
	}
	values, err := pipelined(k.ctx, k.store.link.conn, members, func(pipe redis.Pipeliner, member string) *redis.StringCmd {
		id, field, _ := strings.Cut(member, " ")
		return pipe.HGet(k.ctx, prefix+id, field)
	})
	if err != nil {
		return err
	}
	for i, member := range members {
		if values[i].Err() != nil {
			continue // there is none
		}
		id, field, _ := strings.Cut(member, " ")
		if err := found(idOf(id), field, values[i].Val()); err != nil {
			return err
		}
	}
	return nil
}

func tokenCommands(t *tokenRecord, gone bool) []command {
	ending := idText(t.Account) + " " + t.Hash
	if gone {
		return []command{{"HDEL", tokensKey(t.Account), t.Hash}, {"ZREM", tokensEndingKey, ending}}
	}
	end := t.Until.UnixMilli()
	return []command{{"HSET", tokensKey(t.Account), t.Hash, fmt.Sprintf("%d %d %s", end, t.At.UnixMilli(), t.Note)}, {"ZADD", tokensEndingKey, end, ending}}
}

// tokenOf reads the value of a token: "END MADE NOTE".
func tokenOf(account ID, hash, value string) (tokenRecord, error) {
	parts := strings.SplitN(value, " ", 3)
	if len(parts) < 3 {
		return tokenRecord{}, errors.New("a token in Redis can't be read")
	}
	end, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil {
		return tokenRecord{}, err
	}
	made, err := strconv.ParseInt(parts[1], 10, 64)
	return tokenRecord{account, Token{Hash: hash, Note: parts[2], At: time.UnixMilli(made).UTC(), Until: time.UnixMilli(end).UTC()}}, err
}
