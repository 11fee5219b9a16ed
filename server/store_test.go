package server

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"parley/storage"
)

// testStore is a store that waits or is away when a test says so.
type testStore struct {
	storage.Store
	commits atomic.Int64          // so many were asked for
	now     atomic.Int64          // so many were done on a loop
	many    atomic.Int64          // so many of these had more than two asks
	begun   atomic.Pointer[begun] // what a loop has left to be finished
	looked  atomic.Int64          // so often an account was looked for, and the answer is known

	mu     sync.Mutex
	slow   chan struct{}             // unless nil, the account "slow" is looked for until it is closed
	read   chan struct{}             // unless nil, histories are read when it is closed
	held   chan struct{}             // unless nil, commits wait until it is closed
	refuse func(*storage.Batch) bool // unless nil, whether the store is away for a batch
	rooms  chan struct{}             // unless nil, one room is looked at when it is closed
	balks  func()                    // unless nil, none is done on a loop, where this is called instead
	unsure func(*storage.Ask) bool   // unless nil, for which asks it does not say whether it has done them
}

// holdSlow makes "/history slow" last until release or goOn.
func (s *testStore) holdSlow() (release func()) { return s.hold(&s.slow) }

// holdHistories makes histories wait until release or goOn.
func (s *testStore) holdHistories() (release func()) { return s.hold(&s.read) }

// holdRooms makes it wait until release or goOn when one room is looked at.
func (s *testStore) holdRooms() (release func()) { return s.hold(&s.rooms) }

// holdCommits makes all commits wait until release or goOn.
func (s *testStore) holdCommits() (release func()) { return s.hold(&s.held) }

func (s *testStore) hold(until *chan struct{}) (release func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	*until = make(chan struct{})
	return func() { s.release(until) }
}

func (s *testStore) release(until *chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if *until != nil {
		close(*until)
		*until = nil
	}
}

// goOn ends all that is held.
func (s *testStore) goOn() {
	s.release(&s.slow)
	s.release(&s.held)
	s.release(&s.read)
	s.release(&s.rooms)
}

// away makes it refuse some batches; nil ends that.
func (s *testStore) away(refuse func(*storage.Batch) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse = refuse
}

// balk has it do nothing on a loop, but call this there; nil ends that.
func (s *testStore) balk(instead func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.balks = instead
}

// doubt makes it not say of some asks whether it has done them, though it has.
func (s *testStore) doubt(unsure func(*storage.Ask) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unsure = unsure
}

func (s *testStore) Account(ctx context.Context, key string) (storage.Account, error) {
	s.mu.Lock()
	held := s.slow
	s.mu.Unlock()
	if key == "slow" && held != nil {
		select {
		case <-held:
		case <-ctx.Done():
			return storage.Account{}, storage.ErrUnavailable
		}
	}
	defer s.looked.Add(1)
	return s.Store.Account(ctx, key)
}

// CommitNow leaves to Commit what a test wants to see there.
func (s *testStore) CommitNow(b *storage.Batch) bool {
	s.mustBe(nil)
	s.mu.Lock()
	usual, balks := s.held == nil && s.refuse == nil && s.unsure == nil, s.balks
	s.mu.Unlock()
	if balks != nil {
		balks()
	}
	if !usual || balks != nil || !s.Store.CommitNow(b) {
		s.begun.Store(&begun{b, b.At})
		return false
	}
	s.now.Add(1)
	if len(b.Asks) > 2 {
		s.many.Add(1)
	}
	return true
}

// begun is a batch that was begun, and when it was made.
type begun struct {
	batch *storage.Batch
	at    time.Time
}

// mustBe checks that nothing comes between a batch that was begun and its Commit, and that it is not made anew.
func (s *testStore) mustBe(b *storage.Batch) {
	if begun := s.begun.Swap(nil); begun != nil && (begun.batch != b || !begun.at.Equal(b.At)) {
		panic("another batch is committed before the one that was begun")
	}
}

func (s *testStore) Commit(ctx context.Context, b *storage.Batch) error {
	s.commits.Add(1)
	s.mustBe(b)
	s.mu.Lock()
	held, refuse, unsure := s.held, s.refuse, s.unsure
	s.mu.Unlock()
	if held != nil {
		select {
		case <-held:
		case <-ctx.Done():
			return storage.ErrUnavailable
		}
	}
	if refuse != nil && refuse(b) {
		return storage.ErrUnavailable
	}
	err := s.Store.Commit(ctx, b)
	for i := 0; i < len(b.Asks) && unsure != nil && err == nil; i++ {
		if unsure(&b.Asks[i]) {
			b.Verdicts[i].Err, b.Events = storage.ErrUnsure, nil
		}
	}
	return err
}

func (s *testStore) History(ctx context.Context, t storage.Thread, r storage.Range) ([]storage.Event, bool, error) {
	s.mu.Lock()
	held := s.read
	s.mu.Unlock()
	if held != nil {
		select {
		case <-held:
		case <-ctx.Done():
			return nil, false, storage.ErrUnavailable
		}
	}
	return s.Store.History(ctx, t, r)
}

func (s *testStore) Room(ctx context.Context, key string) (storage.RoomInfo, error) {
	s.mu.Lock()
	held := s.rooms
	s.mu.Unlock()
	if held != nil {
		select {
		case <-held:
		case <-ctx.Done():
			return storage.RoomInfo{}, storage.ErrUnavailable
		}
	}
	return s.Store.Room(ctx, key)
}
