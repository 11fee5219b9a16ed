package storage

import (
	"context"
	"slices"
	"time"

	"go.uber.org/zap"
)

// Lists are cut when something comes into them. This file is how messages expire in those where nothing does, so that Redis gets its memory back.

const (
	// expireLists is how many lists of rooms, or accounts, are looked at by one script.
	expireLists = 100
	// expirePause is the time between two of these scripts.
	expirePause = 100 * time.Millisecond
)

// expireKey is there while a node goes through all lists, or has done so not long ago.
const expireKey = takenPrefix + "expire"

// expireTime is the time from the beginning of one pass over all lists to that of the next, so that nothing is kept for a hundredth longer than it
// should be, or ten minutes.
func expireTime(keep time.Duration) time.Duration {
	return max(time.Second, min(keep/100, 10*time.Minute))
}

// expireLasting makes passes until ctx ends, in turn with the other nodes.
func (s *redisStore) expireLasting(ctx context.Context) {
	for {
		keep := s.limits.Load().Keep
		each := expireTime(keep)
		if keepMilliseconds(keep) > 0 {
			if err := s.expireAll(ctx, keep, each); err != nil && ctx.Err() == nil {
				s.log.Warn("messages that have expired could not be removed", zap.Error(err))
			}
		}
		select {
		case <-time.After(each):
		case <-ctx.Done():
			return
		}
	}
}

// expireAll makes a pass, unless another node has made one just now.
func (s *redisStore) expireAll(ctx context.Context, keep, each time.Duration) error {
	ours, err := s.client.SetNX(ctx, expireKey, 1, each*9/10).Result()
	if err != nil || !ours {
		return err
	}
	for _, one := range []struct{ kind, ids string }{{"room", roomsKey}, {"account", namesKey}} {
		ids, err := s.client.HVals(ctx, one.ids).Result()
		if err != nil {
			return err
		}
		for some := range slices.Chunk(ids, expireLists) {
			args := []any{redisFormat, time.Now().Add(-keep).UnixMilli(), one.kind}
			for _, id := range some {
				args = append(args, id)
			}
			if err := expireScript.Run(ctx, s.client, nil, args...).Err(); err != nil {
				return err
			}
			select {
			case <-time.After(expirePause):
			case <-ctx.Done():
				return nil
			}
		}
	}
	return nil
}
