package storage

import (
	"context"
	"errors"
	"sync/atomic"
	"time"
)

// job is something the writer does in one transaction for somebody who waits no longer than until its deadline.
type job struct {
	reads    bool                        // do only reads, and needs no transaction
	do       func(w *sqliteWriter) error // an error rolls the transaction back
	undo     func(w *sqliteWriter) error // takes back what do did, in a later transaction; right also where do left no trace
	confirm  func()                      // when it is done and not given up, before anybody is told; nil: nothing
	deadline time.Time                   // zero: none
	state    atomic.Int32
	answer   chan error
}

// A job is decided once: either the writer answers it or its owner gives up waiting.
const (
	jobOpen = iota
	jobAnswered
	jobAbandoned
)

// answerWith reports whether anybody still waited for it.
func (j *job) answerWith(err error) bool {
	if !j.state.CompareAndSwap(jobOpen, jobAnswered) {
		return false
	}
	if err == nil && j.confirm != nil {
		j.confirm()
	}
	j.answer <- err
	return true
}

// late reports whether the job may not be committed any more.
func (j *job) late() bool {
	return j.state.Load() == jobAbandoned || (!j.deadline.IsZero() && !time.Now().Before(j.deadline))
}

// submit has the writer do a job until the deadline of ctx. When it returns ErrUnavailable, the job may still be running for
// a while, so that do and undo must not touch what belongs to the caller; what they produced may be read after any other answer.
func (s *sqliteStore) submit(ctx context.Context, j *job) error {
	j.answer = make(chan error, 1)
	j.deadline, _ = ctx.Deadline()
	select {
	case s.jobs <- j:
	case <-s.stop:
		return unavailable(errClosed)
	case <-ctx.Done():
		return unavailable(ctx.Err())
	}
	select {
	case err := <-j.answer:
		return err
	case <-ctx.Done():
		if j.state.CompareAndSwap(jobOpen, jobAbandoned) {
			return unavailable(ctx.Err())
		}
		return <-j.answer
	}
}

// isAnswer reports whether an error is an answer to who asked, and not a failure of the store.
func isAnswer(err error) bool {
	for _, answer := range []error{ErrNoAccount, ErrNoRoom, ErrGone, ErrExists, ErrChanged, ErrInboxFull} {
		if errors.Is(err, answer) {
			return true
		}
	}
	return false
}
