package storage

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"go.uber.org/zap"
)

const redisFormat = 6 // of the keys

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
	case format == guardedFormat:
		restoring, err := s.link.conn.HExists(ctx, stateKey, "restoring").Result()
		if err == nil && restoring {
			err = errRestoring
		}
		return err
	case format > redisFormat:
		return newerError{format}
	}
	first, err := s.olderLease(ctx)
	if err != nil {
		return err
	}
	for {
		err := s.convert(ctx)
		if err != errOlderServer || s.shared || !pause(ctx) {
			return err
		}
		// If that server was killed, its lease ends by itself.
		if now, _ := s.olderLease(ctx); now.Sub(first) > leaseSlack {
			return err // it was renewed
		}
	}
}

// leaseSlack is by how much the end of a lease may seem to move though it does not: Redis says how long it has left.
const leaseSlack = 100 * time.Millisecond

// olderLease is when the last lease ends of a server of an older version; zero: there is none.
func (s *redisStore) olderLease(ctx context.Context) (ends time.Time, err error) {
	left, err := s.link.conn.PTTL(ctx, oldLeaseKey).Result()
	if err != nil {
		return ends, err
	}
	if left > 0 {
		ends = time.Now().Add(left)
	}
	last, err := s.link.conn.ZRevRangeWithScores(ctx, leasesKey, 0, 0).Result()
	if err != nil {
		return ends, err
	}
	if len(last) > 0 && last[0].Score > float64(ends.UnixMilli()) {
		ends = time.UnixMilli(int64(last[0].Score))
	}
	return ends, nil
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
