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

func TestAccounts(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, generous)
		ctx := soon(t)
		_, err := c.Account(ctx, "alice")
		wantError(t, err, storage.ErrNoAccount)
		wantError(t, c.SetPassword(ctx, "alice", "a", "b"), storage.ErrNoAccount)
		wantError(t, c.DeleteAccount(ctx, "alice"), storage.ErrNoAccount)

		c.register("Bob", "Alice")
		wantError(t, c.CreateAccount(ctx, account("ALICE")), storage.ErrExists)
		alice, err := c.Account(ctx, "alice")
		if err != nil || alice != account("Alice") {
			t.Fatalf("got %+v %v", alice, err)
		}
		all, err := c.Accounts(ctx)
		if err != nil || !slices.Equal(all, []storage.Account{account("Alice"), account("Bob")}) {
			t.Fatalf("got %+v %v", all, err)
		}

		wantError(t, c.SetPassword(ctx, "alice", "wrong", "new"), storage.ErrChanged)
		wantError(t, c.SetPassword(ctx, "alice", "hash of Alice", "new"), nil)
		if alice, _ = c.Account(ctx, "alice"); alice.Hash != "new" {
			t.Fatalf("hash is %q", alice.Hash)
		}
		wantError(t, c.DeleteAccount(ctx, "alice"), nil)
		_, err = c.Account(ctx, "alice")
		wantError(t, err, storage.ErrNoAccount)
	})
}

func TestDeletedAccountLeavesNoInbox(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, generous)
		c.register("Alice", "Bob")
		c.post("Bob", "alice", "for the old alice")
		c.post("Alice", "bob", "bye")
		wantError(t, c.DeleteAccount(soon(t), "alice"), nil)
		b := storage.Batch{Posts: []storage.Post{post("Bob", "alice", "anybody?")}, Pages: []storage.Page{{Key: "alice", Limit: 9}}}
		c.commit(&b)
		wantError(t, b.Posts[0].Err, storage.ErrNoAccount)
		wantError(t, b.Pages[0].Err, storage.ErrNoAccount)
		wantLines(t, said(c.page("bob", 0, 9).Messages), "Alice: bye")

		c.register("Alice")
		if page := c.page("alice", 0, 9); page.Waiting != 0 || page.Expired != 0 {
			t.Fatalf("the new alice has %+v", page)
		}
		c.post("Bob", "alice", "for the new alice")
		wantLines(t, said(c.page("alice", 0, 9).Messages), "Bob: for the new alice")
	})
}

func TestNumbersGrowAlsoAfterReopening(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := open(t, url, generous)
		c.register("Alice", "Bob")
		last := int64(0)
		grows := func(number int64) {
			t.Helper()
			if number <= last {
				t.Fatalf("number %d after %d", number, last)
			}
			last = number
		}
		grows(c.post("Alice", "", "one"))
		grows(c.post("Alice", "bob", "two"))
		b := storage.Batch{Posts: []storage.Post{post("Alice", "", "three"), post("Bob", "nobody", "-"), post("Bob", "alice", "four")}}
		c.commit(&b)
		grows(b.Posts[0].Number)
		wantError(t, b.Posts[1].Err, storage.ErrNoAccount)
		grows(b.Posts[2].Number)
		if b.Posts[2].ToName != "Alice" {
			t.Fatalf("the name is %q", b.Posts[2].ToName)
		}
		c.Close()
		c = openFor(t, url, generous)
		grows(c.post("Alice", "", "five"))
		lines, more := c.lobby(0, 9)
		wantLines(t, lines, "Alice: one", "Alice: three", "Alice: five")
		if more {
			t.Fatal("there is no more")
		}
		lines, _ = c.conversation("bob", "alice", 0, 9)
		wantLines(t, lines, "Alice: two", "Bob: four")
		wantLines(t, said(c.page("bob", 0, 9).Messages), "Alice: two")
	})
}

