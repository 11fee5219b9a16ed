package storage_test

import (
	"fmt"
	"testing"
	"time"

	"parley/storage"
)

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
