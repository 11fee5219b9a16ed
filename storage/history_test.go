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
			c.post("carol", "bob", "other")
			numbers = append(numbers, c.post("alice", "bob", fmt.Sprint(i)))
			c.post("alice", "#lobby", fmt.Sprint("l", i))
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
		lines, more = c.lobbyHistory(0, 2)
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
		c.post("bob", "alice", "hi")
		c.post("alice", "alice", "milk")
		lines, _ := c.conversation("alice", "alice", 0, 9)
		wantLines(t, lines, "Alice: milk")
		wantLines(t, said(c.page("alice", 0, 9).Messages), "Bob: hi", "Alice: milk")
	})
}

// TestHistoryIsBoundedAndTheUnreadStay wants exactly what the limits name: more would be kept for nothing, less would be lost.
func TestHistoryIsBoundedAndTheUnreadStay(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, storage.Limits{Inbox: math.MaxInt, Keep: time.Hour, Room: 50, Conversation: 20})
		c.register("Alice", "Bob", "Carol")
		unread := storage.Batch{}
		for range 60 {
			unread.Asks = append(unread.Asks, c.say("alice", "bob", "unread"))
		}
		c.commit(&unread)
		room, there, back := c.say("alice", "#lobby", ""), c.say("alice", "carol", ""), c.say("carol", "alice", "")
		for n := range 20 {
			b := storage.Batch{}
			for i := range 500 {
				text := []byte(fmt.Sprint(n*500 + i))
				room.Text, there.Text, back.Text = text, text, text
				b.Asks = append(b.Asks, room, there, back)
			}
			c.commit(&b)
			last := b.Events[len(b.Events)-1].Number
			c.commit(&storage.Batch{Acks: []storage.Ack{{Account: there.Account, Number: last}, {Account: back.Account, Number: last}}})
		}
		lobby, more := c.lobbyHistory(0, math.MaxInt)
		if len(lobby) != 50 || lobby[0] != "Alice: 9950" || more {
			t.Fatalf("%d messages in the lobby, more %v: %q", len(lobby), more, lobby)
		}
		talk, more := c.conversation("alice", "carol", 0, math.MaxInt)
		if len(talk) != 20 || talk[0] != "Alice: 9990" || more {
			t.Fatalf("%d messages in the conversation, more %v: %q", len(talk), more, talk)
		}
		page := c.enter("bob", 100).Page
		if page.Waiting != 60 || len(page.Messages) != 60 || page.Messages[0].Number != unread.Events[0].Number {
			t.Fatalf("bob's inbox has %d, page %d", page.Waiting, len(page.Messages))
		}
	})
}

// TestHistoryDoesNotShowWhatIsTooOld: what has expired is not shown, whether or not it was thrown away by then.
func TestHistoryDoesNotShowWhatIsTooOld(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		limits := generous
		limits.Keep = time.Hour
		c := openFor(t, url, limits)
		c.register("Alice", "Bob")
		for _, at := range []time.Duration{-2 * time.Hour, 0} {
			for _, to := range []string{"#lobby", "bob"} {
				c.commit(&storage.Batch{At: time.Now().Add(at), Asks: []storage.Ask{c.say("alice", to, fmt.Sprint(at, " to ", to))}})
			}
		}
		lines, more := c.lobbyHistory(0, 9)
		wantLines(t, lines, "Alice: 0s to #lobby")
		talk, more2 := c.conversation("alice", "bob", 0, 9)
		wantLines(t, talk, "Alice: 0s to bob")
		if more || more2 {
			t.Error("there is more")
		}
	})
}

func TestReadersSeeWholeBatchesInOrder(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, generous)
		c.register("Alice")
		lobby := c.lobbyThread()
		stop, failed := make(chan struct{}), make(chan string, 1)
		go func() {
			defer close(failed)
			for {
				select {
				case <-stop:
					return
				default:
				}
				messages, _, err := c.History(context.Background(), lobby, storage.Range{Limit: 10})
				if err != nil || len(messages)%10 != 0 || !slices.IsSortedFunc(messages, func(a, b storage.Event) int { return int(a.Number - b.Number) }) {
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
				b.Asks = append(b.Asks, c.say("alice", "#lobby", fmt.Sprint(i)))
			}
			c.commit(&b)
		}
		close(stop)
		if why, bad := <-failed; bad {
			t.Fatal(why)
		}
	})
}
