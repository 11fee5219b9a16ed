package storage

import (
	"context"
	"errors"
	"strconv"
	"time"
)

// retryPause is the time between two tries to reach Redis.
const retryPause = 50 * time.Millisecond

// reading reads something until Redis answers or the deadline comes.
func reading[T any](ctx context.Context, s *redisStore, read func(ctx context.Context) (T, error)) (found T, err error) {
	for {
		found, err = read(ctx)
		switch {
		case err == nil, isAnswer(err):
			return found, err
		case isRefusal(err, "") && !isPassing(err), errors.Is(err, context.Canceled):
			return found, unavailable(err)
		}
		if !pause(ctx) {
			return found, unavailable(err)
		}
	}
}

// isPassing reports whether Redis refuses something only while it is started or becomes another's replica.
func isPassing(err error) bool {
	return isRefusal(err, "LOADING", "READONLY", "MASTERDOWN", "NOAUTH", "UNBLOCKED")
}

// pause waits a moment. False means that the time is up.
func pause(ctx context.Context) bool {
	select {
	case <-time.After(retryPause):
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

// numberOf reads a number of a reply; 0 if it is none.
func numberOf(reply any) int64 {
	text, _ := reply.(string)
	n, _ := strconv.ParseInt(text, 10, 64)
	return n
}
