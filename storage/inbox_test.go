package storage_test

import (
	"fmt"
	"testing"
	"time"

	"parley/storage"
)

func TestInboxLeavesOnlyByAck(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := open(t, url, generous)
		c.register("Alice", "Bob")
		var numbers []int64
		for i := range 5 {
			numbers = append(numbers, c.post("alice", "bob", fmt.Sprint(i)))
		}
		c.ack("bob", numbers[1])
		for range 2 { // the second time says nothing new
			c.ack("bob", numbers[1])
			c.ack("bob", 0)
			page := c.enter("bob", 2).Page
			wantLines(t, said(page.Messages), "Alice: 2", "Alice: 3")
			if page.Messages[0].Number != numbers[2] || page.Messages[0].From != c.id("alice") || !page.More || page.Waiting != 3 {
				t.Fatalf("got %+v", page)
			}
			page = c.page("bob", numbers[3], 2)
			wantLines(t, said(page.Messages), "Alice: 4")
			if page.More {
				t.Fatalf("got %+v", page)
			}
			c.Close()
			c = open(t, url, generous)
		}
		c.ack("bob", numbers[4])
		if page := c.enter("bob", 2).Page; page.Waiting != 0 || page.More || len(page.Messages) != 0 {
			t.Fatalf("got %+v", page)
		}
		c.Close()
	})
}

func TestBatchIsAcksThenAsksInTheirOrder(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, storage.Limits{Inbox: 2, Keep: time.Hour, Room: 10, Conversation: 10})
		c.register("Alice", "Bob")
		c.post("alice", "bob", "first")
		first := c.post("alice", "bob", "second")
		enter := storage.Ask{Kind: storage.Enter, Account: c.id("bob"), Hash: "hash of Bob", Limit: 1}
		b := storage.Batch{
			Acks: []storage.Ack{{Account: c.id("bob"), Number: first}},
			Asks: []storage.Ask{
				c.feed("bob", 0, 9), c.say("alice", "bob", "third"), c.feed("bob", 0, 9), c.say("bob", "bob", "note"), c.feed("bob", first, 9),
				enter, c.say("alice", "bob", "too many"), c.say("bob", "alice", "hi"), c.feed("alice", 0, 0)},
		}
		c.commit(&b)
		for i, want := range []error{nil, nil, nil, nil, nil, nil, storage.ErrInboxFull, nil, nil} {
			if b.Verdicts[i].Err != want {
				t.Errorf("verdict %d is %v, want %v", i, b.Verdicts[i].Err, want)
			}
		}
		wantLines(t, said(b.Verdicts[0].Page.Messages))
		wantLines(t, said(b.Verdicts[2].Page.Messages), "Alice: third")
		wantLines(t, said(b.Verdicts[4].Page.Messages), "Alice: third", "Bob: note")
		wantLines(t, said(b.Verdicts[5].Page.Messages), "Alice: third")
		if page := b.Verdicts[5].Page; page.Waiting != 2 || !page.More {
			t.Fatalf("got %+v", page)
		}
		if page := b.Verdicts[8].Page; !page.More || len(page.Messages) != 0 {
			t.Fatalf("got %+v", page)
		}
		lines, _ := c.conversation("alice", "bob", 0, 9)
		wantLines(t, lines, "Alice: first", "Alice: second", "Alice: third", "Bob: hi")
	})
}

func TestExpiredMessagesAreCountedAndToldOnce(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		limits := storage.Limits{Inbox: 3, Keep: time.Hour, Room: 10, Conversation: 10}
		c := open(t, url, limits)
		c.register("Alice", "Bob")
		old := storage.Batch{At: time.Now().Add(-2 * time.Hour), Asks: []storage.Ask{
			c.say("alice", "bob", "old"), c.say("alice", "bob", "old"), c.say("alice", "bob", "old"), c.say("alice", "#lobby", "old")}}
		c.commit(&old)
		for _, v := range old.Verdicts {
			wantError(t, v.Err, nil)
		}
		c.Close()
		c = openFor(t, url, limits)
		new := c.post("alice", "bob", "new") // what has expired does not fill the inbox
		wantLines(t, said(c.page("bob", new-1, 5).Messages), "Alice: new")
		wantLines(t, said(c.page("bob", 0, 5).Messages), "Alice: new")
		page := c.enter("bob", 5).Page
		wantLines(t, said(page.Messages), "Alice: new")
		if page.Expired != 3 || page.Waiting != 1 {
			t.Fatalf("got %+v", page)
		}
		if page = c.enter("bob", 5).Page; page.Expired != 0 || page.Waiting != 1 {
			t.Fatalf("the second time got %+v", page)
		}
		if lines, more := c.lobbyHistory(0, 5); len(lines) != 0 || more {
			t.Fatalf("the lobby has %q", lines)
		}
		lines, more := c.conversation("alice", "bob", 0, 5)
		wantLines(t, lines, "Alice: new")
		if more {
			t.Fatal("the older ones have expired")
		}
	})
}
