package storage

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"
)

var errThreads = errors.New("the threads script replied something else than it should")

// Position shows no message that Commit has not handed on, as readHistory does.
func (s *redisStore) Position(ctx context.Context, t Thread, at time.Time) (int64, error) {
	return reading(ctx, s, func(ctx context.Context) (int64, error) {
		oldest := time.Now().Add(-s.limits.Load().Keep).UnixMilli()
		return positionScript.Run(ctx, s.client, []string{threadKey(t)}, s.confirmed.Load()+1, s.limits.Load().history(t), oldest, at.UnixMilli()).Int64()
	})
}

func (s *redisStore) Threads(ctx context.Context, account ID, after, before time.Time, limit int) ([]Latest, error) {
	all, err := reading(ctx, s, func(ctx context.Context) ([]Latest, error) { return s.readThreads(ctx, account) })
	return latestBetween(all, after, before, limit), err
}

// readThreads shows only what is confirmed, as readHistory does.
func (s *redisStore) readThreads(ctx context.Context, account ID) ([]Latest, error) {
	oldest := time.Now().Add(-s.limits.Load().Keep).UnixMilli()
	reply, err := threadsScript.Run(ctx, s.client, []string{memberKey(account), pairsKey(account)},
		int64(account), s.confirmed.Load(), oldest, threadPrefix, roomPrefix, accountPrefix).Slice()
	if err != nil {
		return nil, err
	}
	var all []Latest
	for _, one := range reply {
		fields, _ := one.([]any)
		latest, err := latestOf(fields)
		if err != nil {
			return nil, err
		}
		all = append(all, latest)
	}
	return all, nil
}

// latestOf reads one row of the script's reply.
func latestOf(fields []any) (l Latest, err error) {
	if len(fields) != 5 {
		return l, errThreads
	}
	l.Thread = RoomThread(idOf(fmt.Sprint(fields[0])))
	if other := idOf(fmt.Sprint(fields[1])); other != 0 {
		l.Thread = PairThread(l.Thread.A, other)
	}
	l.Name, l.Number = fmt.Sprint(fields[2]), numberOf(fields[3])
	at, err := strconv.ParseInt(fmt.Sprint(fields[4]), 10, 64)
	l.At = time.UnixMilli(at).UTC()
	return l, err
}
