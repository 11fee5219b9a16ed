package storage_test

import (
	"fmt"
	"strings"
	"testing"

	"parley/storage"
)

// TestRemoveMessages: beside a server, everything that alice has said goes: from rooms, conversations and inboxes. What others said stays, in its
// order; nothing is counted that is not there; no number comes again.
func TestRemoveMessages(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		limits := storage.Limits{Inbox: 99, Keep: generous.Keep, Room: 99, Conversation: 99, Rooms: 9, Members: 9}
		c := open(t, url, limits)
		c.register("Alice", "Bob", "Carol")
		c.mustAsk(storage.Ask{Kind: storage.Join, Account: c.id("alice"), Order: &storage.Order{Room: "#den", Name: "#den", Look: "#den", May: true}})
		c.post("alice", "#lobby", "alice before")
		read := c.post("bob", "#lobby", "bob 0") // carol has had the lobby up to here
		c.mustAsk(storage.Ask{Kind: storage.Seen, Account: c.id("carol"), Order: &storage.Order{Readings: []storage.Reading{{Room: c.lobbyThread().A, Number: read}}}})
		for i := range 5 {
			for _, to := range []string{"#lobby", "bob", "alice"} {
				c.post("alice", to, fmt.Sprint("alice ", i))
			}
			c.post("bob", "#lobby", fmt.Sprint("bob ", i+1))
			c.post("bob", "alice", fmt.Sprint("bob ", i+1))
			c.post("carol", "bob", fmt.Sprint("carol ", i))
		}
		c.post("alice", "#den", "alice alone")
		last := c.post("alice", "bob", "alice again")
		alice := c.id("alice")

		operator := openShared(t, url)
		if count, err := operator.RemoveMessages(soon(t), alice); err != nil || count < 17 {
			t.Fatalf("%d messages, %v", count, err)
		}
		if count, err := operator.RemoveMessages(soon(t), alice); err != nil || count != 0 {
			t.Fatalf("once more: %d messages, %v", count, err)
		}
		operator.Close()
		c.batch()

		if kept := keptTexts(t, url); strings.Contains(kept, "alice ") {
			t.Fatalf("the store has %s", kept)
		}
		check := func() {
			t.Helper()
			lines, more := c.lobbyHistory(0, 3)
			wantLines(t, lines, "Bob: bob 3", "Bob: bob 4", "Bob: bob 5")
			if !more {
				t.Error("there is more in the lobby")
			}
			lines, _ = c.lobbyHistory(0, 99)
			wantLines(t, lines, "Bob: bob 0", "Bob: bob 1", "Bob: bob 2", "Bob: bob 3", "Bob: bob 4", "Bob: bob 5")
			lines, _ = c.conversation("alice", "bob", 0, 99)
			wantLines(t, lines, "Bob: bob 1", "Bob: bob 2", "Bob: bob 3", "Bob: bob 4", "Bob: bob 5")
			lines, _ = c.conversation("alice", "alice", 0, 99)
			wantLines(t, lines)
			page := c.enter("bob", 99).Page
			wantLines(t, said(page.Messages), "Carol: carol 0", "Carol: carol 1", "Carol: carol 2", "Carol: carol 3", "Carol: carol 4")
			if unread := c.enter("carol", 0).Rooms[0].Unread; page.Waiting != 5 || unread != 5 {
				t.Errorf("%d messages wait for bob, %d are unread by carol", page.Waiting, unread)
			}
		}
		check()
		if next := c.post("carol", "carol", "next"); next <= last {
			t.Errorf("number %d came after %d", next, last)
		}
		c.post("bob", "#lobby", "bob 6")
		if unread := c.enter("carol", 0).Rooms[0].Unread; unread != 6 {
			t.Errorf("%d messages are unread by carol", unread)
		}
		c.Close()
		c = openFor(t, url, limits)
		lines, _ := c.lobbyHistory(0, 2)
		wantLines(t, lines, "Bob: bob 5", "Bob: bob 6")
		if got := c.post("bob", "bob", "x"); got <= last {
			t.Errorf("number %d came after %d", got, last)
		}
	})
}

// TestRemovedNumbersDoNotComeAgain: the newest message of all is removed beside a server, and the next number is taken by another program, which knows
// only what the store has.
func TestRemovedNumbersDoNotComeAgain(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, generous)
		c.register("Alice")
		last := c.post("alice", "#lobby", "gone")
		operator := openShared(t, url)
		if _, err := operator.RemoveMessages(soon(t), c.id("alice")); err != nil {
			t.Fatal(err)
		}
		operator.Close()
		operator = openShared(t, url)
		defer operator.Close()
		if made := operator.mustAsk(create("Bob")).Account; int64(made) <= last {
			t.Errorf("account %d was made after message %d", made, last)
		}
	})
}

// TestRemoveMessagesAfterAStop: the newest messages of all are removed while no server runs. Their numbers do not come again.
func TestRemoveMessagesAfterAStop(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := open(t, url, generous)
		c.register("Alice", "Bob")
		c.post("bob", "#lobby", "one")
		last := c.post("alice", "#lobby", "two")
		alice := c.id("alice")
		c.Close()
		operator := openShared(t, url)
		if _, err := operator.RemoveMessages(soon(t), alice); err != nil {
			t.Fatal(err)
		}
		operator.Close()
		c = openFor(t, url, generous)
		if next := c.post("bob", "#lobby", "three"); next <= last {
			t.Errorf("number %d came after %d", next, last)
		}
		lines, _ := c.lobbyHistory(0, 9)
		wantLines(t, lines, "Bob: one", "Bob: three")
	})
}
