package storage_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"parley/storage"
)

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
