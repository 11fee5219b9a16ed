package storage

import (
	"cmp"
	"context"
	"slices"
)

// Commit does the asks in runs, each run by one script. The acks go with the first run that is not a change of an account.
func (s *redisStore) Commit(ctx context.Context, b *Batch) error {
	b.Verdicts = append(b.Verdicts[:0], make([]Verdict, len(b.Asks))...)
	b.Events = b.Events[:0]
	if s.shared && slices.ContainsFunc(b.Asks, func(a Ask) bool { return !isChange(a.Kind) && !byRules(a.Kind) }) {
		return unavailable(errOperatorOnly)
	}
	acks, done := b.Acks, false
	var failure error
	for from := 0; from < len(b.Asks); {
		to := runEnd(b.Asks, from)
		var err error
		if isChange(b.Asks[from].Kind) {
			err = s.change(ctx, b, from)
		} else if err = s.commitRun(ctx, b, acks, from, to); err == nil {
			acks = nil
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

// isChange reports whether an ask has a script of its own.
func isChange(kind AskKind) bool { return kind == Create || kind == SetPassword || kind == Remove }

// runEnd returns where the run of asks ends that begins at from. A login reads what the rules change when all of the run is done, so it has no part
// in a run of theirs. Nor are two messages of the same author with the same key in one run.
func runEnd(asks []Ask, from int) int {
	logins, ruled := false, false
	var used usedOnces
	for to := from; to < len(asks); to++ {
		kind := asks[to].Kind
		if !used.take(&asks[to]) {
			return to
		}
		logins, ruled = logins || kind == Enter, ruled || byRules(kind)
		alone := isChange(kind) || needsLists(kind)
		if to > from && (alone || logins && ruled) {
			return to
		}
		if alone {
			return to + 1
		}
	}
	return len(asks)
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

// commitRun does the asks from a place in the batch to another.
func (s *redisStore) commitRun(ctx context.Context, b *Batch, acks []Ack, from, to int) error {
	return s.retry(ctx, func(operation string) attempt {
		var r *run
		return attempt{
			do: func(ctx context.Context) (err error) {
				defer func() {
					if err != nil {
						s.forget.Store(true) // the rules may remember what is not kept
					}
				}()
				if err := s.refresh(ctx); err != nil {
					return err
				}
				made, err := s.newRun(ctx, operation, b, acks, from, to)
				if err != nil {
					return err
				}
				r = made
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