func TestTextsComeBackAsTheyWere(t *testing.T) {
	odd := []string{"", " ", "  two  spaces ", "héllo wörld 😀 漢字", "a\x00b", "\xff\xfe\x80", "100%", "'); DROP TABLE messages;--", strings.Repeat("x", 4000), "12 34 56"}
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, generous)
		c.register("Zoë", "Bob")
		var b storage.Batch
		for _, text := range odd {
			b.Posts = append(b.Posts, storage.Post{From: "Zoë", FromKey: "zoë", To: "bob", Text: []byte(text)}, storage.Post{From: "Zoë", FromKey: "zoë", Text: []byte(text)})
		}
		b.At = time.UnixMilli(1_763_586_251_123)
		b.Pages = []storage.Page{{Key: "bob", Limit: 100}}
		c.commit(&b)
		lobby, _, err := c.Lobby(soon(t), 0, 100)
		if err != nil || len(lobby) != len(odd) || len(b.Pages[0].Messages) != len(odd) {
			t.Fatalf("%d in the lobby, %d in the page, %v", len(lobby), len(b.Pages[0].Messages), err)
		}
		for i, text := range odd {
			for _, m := range []storage.Message{lobby[i], b.Pages[0].Messages[i]} {
				if string(m.Text) != text || m.From != "Zoë" || !m.At.Equal(b.At) {
					t.Errorf("got %q from %s at %v, want %q", m.Text, m.From, m.At, text)
				}
			}
		}
	})
}

func TestInboxLeavesOnlyByProof(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := open(t, url, generous)
		c.register("Alice", "Bob")
		var numbers []int64
		for i := range 5 {
			numbers = append(numbers, c.post("Alice", "bob", fmt.Sprint(i)))
		}
		c.prove("bob", numbers[1])
		for range 2 { // the second time says nothing new
			c.prove("bob", numbers[1])
			c.prove("bob", 0)
			page := c.page("bob", 0, 2)
			wantLines(t, said(page.Messages), "Alice: 2", "Alice: 3")
			if page.Messages[0].Number != numbers[2] || !page.More || page.Waiting != 3 {
				t.Fatalf("got %+v", page)
			}
			page = c.page("bob", numbers[3], 2)
			wantLines(t, said(page.Messages), "Alice: 4")
			if page.More || page.Waiting != 1 {
				t.Fatalf("got %+v", page)
			}
			c.Close()
			c = open(t, url, generous)
		}
		c.prove("nobody", 3)
		c.prove("bob", numbers[4])
		if page := c.page("bob", 0, 2); page.Waiting != 0 || page.More || len(page.Messages) != 0 {
			t.Fatalf("got %+v", page)
		}
		if page := c.page("bob", 0, 0); page.Waiting != 0 || page.More {
			t.Fatalf("got %+v", page)
		}
		c.Close()
	})
}

func TestBatchIsProofsThenPostsThenPages(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, storage.Limits{Inbox: 1, Keep: time.Hour, Lobby: 10, Conversation: 10})
		c.register("Alice", "Bob")
		first := c.post("Alice", "bob", "first")
		b := storage.Batch{
			Proofs: []storage.Proof{{Key: "bob", Number: first}},
			Posts:  []storage.Post{post("Alice", "bob", "second"), post("Alice", "bob", "third"), post("Bob", "bob", "note"), post("Bob", "alice", "hi")},
			Pages:  []storage.Page{{Key: "bob", Limit: 5}, {Key: "nobody", Limit: 5}, {Key: "alice", Limit: 0}},
		}
		c.commit(&b)
		wantError(t, b.Posts[0].Err, nil)
		wantError(t, b.Posts[1].Err, storage.ErrInboxFull)
		wantError(t, b.Posts[2].Err, storage.ErrInboxFull)
		wantError(t, b.Posts[3].Err, nil)
		wantLines(t, said(b.Pages[0].Messages), "Alice: second")
		wantError(t, b.Pages[1].Err, storage.ErrNoAccount)
		if page := b.Pages[2]; page.Waiting != 1 || !page.More || len(page.Messages) != 0 {
			t.Fatalf("got %+v", page)
		}
		lines, _ := c.conversation("alice", "bob", 0, 9)
		wantLines(t, lines, "Alice: first", "Alice: second", "Bob: hi")
	})
}

