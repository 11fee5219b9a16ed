package storage

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/zap"
)

func openForJobs(t *testing.T) *sqliteStore {
	t.Helper()
	limits := Limits{Inbox: math.MaxInt, Keep: time.Hour, Lobby: 10, Conversation: 10}
	store, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "parley.db"), limits, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return store.(*sqliteStore)
}

// rows counts the messages to somebody in the file, whoever may see them.
func (s *sqliteStore) rows(t *testing.T, recipient string) (n int) {
	t.Helper()
	err := s.submit(context.Background(), &job{undo: nothingToUndo, do: func(w *sqliteWriter) error {
		return w.db.row("SELECT count(*) FROM messages WHERE recipient = ?", []any{recipient}, &n)
	}})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func lobbyBatch(texts ...string) *Batch {
	b := &Batch{At: time.Now()}
	for _, text := range texts {
		b.Posts = append(b.Posts, Post{From: "Alice", FromKey: "alice", Text: []byte(text)})
	}
	return b
}

func TestCommitReturnsWhileTheDiskHangs(t *testing.T) {
	s := openForJobs(t)
	hangs, goesOn := make(chan struct{}), make(chan struct{})
	go s.submit(context.Background(), &job{undo: nothingToUndo, do: func(*sqliteWriter) error {
		close(hangs)
		<-goesOn
		return nil
	}})
	<-hangs
	b := lobbyBatch("refused")
	for range 2 {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		if err := s.Commit(ctx, b); !errors.Is(err, ErrUnavailable) {
			t.Fatalf("got %v", err)
		}
		cancel()
		copy(b.Posts[0].Text, "written again")
	}
	close(goesOn)
	if n := s.rows(t, ""); n != 0 {
		t.Fatalf("%d refused messages are kept", n)
	}
}

// TestCommittedButGivenUpIsTakenBack is about the moment between a COMMIT in the file and its answer.
func TestCommittedButGivenUpIsTakenBack(t *testing.T) {
	s := openForJobs(t)
	if err := s.Commit(t.Context(), lobbyBatch("kept")); err != nil {
		t.Fatal(err)
	}
	work := &commitWork{}
	work.take(lobbyBatch("given up"), s.limits)
	j := &job{
		do:     func(w *sqliteWriter) error { return w.commit(work) },
		undo:   func(w *sqliteWriter) error { return w.undoCommit(work) },
		answer: make(chan error, 1),
	}
	j.state.Store(jobAnswered) // its owner has left, but the writer did not see it before COMMIT
	s.jobs <- j
	messages, _, err := s.Lobby(t.Context(), 0, 9)
	if err != nil || len(messages) != 1 {
		t.Fatalf("readers see %d messages, %v", len(messages), err)
	}
	if n := s.rows(t, ""); n != 1 {
		t.Fatalf("%d messages are kept", n)
	}
	if err := s.Commit(t.Context(), lobbyBatch("next")); err != nil {
		t.Fatal(err)
	}
	if messages, _, _ = s.Lobby(t.Context(), 0, 9); len(messages) != 2 || string(messages[1].Text) != "next" {
		t.Fatalf("readers see %d messages", len(messages))
	}
}

func TestSweepKeepsTheFileSmall(t *testing.T) {
	s := openForJobs(t)
	if err := s.CreateAccount(t.Context(), Account{Key: "bob", Name: "Bob"}); err != nil {
		t.Fatal(err)
	}
	expired := &Batch{At: time.Now().Add(-2 * time.Hour), Posts: []Post{{From: "Alice", FromKey: "alice", To: "bob"}}}
	if err := s.Commit(t.Context(), expired); err != nil {
		t.Fatal(err)
	}
	unread := &Batch{At: time.Now()}
	for range 30 { // more than a conversation keeps
		unread.Posts = append(unread.Posts, Post{From: "Alice", FromKey: "alice", To: "bob"})
	}
	if err := s.Commit(t.Context(), unread); err != nil {
		t.Fatal(err)
	}
	texts := make([]string, 1000)
	for range 30 {
		if err := s.Commit(t.Context(), lobbyBatch(texts...)); err != nil {
			t.Fatal(err)
		}
	}
	if n := s.rows(t, ""); n > 10_000 {
		t.Fatalf("the file holds %d messages", n)
	}
	if n := s.rows(t, "bob"); n != 30 {
		t.Fatalf("the file holds %d messages to bob", n)
	}
	page := &Batch{At: time.Now(), Pages: []Page{{Key: "bob", Limit: 99}}}
	if err := s.Commit(t.Context(), page); err != nil {
		t.Fatal(err)
	}
	if p := page.Pages[0]; p.Expired != 1 || p.Waiting != 30 || len(p.Messages) != 30 || p.Messages[0].Number != unread.Posts[0].Number {
		t.Fatalf("bob has %d expired, %d waiting, a page of %d", p.Expired, p.Waiting, len(p.Messages))
	}
}
