package server

import (
	"context"
	"errors"
	"fmt"
)

// Alive returns nil when every loop, and the committer, has answered that it goes on. When one of them has not by the end of ctx it says which. The
// committer may be waiting for the store meanwhile, which is nothing to mend by a restart, so ctx must allow for the store timeout and a few
// seconds more. A loop waits only for SQLite, and only while a disk hangs in the middle of a write. It may be called from any goroutine.
func (s *Server) Alive(ctx context.Context) error {
	answers := make([]chan struct{}, len(s.running))
	for i, sh := range s.running {
		answered := make(chan struct{})
		answers[i] = answered
		sh.call(func() { close(answered) })
	}
	for i, sh := range s.running {
		select {
		case <-answers[i]:
		case <-sh.loop.Done():
		case <-ctx.Done():
			return fmt.Errorf("event loop %d of %d does not answer", i+1, len(s.running))
		}
	}
	return s.chat.Alive(ctx)
}

var errDraining = errors.New("draining")

// Ready returns nil when new clients are welcome, and else why not: the server is going down, or its store fails. It may be called from any goroutine.
func (s *Server) Ready() error {
	if s.draining.Load() {
		return errDraining
	}
	return s.chat.StoreOutage()
}
