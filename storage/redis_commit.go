package storage

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.uber.org/zap"
)

// Commit does the asks in runs, each by one script. What else the batch says goes with the first run.
func (s *redisStore) Commit(ctx context.Context, b *Batch) error {
	if s.begun == nil {
		b.Verdicts = append(b.Verdicts[:0], make([]Verdict, len(b.Asks))...)
	}
	b.Events, b.Forgotten = append(b.Events[:0], s.pending...), false
	s.pending = nil
	if s.shared && slices.ContainsFunc(b.Asks, func(a Ask) bool { return !isChange(a.Kind) && !byRules(a.Kind) }) {
		return unavailable(errOperatorOnly)
	}
	err := s.commitRuns(ctx, b)
	if s.node.forgotten {
		b.Forgotten, s.node.forgotten = true, false
	}
	if err != nil { // none of its asks is done, so these are events of others
		s.pending, b.Events = slices.Clone(b.Events), b.Events[:0]
	}
	return err
}

// commitRuns returns an error only if it concerns all of the batch. While Redis has no memory left, each ask has a run of its own, and what else the
// batch says has one: Redis refuses a run that needs memory, but others not.
func (s *redisStore) commitRuns(ctx context.Context, b *Batch) error {
	var first error
	failed, from, single := 0, 0, false
	for place := 0; place == 0 || from < len(b.Asks); place++ {
		to := runEnd(b.Asks, from)
		switch {
		case single && place == 0:
			to = from
		case single:
			to = from + 1
		}
		err := s.commitRun(ctx, b, from, to, place == 0)
		if !single && isRefusal(err, "OOM") && (to-from > 1 || place == 0 && to > from) {
			single = true
			place--
			continue
		}
		if err != nil {
			for i := range b.Verdicts[from:to] {
				b.Verdicts[from+i] = Verdict{Err: err}
			}
			failed += to - from
		}
		if place == 0 {
			if first = err; err == nil {
				b.Acks = b.Acks[:0]
			}
		}
		from = to
	}
	switch {
	case s.node.buried && failed == len(b.Asks):
		s.node.buried = false
		return ErrBuried
	case first != nil && failed == len(b.Asks) && sameOutcome(b.Verdicts, first):
		return first
	}
	return nil
}

// sameOutcome reports whether all asks failed in the same way.
func sameOutcome(verdicts []Verdict, err error) bool {
	return !slices.ContainsFunc(verdicts, func(v Verdict) bool { return errors.Is(v.Err, ErrUnsure) != errors.Is(err, ErrUnsure) })
}

// isChange reports whether an ask changes an account.
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

// commitRun does the asks from a place in the batch to another. It tries until Redis has done it, or until it is known that it will not, or the time is up.
func (s *redisStore) commitRun(ctx context.Context, b *Batch, from, to int, first bool) error {
	if s.begun != nil {
		if done, err := s.resume(ctx); done || err != nil {
			return err
		}
	}
	for {
		if err := s.ready(ctx, b); err != nil {
			return err
		}
		r, err := s.newRun(ctx, b, from, to, first)
		if r == nil && errors.Is(err, errOutdated) && !s.shared { // what was looked up is newer than what we have read of the feed
			if r, err = s.newRun(ctx, b, from, from, false); err == nil {
				if err = s.send(ctx, r); err == nil {
					continue
				}
			}
		} else if err == nil {
			err = s.send(ctx, r)
		}
		if err == nil {
			return nil
		}
		switch err = s.afterFault(ctx, r, err); {
		case err != nil:
			return err
		case r != nil && r.done:
			return nil
		case ctx.Err() != nil:
			return unavailable(ctx.Err())
		}
	}
}

var (
	// errOutdated says that Redis did nothing, because others had changed what the rules remember. We know of that now.
	errOutdated = errors.New("others have changed the store")
	// errBack says that Redis did nothing because it may have lost something.
	errBack = errors.New("the store in Redis has gone back")
	// errUnanswered says that Redis has not answered, so that the run may have been done.
	errUnanswered = errors.New("no answer from Redis")
)

// ready makes everything ready for a run: a link, the outcome of a run that is not known, our place among the nodes. Its error is for the asks, which
// were not sent.
func (s *redisStore) ready(ctx context.Context, b *Batch) error {
	for {
		if s.node.buried {
			return unavailable(ErrBuried)
		}
		err := s.connect(ctx)
		if err == nil && s.doubt != nil {
			err = s.settle(ctx, b)
		}
		if err == nil && s.node.id == "" {
			if err = s.prepare(ctx); err == nil {
				err = s.join(ctx)
			}
		}
		if err == nil {
			return nil
		}
		s.fault(err)
		if !pause(ctx) {
			return unavailable(err)
		}
	}
}

// fault notes that Redis can't be used.
func (s *redisStore) fault(err error) {
	s.outage.begin(err)
	s.unlink()
}

