package storage

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"time"
)

// job is something that the writer does in one transaction, for a caller who waits until the deadline at most.
type job struct {
	reads    bool                        // do only reads, and needs no transaction
	atOnce   bool                        // the caller does it itself, and may not wait: see CommitNow
	buries   bool                        // the caller ends its sessions after ErrBuried
	do       func(w *sqliteWriter) error // an error rolls the transaction back
	undo     func(w *sqliteWriter) error // takes back what do did, in a later transaction; harmless if do left no trace
	confirm  func()                      // called when the job is done and was not given up, before the caller is told; may be nil
	deadline time.Time                   // zero: none
	state    atomic.Int32
	answer   chan error
}

// A job ends once: either the writer answers it, or the caller gives up waiting.
const (
	jobOpen = iota
	jobAnswered
	jobAbandoned
)

// answerWith answers the caller, and reports whether anybody still waited.
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

// submit has the writer do a job, and waits until the deadline of ctx. When it returns ErrUnavailable the job may still be running,
// so do and undo must not touch what belongs to the caller. After any other answer their results may be read.
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

// isAnswer reports whether an error answers an ask, and is not a failure of the store.
func isAnswer(err error) bool {
	return slices.ContainsFunc(answers[:], func(answer error) bool { return errors.Is(err, answer) })
}

var answers = [...]error{
	ErrNoAccount, ErrNoRoom, ErrGone, ErrExists, ErrChanged, ErrInboxFull, ErrNotMember, ErrAbsent, ErrMember, ErrForbidden, ErrRoomTaken,
	ErrInviteOnly, ErrBanned, ErrMuted, ErrQuiet, ErrTooMany, ErrRoomFull, ErrBlocked, ErrNoToken, ErrOnceMismatch, ErrNothing, ErrGuest,
}
