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

var generous = storage.Limits{Inbox: math.MaxInt, Keep: math.MaxInt64, Room: math.MaxInt, Conversation: math.MaxInt, Tokens: math.MaxInt, Onces: math.MaxInt}

var nop = zap.NewNop()

// both runs a test on both stores.
func both(t *testing.T, test func(t *testing.T, url string)) {
	for _, kind := range kinds {
		t.Run(kind.name, func(t *testing.T) { test(t, kind.url(t)) })
	}
}

// chat is a store with short methods for what the tests do. Accounts are named by their keys.
type chat struct {
	storage.Store
	t     *testing.T
	lobby *storage.Thread // once it is known
}

func open(t *testing.T, url string, limits storage.Limits) chat {
	t.Helper()
	store, err := storage.Open(t.Context(), url, limits, storage.Self{}, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	return chat{store, t, new(storage.Thread)}
}

// openFor is open for a whole test.
func openFor(t *testing.T, url string, limits storage.Limits) chat {
	t.Helper()
	c := open(t, url, limits)
	t.Cleanup(func() { c.Close() })
	return c
}

// openShared is how an operator's command opens a store.
func openShared(t *testing.T, url string) chat {
	t.Helper()
	store, err := storage.OpenShared(t.Context(), url, storage.Limits{}, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	return chat{store, t, new(storage.Thread)}
}

// soon is a context with a deadline that a working store easily meets.
func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// account is one that does not exist yet.
func account(name string) storage.Account {
	return storage.Account{Key: strings.ToLower(name), Name: name, Hash: "hash of " + name, Created: time.UnixMilli(1_700_000_000_123).UTC()}
}

func create(name string) storage.Ask {
	return storage.Ask{Kind: storage.Create, New: new(account(name))}
}

func (c chat) commit(b *storage.Batch) {
	c.t.Helper()
	if b.At.IsZero() {
		b.At = time.Now()
	}
	if err := c.Commit(soon(c.t), b); err != nil {
		c.t.Fatalf("commit: %v", err)
	}
	if len(b.Verdicts) != len(b.Asks) {
		c.t.Fatalf("%d verdicts for %d asks", len(b.Verdicts), len(b.Asks))
	}
}

// batch commits asks.
func (c chat) batch(asks ...storage.Ask) *storage.Batch {
	c.t.Helper()
	b := &storage.Batch{Asks: asks}
	c.commit(b)
	return b
}

// ask commits one ask and returns its verdict.
func (c chat) ask(ask storage.Ask) storage.Verdict {
	c.t.Helper()
	return c.batch(ask).Verdicts[0]
}

// mustAsk is ask for what can't be refused.
func (c chat) mustAsk(ask storage.Ask) storage.Verdict {
	c.t.Helper()
	verdict := c.ask(ask)
	if verdict.Err != nil {
		c.t.Fatalf("%+v: %v", ask, verdict.Err)
	}
	return verdict
}

func (c chat) register(names ...string) {
	c.t.Helper()
	for _, name := range names {
		c.mustAsk(create(name))
	}
}

// id returns the ID of an account.
func (c chat) id(key string) storage.ID {
	c.t.Helper()
	a, err := c.Account(soon(c.t), key)
	if err != nil {
		c.t.Fatalf("account %s: %v", key, err)
	}
	return a.ID
}

// say is the ask that says something; in the lobby to "#lobby".
func (c chat) say(from, to, text string) storage.Ask {
	c.t.Helper()
	return storage.Ask{Kind: storage.Say, Account: c.id(from), To: to, Text: []byte(text)}
}

// post says one thing and returns its number.
func (c chat) post(from, to, text string) int64 {
	c.t.Helper()
	b := c.batch(c.say(from, to, text))
	if err := b.Verdicts[0].Err; err != nil {
		c.t.Fatalf("post %q: %v", text, err)
	}
	return c.number(b, 0)
}

// number returns the number of the event that an ask has caused.
func (c chat) number(b *storage.Batch, ask int) int64 {
	c.t.Helper()
	for _, e := range b.Events {
		if e.Ask == ask {
			return e.Number
		}
	}
	c.t.Fatalf("ask %d has caused no event: %+v", ask, b.Events)
	return 0
}

func (c chat) feed(key string, after int64, limit int) storage.Ask {
	c.t.Helper()
	return storage.Ask{Kind: storage.Feed, Account: c.id(key), After: after, Limit: limit}
}

func (c chat) page(key string, after int64, limit int) storage.Page {
	c.t.Helper()
	return c.mustAsk(c.feed(key, after, limit)).Page
}

// enter logs an account in that has the password of register.
func (c chat) enter(key string, limit int) storage.Verdict {
	c.t.Helper()
	a, err := c.Account(soon(c.t), key)
	if err != nil {
		c.t.Fatal(err)
	}
	return c.mustAsk(storage.Ask{Kind: storage.Enter, Account: a.ID, Hash: a.Hash, Limit: limit})
}

func (c chat) ack(key string, number int64) {
	c.t.Helper()
	c.commit(&storage.Batch{Acks: []storage.Ack{{Account: c.id(key), Number: number}}})
}

func (c chat) remove(key string) {
	c.t.Helper()
	c.mustAsk(storage.Ask{Kind: storage.Remove, Account: c.id(key)})
}

// said lists messages as "author: text".
func said(messages []storage.Event) []string {
	lines := []string{}
	for _, m := range messages {
		lines = append(lines, fmt.Sprintf("%s: %s", m.FromName, m.Text))
	}
	return lines
}

func (c chat) history(thread storage.Thread, before int64, limit int) ([]string, bool) {
	c.t.Helper()
	messages, more, err := c.History(soon(c.t), thread, storage.Range{Before: before, Limit: limit})
	if err != nil {
		c.t.Fatalf("history: %v", err)
	}
	return said(messages), more
}

// lobbyThread finds the lobby as a new account is put into it.
func (c chat) lobbyThread() storage.Thread {
	c.t.Helper()
	if *c.lobby == (storage.Thread{}) {
		made := c.mustAsk(create("Visitor"))
		if len(made.Rooms) != 1 || made.Rooms[0].Name != storage.LobbyName {
			c.t.Fatalf("a new account is in %+v", made.Rooms)
		}
		*c.lobby = storage.RoomThread(made.Rooms[0].ID)
		c.remove("visitor")
	}
	return *c.lobby
}

func (c chat) lobbyHistory(before int64, limit int) ([]string, bool) {
	c.t.Helper()
	return c.history(c.lobbyThread(), before, limit)
}

func (c chat) conversation(a, b string, before int64, limit int) ([]string, bool) {
	c.t.Helper()
	return c.history(storage.PairThread(c.id(a), c.id(b)), before, limit)
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

// farOff is a time that does not come while a test runs.
var farOff = time.Now().Add(1000 * time.Hour)