func TestExpiredMessagesAreCountedAndToldOnce(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		limits := storage.Limits{Inbox: 3, Keep: time.Hour, Lobby: 10, Conversation: 10}
		c := open(t, url, limits)
		c.register("Alice", "Bob")
		old := storage.Batch{At: time.Now().Add(-2 * time.Hour), Posts: []storage.Post{
			post("Alice", "bob", "old"), post("Alice", "bob", "old"), post("Alice", "bob", "old"), post("Alice", "", "old")}}
		c.commit(&old)
		for _, p := range old.Posts {
			wantError(t, p.Err, nil)
		}
		c.Close()
		c = openFor(t, url, limits)
		new := c.post("Alice", "bob", "new") // what has expired does not fill the inbox
		if page := c.page("bob", new-1, 5); page.Expired != 0 || page.Waiting != 1 {
			t.Fatalf("a later page has %+v", page)
		}
		page := c.page("bob", 0, 5)
		wantLines(t, said(page.Messages), "Alice: new")
		if page.Expired != 3 || page.Waiting != 1 {
			t.Fatalf("got %+v", page)
		}
		if page = c.page("bob", 0, 5); page.Expired != 0 || page.Waiting != 1 {
			t.Fatalf("the second time got %+v", page)
		}
		if lines, more := c.lobby(0, 5); len(lines) != 0 || more {
			t.Fatalf("the lobby has %q", lines)
		}
		lines, more := c.conversation("alice", "bob", 0, 5)
		wantLines(t, lines, "Alice: new")
		if more {
			t.Fatal("the older ones have expired")
		}
	})
}

func TestHistoryComesInPages(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, generous)
		c.register("Alice", "Bob", "Carol")
		var numbers []int64
		for i := range 7 {
			c.post("Carol", "bob", "other")
			numbers = append(numbers, c.post("Alice", "bob", fmt.Sprint(i)))
			c.post("Alice", "", fmt.Sprint("l", i))
		}
		lines, more := c.conversation("bob", "alice", 0, 3)
		wantLines(t, lines, "Alice: 4", "Alice: 5", "Alice: 6")
		if !more {
			t.Fatal("there is more")
		}
		lines, more = c.conversation("alice", "bob", numbers[4], 4)
		wantLines(t, lines, "Alice: 0", "Alice: 1", "Alice: 2", "Alice: 3")
		if more {
			t.Fatal("there is no more")
		}
		lines, more = c.conversation("alice", "bob", numbers[4]-1, 2) // a number of something else
		wantLines(t, lines, "Alice: 2", "Alice: 3")
		if !more {
			t.Fatal("there is more")
		}
		lines, _ = c.conversation("alice", "bob", math.MaxInt64, 1)
		wantLines(t, lines, "Alice: 6")
		lines, more = c.conversation("alice", "bob", numbers[0], 9)
		if len(lines) != 0 || more {
			t.Fatalf("before the first there is %q %v", lines, more)
		}
		lines, more = c.lobby(0, 2)
		wantLines(t, lines, "Alice: l5", "Alice: l6")
		if !more {
			t.Fatal("there is more")
		}
		lines, more = c.conversation("alice", "carol", 0, 9)
		if len(lines) != 0 || more {
			t.Fatalf("two who never spoke said %q %v", lines, more)
		}
	})
}

func TestOneMayTalkToOneself(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, generous)
		c.register("Alice", "Bob")
		c.post("Bob", "alice", "hi")
		c.post("Alice", "alice", "milk")
		lines, _ := c.conversation("alice", "alice", 0, 9)
		wantLines(t, lines, "Alice: milk")
		wantLines(t, said(c.page("alice", 0, 9).Messages), "Bob: hi", "Alice: milk")
	})
}

