package server

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"parley/storage"
)

// testStore is a store that waits or is away when a test says so.
type testStore struct {
	storage.Store
	commits atomic.Int64 // so many were asked for

	mu     sync.Mutex
	slow   chan struct{}                    // while it is open, the account "slow" is not found yet
	held   chan struct{}                    // while it is open, commits wait
	refuse func(b *storage.Batch) (is bool) // whether the store is away for a batch
}

// use makes a server use the store.
func (s *testStore) use(o *setup) {
	o.wrap = func(inner storage.Store) storage.Store {
		s.Store = inner
		return s
	}
}

// holdSlow makes "/history slow" last until the returned function is called. It may be called again.
func (s *testStore) holdSlow(t testing.TB) (release func()) { return hold(t, &s.mu, &s.slow) }

// holdCommits makes all commits wait until the returned function is called. It may be called again.
func (s *testStore) holdCommits(t testing.TB) (release func()) { return hold(t, &s.mu, &s.held) }

func hold(t testing.TB, mu *sync.Mutex, gate *chan struct{}) func() {
	closed := make(chan struct{})
	mu.Lock()
	*gate = closed
	mu.Unlock()
	release := sync.OnceFunc(func() { close(closed) })
	t.Cleanup(release)
	return release
}

// away makes it refuse some batches; nil ends that.
func (s *testStore) away(refuse func(b *storage.Batch) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse = refuse
}

func (s *testStore) Account(ctx context.Context, key string) (storage.Account, error) {
	s.mu.Lock()
	gate := s.slow
	s.mu.Unlock()
	if key == "slow" && gate != nil {
		select {
		case <-gate:
		case <-ctx.Done():
			return storage.Account{}, storage.ErrUnavailable
		}
	}
	return s.Store.Account(ctx, key)
}

func (s *testStore) Commit(ctx context.Context, b *storage.Batch) error {
	s.commits.Add(1)
	s.mu.Lock()
	gate, refuse := s.held, s.refuse
	s.mu.Unlock()
	if gate != nil {
		select {
		case <-gate:
		case <-ctx.Done():
			return storage.ErrUnavailable
		}
	}
	if refuse != nil && refuse(b) {
		return storage.ErrUnavailable
	}
	return s.Store.Commit(ctx, b)
}
