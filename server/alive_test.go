package server

import (
	"context"
	"strings"
	"testing"
	"time"

	"parley/storage"
)

// alive asks whether the server is alive, and gives it little time.
func (s *testServer) alive() error {
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	return s.Alive(ctx)
}

func TestStuckLoopIsNotAlive(t *testing.T) {
	s := start(t, func(o *setup) { o.Shards = 2 })
	eventually(t, "the server is alive", func() bool { return s.alive() == nil })
	stuck := make(chan struct{})
	s.shards[1].call(func() { <-stuck })
	if err := s.alive(); err == nil || err.Error() != "event loop 2 of 2 does not answer" {
		t.Errorf("with a stuck loop: %v", err)
	}
	close(stuck)
	eventually(t, "the server is alive again", func() bool { return s.alive() == nil })
}

func TestStuckCommitterIsNotAlive(t *testing.T) {
	s := start(t)
	release := s.store.holdCommits()
	eventually(t, "the committer waits", func() bool {
		err := s.alive()
		return err != nil && err.Error() == "the committer does not answer"
	})
	release()
	eventually(t, "the server is alive again", func() bool { return s.alive() == nil })
}

func TestReadyWhileTheStoreWorks(t *testing.T) {
	s := start(t)
	eventually(t, "the server is ready", func() bool { return s.Ready() == nil })
	s.store.away(func(*storage.Batch) bool { return true })
	eventually(t, "the server is not ready", func() bool {
		err := s.Ready()
		return err != nil && strings.HasPrefix(err.Error(), "the store fails since ")
	})
	if err := s.alive(); err != nil {
		t.Errorf("a store that fails is nothing to mend by a restart: %v", err)
	}
	s.store.away(nil)
	eventually(t, "the server is ready again", func() bool { return s.Ready() == nil })
	s.stop()
	if err := s.Ready(); err != errDraining {
		t.Errorf("when it goes down: %v", err)
	}
}
