package storage_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"parley/storage"
)

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
	odd := []string{"", " ", "  two  spaces ", "12 34 56", "héllo wörld 😀 漢字", "a\x00b", "\xff\xfe\x80", "100%",
		"'); DROP TABLE messages;--", strings.Repeat("x", 4000)}
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, generous)
		c.register("Zoë", "Bob")
		var b storage.Batch
		for _, text := range odd {
			b.Posts = append(b.Posts, post("Zoë", "bob", text), post("Zoë", "", text))
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
