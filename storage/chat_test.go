package storage_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"parley/storage"
	"parley/storage/storagetest"
)

// kind is one of the stores that must pass the suite.
type kind struct {
	name string
	url  func(tb testing.TB) string // of a new, empty store
}

var kinds = []kind{
	{"sqlite", func(tb testing.TB) string { return "sqlite:" + filepath.Join(tb.TempDir(), "parley.db") }},
	{"redis", func(tb testing.TB) string { return storagetest.StartRedis(tb).URL() }},
}

var generous = storage.Limits{Inbox: math.MaxInt, Keep: math.MaxInt64, Lobby: math.MaxInt, Conversation: math.MaxInt}

// both runs a test on both stores.
func both(t *testing.T, test func(t *testing.T, url string)) {
	for _, kind := range kinds {
		t.Run(kind.name, func(t *testing.T) { test(t, kind.url(t)) })
	}
}

// chat is a store with short words for what the tests do.
type chat struct {
	storage.Store
	t *testing.T
}

func open(t *testing.T, url string, limits storage.Limits) chat {
	t.Helper()
	store, err := storage.Open(t.Context(), url, limits, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	c := chat{store, t}
	return c
}

// openFor is open for a whole test.
func openFor(t *testing.T, url string, limits storage.Limits) chat {
	c := open(t, url, limits)
	t.Cleanup(func() { c.Close() })
	return c
}

// soon is a context with a deadline that a store in order keeps easily.
func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func account(name string) storage.Account {
	return storage.Account{Key: strings.ToLower(name), Name: name, Hash: "hash of " + name, Created: time.UnixMilli(1_700_000_000_123).UTC()}
}

func (c chat) register(names ...string) {
	c.t.Helper()
	for _, name := range names {
		if err := c.CreateAccount(soon(c.t), account(name)); err != nil {
			c.t.Fatalf("creating %s: %v", name, err)
		}
	}
}

func (c chat) commit(b *storage.Batch) {
	c.t.Helper()
	if b.At.IsZero() {
		b.At = time.Now()
	}
	if err := c.Commit(soon(c.t), b); err != nil {
		c.t.Fatalf("commit: %v", err)
	}
}

func post(from, to, text string) storage.Post {
	return storage.Post{From: from, FromKey: strings.ToLower(from), To: to, Text: []byte(text)}
}

// post commits one post and returns its number.
func (c chat) post(from, to, text string) int64 {
	c.t.Helper()
	b := storage.Batch{Posts: []storage.Post{post(from, to, text)}}
	c.commit(&b)
	if b.Posts[0].Err != nil {
		c.t.Fatalf("post %q: %v", text, b.Posts[0].Err)
	}
	return b.Posts[0].Number
}

func (c chat) page(key string, after int64, limit int) storage.Page {
	c.t.Helper()
	b := storage.Batch{Pages: []storage.Page{{Key: key, After: after, Limit: limit}}}
	c.commit(&b)
	return b.Pages[0]
}

func (c chat) prove(key string, number int64) {
	c.t.Helper()
	c.commit(&storage.Batch{Proofs: []storage.Proof{{Key: key, Number: number}}})
}

// said lists messages as "author: text".
func said(messages []storage.Message) []string {
	lines := []string{}
	for _, m := range messages {
		lines = append(lines, fmt.Sprintf("%s: %s", m.From, m.Text))
	}
	return lines
}

func (c chat) lobby(before int64, limit int) ([]string, bool) {
	c.t.Helper()
	messages, more, err := c.Lobby(soon(c.t), before, limit)
	if err != nil {
		c.t.Fatalf("lobby: %v", err)
	}
	return said(messages), more
}

func (c chat) conversation(a, b string, before int64, limit int) ([]string, bool) {
	c.t.Helper()
	messages, more, err := c.Conversation(soon(c.t), a, b, before, limit)
	if err != nil {
		c.t.Fatalf("conversation: %v", err)
	}
	return said(messages), more
}

func wantLines(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Fatalf("got %q, want %q", got, want)
	}
}

func wantError(t *testing.T, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Fatalf("got error %v, want %v", got, want)
	}
}
