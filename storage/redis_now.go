package storage

import (
	"context"
	"errors"
	"slices"
	"time"
)

// nowTime is how long CommitNow waits for Redis, except in tests.
const nowTime = 4 * time.Millisecond

// begun is a run that CommitNow has sent, and why that does not know it to be done. Commit goes on with it.
type begun struct {
	run *run
	err error
}

// CommitNow does all asks in one run, or leaves them to Commit. An answer that does not come in time throws away the link: nothing may be sent behind it.
func (s *redisStore) CommitNow(b *Batch) (done bool) {
	if !s.isCalm() || !isPlain(b) {
		return false
	}
	b.Verdicts = append(b.Verdicts[:0], make([]Verdict, len(b.Asks))...)
	b.Events, b.Forgotten = b.Events[:0], false
	ctx, cancel := context.WithTimeout(context.Background(), s.nowTime)
	defer cancel()
	r, err := s.newRun(ctx, b, 0, len(b.Asks), true)
	sent := err == nil
	if sent {
		if err = s.sendBy(ctx, r); err == nil {
			b.Acks = b.Acks[:0]
			return true
		}
		s.begun, s.pending = &begun{r, err}, slices.Clone(b.Events)
	}
	if errors.Is(err, errUnanswered) || !sent && !isAnswer(err) && !isRefusal(err, "") { // what it has looked up may be late, too
		s.slow.note(s.clock(), s.nowTime)
		s.unlink()
	}
	return false
}

// isCalm reports whether nothing is known for which a run would have to wait.
func (s *redisStore) isCalm() bool {
	return s.link != nil && s.node.id != "" && s.doubt == nil && s.begun == nil && !s.node.buried && !s.node.forgotten && len(s.pending) == 0 &&
		!s.shared && s.address.Replicas == 0 && !s.slow.lasts(s.clock()) && s.outage.now() == nil
}

// resume goes on with a run that CommitNow has begun. Without an error it is done now, or it is known that it will not be.
func (s *redisStore) resume(ctx context.Context) (done bool, err error) {
	r, err := s.begun.run, s.begun.err
	s.begun = nil
	switch {
	case !errors.Is(err, errUnanswered):
		err = s.afterFault(ctx, r, err)
	case !r.hasAsks():
		err = nil
	default:
		r.keepTexts()
		s.doubt = r
		err = s.findOut(ctx)
	}
	if err == nil && !r.done && ctx.Err() != nil {
		err = unavailable(ctx.Err())
	}
	return r.done, err
}