func TestHistoryIsBoundedAndTheUnreadStay(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, storage.Limits{Inbox: math.MaxInt, Keep: time.Hour, Lobby: 50, Conversation: 20})
		c.register("Alice", "Bob", "Carol")
		unread := storage.Batch{}
		for range 60 {
			unread.Posts = append(unread.Posts, post("Alice", "bob", "unread"))
		}
		c.commit(&unread)
		for range 20 {
			b := storage.Batch{}
			for range 500 {
				b.Posts = append(b.Posts, post("Alice", "", "x"), post("Alice", "carol", "y"), post("Carol", "alice", "z"))
			}
			b.Pages = []storage.Page{{Key: "carol", Limit: 1}}
			c.commit(&b)
			last := b.Posts[len(b.Posts)-1].Number
			c.commit(&storage.Batch{Proofs: []storage.Proof{{Key: "carol", Number: last}, {Key: "alice", Number: last}}})
		}
		lobby, _ := c.lobby(0, math.MaxInt)
		talk, _ := c.conversation("alice", "carol", 0, math.MaxInt)
		if len(lobby) < 50 || len(lobby) > 9000 || len(talk) < 20 || len(talk) > 18_000 {
			t.Fatalf("%d messages in the lobby, %d in the conversation", len(lobby), len(talk))
		}
		page := c.page("bob", 0, 100)
		if page.Waiting != 60 || len(page.Messages) != 60 || page.Messages[0].Number != unread.Posts[0].Number {
			t.Fatalf("bob's inbox has %d, page %d", page.Waiting, len(page.Messages))
		}
	})
}

func TestReadersSeeWholeBatchesInOrder(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, generous)
		stop, failed := make(chan struct{}), make(chan string, 1)
		go func() {
			defer close(failed)
			for {
				select {
				case <-stop:
					return
				default:
				}
				messages, _, err := c.Lobby(context.Background(), 0, 10)
				if err != nil || len(messages)%10 != 0 || !slices.IsSortedFunc(messages, func(a, b storage.Message) int { return int(a.Number - b.Number) }) {
					failed <- fmt.Sprintf("%d messages, %v", len(messages), err)
					return
				}
				if len(messages) > 0 && string(messages[0].Text) != "0" {
					failed <- "the page begins within a batch"
					return
				}
			}
		}()
		for range 100 {
			b := storage.Batch{}
			for i := range 10 {
				b.Posts = append(b.Posts, post("Alice", "", fmt.Sprint(i)))
			}
			c.commit(&b)
		}
		close(stop)
		if why, bad := <-failed; bad {
			t.Fatal(why)
		}
	})
}

func TestPastDeadlineIsUnavailable(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, generous)
		c.register("Alice")
		past, cancel := context.WithDeadline(context.Background(), time.Now().Add(-time.Second))
		defer cancel()
		b := storage.Batch{At: time.Now(), Posts: []storage.Post{post("Alice", "", "late")}}
		wantError(t, c.Commit(past, &b), storage.ErrUnavailable)
		wantError(t, c.CreateAccount(past, account("Bob")), storage.ErrUnavailable)
		_, err := c.Account(past, "alice")
		wantError(t, err, storage.ErrUnavailable)
		_, _, err = c.Lobby(past, 0, 1)
		wantError(t, err, storage.ErrUnavailable)
		if lines, _ := c.lobby(0, 9); len(lines) != 0 {
			t.Fatalf("the lobby has %q", lines)
		}
		_, err = c.Account(soon(t), "bob")
		wantError(t, err, storage.ErrNoAccount)
	})
}

func TestOperatorWorksBesideTheServer(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, generous)
		c.register("Alice", "Bob")
		c.post("Alice", "bob", "for the old bob")
		shared, err := storage.OpenShared(t.Context(), url, generous, zap.NewNop())
		if err != nil {
			t.Fatal(err)
		}
		operator := chat{shared, t}
		operator.register("Carol")
		c.post("Alice", "carol", "welcome")
		wantError(t, operator.DeleteAccount(soon(t), "bob"), nil)
		operator.register("BOB")
		b := storage.Batch{Posts: []storage.Post{post("Alice", "bob", "for the new bob")}, Pages: []storage.Page{{Key: "bob", Limit: 9}}}
		c.commit(&b)
		if b.Posts[0].ToName != "BOB" {
			t.Fatalf("the name is %q", b.Posts[0].ToName)
		}
		wantLines(t, said(b.Pages[0].Messages), "Alice: for the new bob")
		wantError(t, operator.Close(), nil)
		c.post("Alice", "carol", "still here")
	})
}

func TestOperatorMayComeBeforeTheServer(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		shared, err := storage.OpenShared(t.Context(), url, generous, zap.NewNop())
		if err != nil {
			t.Fatal(err)
		}
		chat{shared, t}.register("Alice")
		shared.Close()
		c := openFor(t, url, generous)
		c.post("Alice", "alice", "hello")
	})
}
