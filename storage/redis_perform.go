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

// errNotDone says that Redis did nothing because what we know of it is out of date.
var errNotDone = errors.New("the store has changed hands")

// errNamesChanged says that Redis did nothing because accounts have been removed, and that we know now.
var errNamesChanged = errors.New("accounts have been removed")

// perform tries an operation until it is answered or the deadline comes. When an answer is lost, the try is taken back
// before the next one, so that an operation is never done twice, nor after it was refused.
func (s *redisStore) perform(ctx context.Context, try func(operation string) attempt) error {
	for {
		if err := s.waitHealthy(ctx); err != nil {
			return unavailable(err)
		}
		a := try(s.operation())
		err := a.do(ctx)
		switch {
		case err == nil || isAnswer(err):
			return err
		case a.back == nil && errors.Is(err, context.Canceled): // says nothing about Redis
			return unavailable(err)
		case errors.Is(err, errNamesChanged): // at once again
		case errors.Is(err, errNotDone), isRefusal(err, "LOADING", "READONLY", "MASTERDOWN", "NOAUTH"):
			s.broke(err, nil) // the recovery will say when it is worth another try
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

// isRefusal reports whether Redis itself answered with an error that begins with one of these codes.
func isRefusal(err error, codes ...string) bool {
	var refusal redis.Error
	return errors.As(err, &refusal) && hasCode(refusal.Error(), codes...)
}
