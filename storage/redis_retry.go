package storage

import (
	"context"
	"errors"

	"github.com/redis/go-redis/v9"
)

// attempt is one try at an operation.
type attempt struct {
	do   func(ctx context.Context) error
	back undo // nil if it only reads
}

var (
	// errNotDone says that Redis did nothing, because another server has the lease or the operation was given up.
	errNotDone = errors.New("another server has taken the store")
	// errOutdated says that Redis did nothing, because others had removed accounts or taken numbers. We know of these now.
	errOutdated = errors.New("others have changed the store")
	// errBack says that Redis did nothing because it has lost something.
	errBack = errors.New("the store in Redis has gone back")
)

// retry tries an operation until Redis answers or the deadline comes. When an answer is lost, that try is taken back before the next
// one. So an operation is never done twice, and never after it was refused.
func (s *redisStore) retry(ctx context.Context, try func(operation string) attempt) error {
	for {
		if err := s.waitHealthy(ctx); err != nil {
			return unavailable(err)
		}
		a := try(s.operation())
		err := a.do(ctx)
		if errors.Is(err, errBack) {
			if err = s.prepareAgain(ctx); err == nil {
				continue
			}
		}
		switch {
		case err == nil || isAnswer(err):
			return err
		case a.back == nil && errors.Is(err, context.Canceled): // says nothing about Redis
			return unavailable(err)
		case errors.Is(err, errOutdated): // try again at once
		case errors.Is(err, errNotDone), errors.Is(err, errOtherServer), isRefusal(err, "LOADING", "READONLY", "MASTERDOWN", "NOAUTH"):
			s.broke(err, nil) // the next try waits for the recovery
		case isRefusal(err, "OOM", "MISCONF", "NOPERM", "NOREPLICAS", "BUSY"):
			s.outage.begin(err)
			return unavailable(err)
		case isRefusal(err, ""): // a script stopped half way
			s.broke(err, a.back)
			return unavailable(err)
		default: // the connection was cut or was too slow
			s.broke(err, a.back)
		}
	}
}

// prepareAgain makes a Redis that has gone back ready while the store is in use.
func (s *redisStore) prepareAgain(ctx context.Context) error {
	run, err := s.checkServer(ctx)
	if err == nil {
		err = s.takeLease(ctx)
	}
	if err == nil {
		err = s.prepare(ctx, run, false)
	}
	return err
}

// isRefusal reports whether Redis itself answered with an error that begins with one of these codes.
func isRefusal(err error, codes ...string) bool {
	var refusal redis.Error
	return errors.As(err, &refusal) && hasCode(refusal.Error(), codes...)
}

// verdictOf turns the first word of a script's reply into an error.
func (s *redisStore) verdictOf(reply []any) error {
	if len(reply) == 0 {
		return errors.New("a script replied nothing")
	}
	switch reply[0] {
	case "done":
		return nil
	case "exists":
		return ErrExists
	case "gone":
		return ErrGone
	case "changed":
		return ErrChanged
	case "token":
		return ErrNoToken
	case "back":
		return errBack
	case "behind":
		return s.catchUp(reply)
	case "names":
		if len(reply) != 2 {
			return errReply
		}
		return s.outdated(versionOf(reply[1]))
	}
	return errNotDone // 'late', 'lease'
}

// catchUp takes over the numbers and events of others.
func (s *redisStore) catchUp(reply []any) error {
	if len(reply) != 3 {
		return errors.New("a script replied something else than it should")
	}
	last, _ := reply[1].(int64)
	feed, err := feedOf(reply[2])
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen.take(last, feed)
	return errOutdated
}
