package storage

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"
)

const redisFormat = 4 // of the keys

// prepare makes Redis ready for use, at start and again whenever it may be another one or may have lost something. It makes a missing store and
// converts one of an older format. If Redis may have gone back, the next numbers are greater than all that were ever given. run is its run_id.
func (s *redisStore) prepare(ctx context.Context, run string, start bool) error {
	for {
		s.mu.Lock()
		known := s.seen
		s.mu.Unlock()
		reply, err := s.runOpen(ctx, run, known, start)
		if err != nil {
			return err
		}
		switch reply[0] {
		case "open":
			return s.opened(known, reply, start)
		case "newer":
			return errFormat
		case "lease":
			return errOtherServer
		}
		s.compare(known, 0) // it is empty, or an older dump was put back
		if err := s.convert(ctx, run, known.last); err != nil {
			return err
		}
	}
}

func (s *redisStore) runOpen(ctx context.Context, run string, known seen, start bool) ([]any, error) {
	phase := ""
	if start && !s.shared {
		phase = "start"
	}
	reply, err := openScript.Run(ctx, s.client, []string{leaseKey, stateKey, feedKey},
		s.holder(), redisFormat, run, known.last, known.served, time.Now().UnixMicro(), phase).Slice()
	if err == nil && len(reply) == 0 {
		err = errors.New("the open script replied nothing")
	}
	return reply, err
}

// opened takes over what Redis has.
func (s *redisStore) opened(known seen, reply []any, start bool) error {
	if len(reply) != 4 {
		return errors.New("the open script replied something else than it should")
	}
	last, _ := reply[1].(int64)
	served, _ := reply[2].(int64)
	feed, err := feedOf(reply[3])
	if err != nil {
		return err
	}
	if start {
		s.seen = seen{last: last, served: served}
		return nil
	}
	s.compare(known, served)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen.take(last, feed)
	return nil
}

// compare checks that Redis still has the last number that a server was given. If it has not, it logs that once.
func (s *redisStore) compare(known seen, served int64) {
	s.mu.Lock()
	lost := served < known.served && s.seen.served == known.served
	if lost {
		s.seen.served = served
	}
	s.mu.Unlock()
	if lost && !s.shared {
		s.log.Error("Redis has forgotten what it had acknowledged: what was said in between is lost",
			zap.Int64("acknowledged", known.served), zap.Int64("has", served))
	}
	s.forget.Store(true)
}

// convert makes the store or brings it to this format, whole or not at all.
func (s *redisStore) convert(ctx context.Context, run string, last int64) error {
	patient := s.client.WithTimeout(time.Hour) // a big store takes longer than ReadTimeout; ctx bounds it
	reply, err := convertScript.Run(ctx, patient, []string{leaseKey, stateKey, namesKey, roomsKey, expiredKey, feedKey, looksKey, emptyKey},
		s.holder(), redisFormat, run, last, time.Now().UnixMicro(), keyPrefix, LobbyName).Slice()
	switch {
	case err != nil:
		return err
	case len(reply) == 1 && s.shared:
		return errOlderServer
	case len(reply) != 3:
		return errOtherServer
	}
	if reply[1] != int64(0) {
		s.log.Info("the store was converted to a new format", zap.Any("accounts", reply[1]), zap.Any("conversations", reply[2]))
	}
	return nil
}
