package storage

import (
	"cmp"
	"context"
	"slices"
)

// Commit does the frequent asks (Say, Enter, Feed) in runs, each run by one script, and the rare ones one by one between them. The acks
// go with the first run.
func (s *redisStore) Commit(ctx context.Context, b *Batch) error {
	b.Verdicts = append(b.Verdicts[:0], make([]Verdict, len(b.Asks))...)
	b.Events = b.Events[:0]
	acks, done := b.Acks, false
	var failure error
	for from := 0; from < len(b.Asks); {
		to := runEnd(b.Asks, from)
		var err error
		if isFrequent(b.Asks[from].Kind) {
			if err = s.commitRun(ctx, b, acks, from, to); err == nil {
				acks = nil
			}
		} else {
			err = s.change(ctx, b, from)
		}
		if err != nil {
			failure = err
			refuseRun(b.Verdicts[from:to], err)
		}
		done = done || err == nil
		from = to
	}
	if len(acks) > 0 && failure == nil || len(b.Asks) == 0 {
		if failure = s.commitRun(ctx, b, acks, 0, 0); failure == nil {
			acks, done = nil, true
		}
	}
	if !done {
		return failure
	}
	b.Acks = append(b.Acks[:0], acks...)
	s.addForeign(b)
	return nil
}

func isFrequent(kind AskKind) bool { return kind == Say || kind == Enter || kind == Feed }

// runEnd returns where the run of asks ends that begins at from.
func runEnd(asks []Ask, from int) int {
	to := from + 1
	for isFrequent(asks[from].Kind) && to < len(asks) && isFrequent(asks[to].Kind) {
		to++
	}
	return to
}

func refuseRun(verdicts []Verdict, err error) {
	for i := range verdicts {
		verdicts[i] = Verdict{Err: err}
	}
}

// addForeign adds the events of other processes. They stay on the feed until the next Commit says that they were returned.
func (s *redisStore) addForeign(b *Batch) {
	s.mu.Lock()
	foreign := s.seen.foreign
	s.seen.foreign = nil
	if len(foreign) > 0 {
		s.seen.read = foreign[len(foreign)-1].Number
	}
	s.mu.Unlock()
	if len(foreign) > 0 {
		b.Events = append(b.Events, foreign...)
		slices.SortFunc(b.Events, func(x, y Event) int { return cmp.Compare(x.Number, y.Number) })
	}
}

// commitRun does the frequent asks from a place in the batch to another.
func (s *redisStore) commitRun(ctx context.Context, b *Batch, acks []Ack, from, to int) error {
	return s.retry(ctx, func(operation string) attempt {
		var r *run
		return attempt{
			do: func(ctx context.Context) error {
				if err := s.resolve(ctx, b.Asks[from:to]); err != nil {
					return err
				}
				r = s.newRun(operation, b, acks, from, to)
				reply, err := commitScript.Run(ctx, s.client, r.keys, r.args...).Slice()
				if err != nil {
					return err
				}
				return r.read(s, reply)
			},
			back: func(ctx context.Context) error {
				if r == nil {
					return nil
				}
				return r.back(ctx, s)
			},
		}
	})
}
