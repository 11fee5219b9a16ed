package storage_test

import (
	"errors"
	"math"
	"testing"
	"time"

	"parley/storage"
	"parley/storage/storagetest"
)

// TestConversationLastsAlsoAfterARetry has the first try of a commit refused, because the names that it knows are out of date.
func TestConversationLastsAlsoAfterARetry(t *testing.T) {
	server := storagetest.StartRedis(t)
	limits := generous
	limits.Keep = 1000 * time.Hour
	c := openFor(t, server.URL(), limits)
	c.register("Alice", "Bob", "Carol")
	at := time.Now()
	c.commit(&storage.Batch{At: at, Asks: []storage.Ask{c.say("alice", "bob", "one")}})
	thread := storage.PairThread(c.id("alice"), c.id("bob"))
	key := "parley:thread:" + idText(thread.A) + "-" + idText(thread.B)
	server.Client.PExpire(t.Context(), key, time.Hour)

	operator := openShared(t, server.URL())
	operator.remove("carol")
	operator.Close()
	c.commit(&storage.Batch{At: at.Add(limits.Keep / 50), Asks: []storage.Ask{c.say("alice", "bob", "two")}})
	if left := server.Client.PTTL(t.Context(), key).Val(); left < 999*time.Hour {
		t.Fatalf("the conversation is kept for %v", left)
	}
}

// TestConversationEndsInTime wants a conversation to be kept for as long as its last message, and no longer. The lobby stays.
func TestConversationEndsInTime(t *testing.T) {
	server := storagetest.StartRedis(t)
	limits := generous
	limits.Keep = 1000 * time.Hour
	c := openFor(t, server.URL(), limits)
	c.register("Alice", "Bob")
	at := time.Now()
	for i := range 3 {
		at = at.Add(limits.Keep / 50)
		c.commit(&storage.Batch{At: at, Asks: []storage.Ask{c.say("alice", "bob", "x"), c.say("alice", "#lobby", "x")}})
		thread := storage.PairThread(c.id("alice"), c.id("bob"))
		key := "parley:thread:" + idText(thread.A) + "-" + idText(thread.B)
		if left := server.Client.PTTL(t.Context(), key).Val(); left < limits.Keep-time.Hour || left > limits.Keep {
			t.Errorf("after message %d the conversation is kept for %v", i, left)
		}
	}
	if left := server.Client.PTTL(t.Context(), "parley:thread:"+idText(c.lobbyThread().A)).Val(); left != -1 {
		t.Errorf("the lobby is kept for %v", left)
	}
}

// TestConversationThatBeganWithARefusalEndsInTime has the first message of a conversation refused, which Redis then knows nothing of.
func TestConversationThatBeganWithARefusalEndsInTime(t *testing.T) {
	server := storagetest.StartRedis(t)
	limits := generous
	limits.Inbox, limits.Keep = 1, 1000*time.Hour
	c := openFor(t, server.URL(), limits)
	c.register("Alice", "Bob", "Carol")
	at := time.Now()
	b := &storage.Batch{At: at, Asks: []storage.Ask{c.say("carol", "bob", "x"), c.say("alice", "bob", "too much")}}
	c.commit(b)
	if err := b.Verdicts[1].Err; !errors.Is(err, storage.ErrInboxFull) {
		t.Fatalf("the second message: %v", err)
	}
	c.commit(&storage.Batch{At: at, Acks: []storage.Ack{{Account: c.id("bob"), Number: b.Events[0].Number}}, Asks: []storage.Ask{c.say("alice", "bob", "x")}})
	thread := storage.PairThread(c.id("alice"), c.id("bob"))
	left := server.Client.PTTL(t.Context(), "parley:thread:"+idText(thread.A)+"-"+idText(thread.B)).Val()
	if left < limits.Keep-time.Hour || left > limits.Keep {
		t.Errorf("the conversation is kept for %v", left)
	}
}

// TestHistoriesAreCut wants lists to grow to a quarter over their limit, and no further.
func TestHistoriesAreCut(t *testing.T) {
	server := storagetest.StartRedis(t)
	c := openFor(t, server.URL(), storage.Limits{Inbox: math.MaxInt, Keep: time.Hour, Room: 8, Conversation: 4})
	c.register("Alice", "Bob")
	room, pair := c.lobbyThread(), storage.PairThread(c.id("alice"), c.id("bob"))
	toRoom, toBob := c.say("alice", "#lobby", "x"), c.say("alice", "bob", "x")
	for _, list := range []struct {
		key   string
		ask   storage.Ask
		limit int64
	}{
		{"parley:thread:" + idText(room.A), toRoom, 8},
		{"parley:thread:" + idText(pair.A) + "-" + idText(pair.B), toBob, 4},
	} {
		longest, shortest := int64(0), int64(math.MaxInt64)
		for range 50 {
			c.mustAsk(list.ask)
			length := server.Client.LLen(t.Context(), list.key).Val()
			if longest = max(longest, length); longest > list.limit { // it was full once
				shortest = min(shortest, length)
			}
		}
		// The last batch, of one message, may be above the limit, because it could still be taken back.
		if longest != list.limit*5/4+1 || shortest != list.limit+1 {
			t.Errorf("%s has %d to %d rows", list.key, shortest, longest)
		}
	}
}