// afterFault decides what follows when a run was not done. Without an error it may be tried again.
func (s *redisStore) afterFault(ctx context.Context, r *run, err error) error {
	if r != nil && r.changes {
		s.forgetAll() // the rules remember what is not kept
	}
	switch {
	case isAnswer(err), errors.Is(err, errOutdated):
		return nil
	case errors.Is(err, errBack):
		s.node.forgotten = true
		s.node.confirmed = 0 // what is lost is known now
		return nil
	case errors.Is(err, ErrBuried):
		s.wasBuried()
		return unavailable(err)
	case (errors.Is(err, errRestoring) || errors.Is(err, errRestored)) && !s.shared:
		s.wasRestored()
		return unavailable(err)
	case errors.Is(err, errRestoring):
		return unavailable(err)
	case errors.Is(err, errLost) && s.node.missed(time.Now()):
		if time.Since(s.node.answered) < buriedTime {
			s.noteLoss()
		}
		s.wasBuried()
		return unavailable(err)
	case errors.Is(err, errLost): // a new place among the nodes, and everything told again
		s.noteLoss()
		s.node.forgotten = true
		s.expel()
		return nil
	case errors.Is(err, errUnanswered):
		return s.afterSilence(ctx, r, err)
	case isRefusal(err, "") && !isPassing(err):
		s.outage.begin(err)
		return unavailable(err)
	}
	s.fault(err) // it may pass
	if !pause(ctx) {
		return unavailable(err)
	}
	return nil
}

// afterSilence finds out whether a run was done that Redis has not answered. While that is not known, nothing else is done.
func (s *redisStore) afterSilence(ctx context.Context, r *run, err error) error {
	s.fault(err)
	if !r.hasAsks() {
		return nil // a heartbeat
	}
	r.keepTexts()
	s.doubt = r
	if !pause(ctx) {
		r.given = true
		return unsure(err)
	}
	return s.findOut(ctx)
}

// findOut settles the run in doubt, whose batch is that of the Commit under way.
func (s *redisStore) findOut(ctx context.Context) error {
	r := s.doubt
	for {
		err := s.connect(ctx)
		if err == nil {
			err = s.settle(ctx, r.b)
		}
		if err == nil {
			if r.uncertain {
				return unsure(errUnanswered)
			}
			return nil
		}
		s.fault(err)
		if !pause(ctx) {
			r.given = true
			return unsure(err)
		}
	}
}

// settle finds out what has become of the run in doubt, and keeps it from happening later. Its events go into a batch.
func (s *redisStore) settle(ctx context.Context, b *Batch) error {
	r := s.doubt
	reply, err := s.runScript(ctx, settleScript, r.node, r.seq, r.redis)
	if err != nil {
		return err
	}
	s.doubt = nil
	s.node.seq = max(s.node.seq, r.seq)
	switch {
	case len(reply) == 8 && reply[0] == "ran":
		return s.recover(r, b, reply)
	case len(reply) == 2 && reply[0] == "not":
		// A Redis that was started anew may have lost what others have been shown.
		r.uncertain = reply[1] == int64(1) && s.address.Replicas == 0
		return nil
	}
	return errReply
}

// send has Redis do a run, and reads what it answers. The error errUnanswered means that the run may have been done.
func (s *redisStore) send(ctx context.Context, r *run) error {
	attempt, cancel := attemptTime(ctx)
	defer cancel()
	if err := s.sendBy(attempt, r); err != nil {
		return err
	}
	if s.outage.now() != nil && s.writes(ctx) {
		s.outage.end()
	}
	return nil
}

// sendBy is send for a run that must be answered by the deadline.
func (s *redisStore) sendBy(ctx context.Context, r *run) error {
	n := &s.node
	n.seq++
	r.seq, r.node, r.redis = n.seq, n.id, s.link.run
	r.numbers.set(placeSeq, n.seq)
	sent := time.Now()
	reply, err := s.runForAny(ctx, commitScript, r.args)
	switch {
	case isRefusal(err, ""):
		return err
	case err != nil:
		return fmt.Errorf("%w: %w", errUnanswered, err)
	}
	n.answered = time.Now()
	n.confirmed = n.seq
	if r.to-r.from <= nowMost {
		s.slow.note(s.clock(), n.answered.Sub(sent))
	}
	if r.numbers.isSet(placeRenews) {
		n.renewed = n.answered
	}
	return s.read(r, reply)
}

// writes reports whether Redis takes something that needs memory. A heartbeat needs none, so its success does not end an outage. The next run
// removes what is written.
func (s *redisStore) writes(ctx context.Context) bool {
	return s.link.conn.HSet(ctx, neverKey, "probe", 1).Err() == nil
}

// attemptTime leaves some of the time until the deadline to find out what has become of a run that is not answered.
func attemptTime(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return ctx, func() {}
	}
	now := time.Now()
	return context.WithDeadline(ctx, now.Add(deadline.Sub(now)*6/10))
}

// noteLoss logs that Redis has lost something.
func (s *redisStore) noteLoss() {
	if !s.shared {
		s.log.Error("Redis has forgotten what it had acknowledged: what was said in between is lost", zap.Int64("acknowledged", s.node.last))
	}
}
