package storage_test

import (
	"math"
	"testing"
	"time"

	"parley/storage"
	"parley/storage/storagetest"
)

// TestSetLimits: other limits hold from the next commit and the next look at a history on, in both directions.
func TestSetLimits(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		limits := storage.Limits{Inbox: 1, Keep: time.Hour, Room: 10, Conversation: 10, Rooms: 1, Members: 9}
		c := openFor(t, url, limits)
		c.register("Alice", "Bob")
		old := storage.Batch{At: time.Now().Add(-30 * time.Minute), Asks: []storage.Ask{c.say("alice", "bob", "one")}}
		c.commit(&old)
		full := func(want error) {
			t.Helper()
			wantError(t, c.batch(c.say("alice", "bob", "more")).Verdicts[0].Err, want)
		}
		full(storage.ErrInboxFull)
		limits.Inbox = 2
		c.SetLimits(limits)
		full(nil)
		full(storage.ErrInboxFull)
		lines, _ := c.conversation("alice", "bob", 0, 9)
		wantLines(t, lines, "Alice: one", "Alice: more")
		limits.Keep = time.Minute
		c.SetLimits(limits)
		lines, _ = c.conversation("alice", "bob", 0, 9)
		wantLines(t, lines, "Alice: more")
		full(nil) // what is too old by now has made room
	})
}

// TestConversationLastsAfterItsTimeIsChanged: Redis forgets a conversation by itself, so a longer time must reach it with the next message.
func TestConversationLastsAfterItsTimeIsChanged(t *testing.T) {
	server := storagetest.StartRedis(t)
	limits := generous
	limits.Keep = time.Hour
	c := openFor(t, server.URL(), limits)
	c.register("Alice", "Bob")
	thread := storage.PairThread(c.id("alice"), c.id("bob"))
	key := "parley:thread:" + idText(thread.A) + "-" + idText(thread.B)
	for _, keep := range []time.Duration{time.Hour, 1000 * time.Hour, math.MaxInt64} {
		limits.Keep = keep
		c.SetLimits(limits)
		c.batch(c.say("alice", "bob", "hi"))
		if left := server.Client.PTTL(t.Context(), key).Val(); left < min(keep, 50*365*24*time.Hour)-time.Minute {
			t.Errorf("to be kept for %v, the conversation is kept for %v", keep, left)
		}
	}
}
