package storage

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
)

// sinceFound is one part of what an account may read.
type sinceFound struct {
	events []Event
	upto   int64
	more   bool
}

func (s *redisStore) Since(ctx context.Context, account ID, after int64, limit int) ([]Event, int64, bool, error) {
	found, err := reading(ctx, s, func(ctx context.Context) (sinceFound, error) {
		return s.readSince(ctx, account, after, max(1, min(limit, math.MaxInt32)))
	})
	return found.events, found.upto, found.more, err
}

var errSince = errors.New("the since script replied something else than it should")

// readSince shows only what is confirmed, as readHistory does.
func (s *redisStore) readSince(ctx context.Context, account ID, after int64, limit int) (sinceFound, error) {
	last := s.confirmed.Load()
	oldest := time.Now().Add(-s.limits.Load().Keep).UnixMilli()
	reply, err := sinceScript.Run(ctx, s.client, []string{memberKey(account), pairsKey(account), invitesKey(account)},
		int64(account), after, last, limit+1, oldest, threadPrefix, roomPrefix, accountPrefix).Slice()
	if err != nil {
		return sinceFound{}, err
	}
	events, err := messagesSince(reply)
	if err != nil {
		return sinceFound{}, err
	}
	invites, _ := reply[2].([]any)
	for _, text := range invites {
		in, err := inviteOf(fmt.Sprint(text))
		if err != nil {
			return sinceFound{}, err
		}
		if in.Number > after && in.Number <= last {
			events = append(events, in.event())
		}
	}
	slices.SortFunc(events, compareEvents)
	if len(events) <= limit {
		return sinceFound{events, max(after, last), false}, nil
	}
	return sinceFound{events[:limit], events[limit-1].Number, true}, nil
}

// messagesSince reads the messages in a reply of the script.
func messagesSince(reply []any) (events []Event, err error) {
	if len(reply) != 3 {
		return nil, errSince
	}
	threads, _ := reply[0].([]any)
	rows, _ := reply[1].([]any)
	for i := 0; i+1 < len(rows); i += 2 {
		at, _ := rows[i].(int64)
		if at < 1 || int(at) > len(threads) {
			return nil, errSince
		}
		thread, _ := threads[at-1].([]any)
		e, err := messageOf(fmt.Sprint(rows[i+1]))
		if err != nil {
			return nil, err
		}
		if err := placeEvent(&e, thread); err != nil {
			return nil, err
		}
		events = append(events, e)
	}
	return events, nil
}

// placeEvent sets where a message was said: a room's id, 0 and its name, or the ids of two accounts and their names. A row of format 1 does not
// say which of the two was its author, but for the name.
func placeEvent(e *Event, thread []any) error {
	e.Ask = -1
	if len(thread) < 3 {
		return errSince
	}
	first, second := idOf(fmt.Sprint(thread[0])), idOf(fmt.Sprint(thread[1]))
	if second == 0 {
		e.Thread, e.ToName = RoomThread(first), fmt.Sprint(thread[2])
		return nil
	}
	if len(thread) != 4 {
		return errSince
	}
	e.Thread = PairThread(first, second)
	if e.From == 0 {
		e.From = first
		if e.FromName != thread[2] {
			e.From = second
		}
	}
	e.To, e.ToName = second, fmt.Sprint(thread[3])
	if e.From == second {
		e.To, e.ToName = first, fmt.Sprint(thread[2])
	}
	return nil
}
