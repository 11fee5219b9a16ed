package storage

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"go.uber.org/zap"
)

const redisFormat = 5 // of the keys

// prepare makes a missing store, and brings one of an older format to ours.
func (s *redisStore) prepare(ctx context.Context) error {
	found, err := s.link.conn.HGet(ctx, stateKey, "format").Result()
	if orNone(err) != nil {
		return err
	}
	format, _ := strconv.Atoi(found)
	switch {
	case format == redisFormat:
		return nil
	case format > redisFormat:
		return newerError{format}
	}
	for {
		err := s.convert(ctx)
		if err != errOlderServer || s.shared {
			return err
		}
		// If that server was killed, its lease ends by itself.
		left, failure := s.link.conn.PTTL(ctx, oldLeaseKey).Result()
		if failure != nil {
			return failure
		}
		if left < 0 || !pause(ctx) {
			return err
		}
		if again, _ := s.link.conn.PTTL(ctx, oldLeaseKey).Result(); again > left {
			return err // it was renewed
		}
	}
}

// newerError says that the store has a format that we do not know.
type newerError struct{ format int }

func (e newerError) Error() string {
	return fmt.Sprintf("it has format %d, but this parley knows %d at most", e.format, redisFormat)
}

// convert makes the store or brings it to this format, whole or not at all.
func (s *redisStore) convert(ctx context.Context) error {
	patient := s.client.WithTimeout(time.Hour) // a big store takes longer than ReadTimeout; ctx bounds it
	keys := []string{oldLeaseKey, stateKey, namesKey, roomsKey, expiredKey, oldFeedKey, looksKey, emptyKey}
	reply, err := convertScript.Run(ctx, patient, keys, redisFormat, s.node.last, time.Now().UnixMicro(), keyPrefix, LobbyName).Slice()
	switch {
	case err != nil:
		return err
	case len(reply) != 3:
		return errOlderServer
	}
	if reply[1] != int64(0) {
		s.log.Info("the store was converted to a new format", zap.Any("accounts", reply[1]), zap.Any("conversations", reply[2]))
	}
	return nil
}
