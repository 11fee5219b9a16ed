package storage_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"parley/storage"
)

// sayOnce is say with a key.
func (c chat) sayOnce(from, to, text, key string) storage.Ask {
	c.t.Helper()
	ask := c.say(from, to, text)
	ask.Once = &storage.Once{Key: key}
	return ask
}

// wantAt wants each ask of a batch at a certain time to be answered with the error at its place.
func (c chat) wantAt(at time.Time, want []error, asks ...storage.Ask) *storage.Batch {
	c.t.Helper()
	b := &storage.Batch{At: at, Asks: asks}
	c.commit(b)
	for i := range asks {
		if b.Verdicts[i].Err != want[i] {
			c.t.Errorf("ask %d is answered with %v, want %v", i, b.Verdicts[i].Err, want[i])
		}
	}
	return b
}

// wantRepeat wants a verdict to say that a message was kept before, with this number and for this recipient.
func wantRepeat(t *testing.T, v storage.Verdict, number int64, toName string) {
	t.Helper()
	if v.Err != nil || v.Repeat == nil || v.Repeat.Number != number || v.Repeat.ToName != toName {
		t.Errorf("got %v %+v, want the number %d to %s", v.Err, v.Repeat, number, toName)
	}
}

func TestMessageWithAKeyIsKeptOnce(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := open(t, url, modelSizes["generous"])
		c.register("Alice", "Bob")
		away := "lunch"
		private := func(sent int, away *string) storage.Ask {
			ask := c.sayOnce("alice", "bob", "hi bob", "k2")
			ask.Once.Sent, ask.Once.Away = sent, away
			return ask
		}
		b := c.batch(c.sayOnce("alice", "#lobby", "hi all", "k1"), private(2, &away), c.sayOnce("alice", "#lobby", "hi all", "k1"), private(0, nil),
			c.sayOnce("bob", "#lobby", "hi all", "k1"))
		all, bob := c.number(b, 0), c.number(b, 1)
		wantLines(t, told(b.Events), "1 #lobby hi all", "1 Bob hi bob", "1 #lobby hi all")
		wantRepeat(t, b.Verdicts[2], all, "#lobby")
		if b.Verdicts[0].Repeat != nil || b.Verdicts[4].Repeat != nil {
			t.Error("what is said for the first time is taken for a repeat")
		}
		for range 2 { // in a later batch, and when the store was opened again
			b = c.batch(c.sayOnce("alice", "#lobby", "hi all", "k1"), private(1, nil))
			wantRepeat(t, b.Verdicts[0], all, "#lobby")
			wantRepeat(t, b.Verdicts[1], bob, "Bob")
			if r := b.Verdicts[1].Repeat; r.Sent != 2 || r.Away == nil || *r.Away != away || b.Verdicts[0].Repeat.Away != nil || len(b.Events) != 0 {
				t.Errorf("got %+v, events %+v", r, b.Events)
			}
			c.Close()
			c = open(t, url, modelSizes["generous"])
		}
		lines, _ := c.lobbyHistory(0, 9)
		wantLines(t, lines, "Alice: hi all", "Bob: hi all")
		lines, _ = c.conversation("alice", "bob", 0, 9)
		wantLines(t, lines, "Alice: hi bob")
		if page := c.enter("bob", 9).Page; page.Waiting != 1 {
			t.Errorf("got %+v", page)
		}
		c.Close()
	})
}

func TestAnotherMessageWithTheSameKeyIsRefused(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, modelSizes["generous"])
		c.register("Alice", "Bob")
		first := c.number(c.batch(c.sayOnce("alice", "bob", "text", "key")), 0)
		for range 2 {
			b := c.wantAll([]error{storage.ErrOnceMismatch, storage.ErrOnceMismatch, storage.ErrOnceMismatch, nil},
				c.sayOnce("alice", "bob", "another", "key"), c.sayOnce("alice", "alice", "text", "key"), c.sayOnce("alice", "#lobby", "text", "key"),
				c.sayOnce("alice", "bob", "text", "key"))
			wantRepeat(t, b.Verdicts[3], first, "Bob")
			if len(b.Events) != 0 {
				t.Errorf("got %+v", b.Events)
			}
		}
	})
}

func TestRefusedMessageLeavesItsKeyFree(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, modelSizes["narrow"]) // an inbox of 3
		c.register("Alice", "Bob", "Carol")
		c.join("#go", "bob")
		c.mustAsk(c.order(storage.Block, "carol", "", "alice"))
		var last int64
		for range 3 {
			last = c.post("bob", "bob", "fills the inbox")
		}
		c.wantAll([]error{storage.ErrInboxFull, storage.ErrNotMember, storage.ErrNoRoom, storage.ErrNoAccount, storage.ErrBlocked},
			c.sayOnce("alice", "bob", "x", "a"), c.sayOnce("alice", "#go", "x", "a"), c.sayOnce("alice", "#nowhere", "x", "a"),
			c.sayOnce("alice", "dave", "x", "a"), c.sayOnce("alice", "carol", "x", "a"))
		c.mustAsk(c.order(storage.Mute, "", "", "alice"))
		wantError(t, c.ask(c.sayOnce("alice", "#lobby", "x", "a")).Err, storage.ErrMuted)
		c.mustAsk(c.order(storage.Unmute, "", "", "alice"))
		c.ack("bob", last)
		// What was refused does not count, so there is room for three.
		b := c.wantAll([]error{nil, nil, nil, storage.ErrTooMany, nil}, c.sayOnce("alice", "bob", "x", "a"), c.sayOnce("alice", "#lobby", "x", "b"),
			c.sayOnce("alice", "#lobby", "x", "c"), c.sayOnce("alice", "#lobby", "x", "d"), c.sayOnce("alice", "bob", "x", "a"))
		wantRepeat(t, b.Verdicts[4], c.number(b, 0), "Bob")
	})
}

// TestRepeatIsAnsweredEvenIfItMayNotBeSaidAnyMore: what was kept is kept.
func TestRepeatIsAnsweredEvenIfItMayNotBeSaidAnyMore(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, modelSizes["generous"])
		c.register("Alice", "Bob", "Carol")
		c.join("#go", "bob", "alice")
		asks := []storage.Ask{c.sayOnce("alice", "#go", "x", "a"), c.sayOnce("alice", "carol", "x", "b"), c.sayOnce("alice", "#lobby", "x", "c")}
		names := []string{"#go", "Carol", "#lobby"}
		b := c.batch(asks...)
		var numbers []int64
		for i := range asks {
			numbers = append(numbers, c.number(b, i))
		}
		for _, change := range []storage.Ask{
			c.order(storage.Mute, "bob", "#go", "alice"), c.order(storage.Leave, "alice", "#go", ""), c.order(storage.RemoveRoom, "", "#go", ""),
			c.order(storage.Block, "carol", "", "alice"), {Kind: storage.Remove, Account: c.id("carol")}, create("Carol"),
			c.order(storage.Mute, "", "", "alice"),
		} {
			c.mustAsk(change)
			b := c.batch(asks...)
			for i := range asks {
				wantRepeat(t, b.Verdicts[i], numbers[i], names[i])
			}
		}
		if page := c.enter("carol", 9).Page; page.Waiting != 0 {
			t.Errorf("who has taken the name of the recipient gets %+v", page)
		}
		wantError(t, c.ask(c.sayOnce("alice", "carol", "x", "new")).Err, storage.ErrMuted)
		c.remove("alice")
		wantError(t, c.ask(asks[0]).Err, storage.ErrGone)
		c.register("Alice")
		if v := c.mustAsk(c.sayOnce("alice", "#lobby", "x", "c")); v.Repeat != nil {
			t.Errorf("who has taken the name of the author gets %+v", v.Repeat)
		}
	})
}

func TestKeysHoldForADay(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, modelSizes["narrow"]) // 3 keys
		c.register("Alice")
		say := func(text, key string) storage.Ask { return c.sayOnce("alice", "#lobby", text, key) }
		at := time.Now().Truncate(time.Millisecond)
		first := c.number(c.wantAt(at, []error{nil}, say("x", "a")), 0)
		c.wantAt(at.Add(time.Hour), []error{nil, nil, storage.ErrTooMany}, say("x", "b"), say("x", "c"), say("x", "d"))
		b := c.wantAt(at.Add(storage.OnceTime-time.Millisecond), []error{nil, storage.ErrTooMany, storage.ErrOnceMismatch}, say("x", "a"), say("x", "d"), say("y", "a"))
		wantRepeat(t, b.Verdicts[0], first, "#lobby")
		// The first key has ended, so there is room for one, whichever it is.
		b = c.wantAt(at.Add(storage.OnceTime), []error{nil, storage.ErrTooMany, storage.ErrTooMany}, say("y", "a"), say("x", "d"), say("x", "e"))
		if b.Verdicts[0].Repeat != nil || len(b.Events) != 1 {
			t.Errorf("got %+v, events %+v", b.Verdicts[0].Repeat, b.Events)
		}
		b = c.wantAt(at.Add(storage.OnceTime+time.Hour), []error{nil, nil, storage.ErrTooMany, nil}, say("x", "d"), say("x", "e"), say("x", "f"), say("y", "a"))
		if len(b.Events) != 2 || b.Verdicts[3].Repeat == nil {
			t.Errorf("got %+v, events %+v", b.Verdicts[3].Repeat, b.Events)
		}
	})
}

// TestTidiedKeysDoNotCount: others are used in their place.
func TestTidiedKeysDoNotCount(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, modelSizes["narrow"]) // 3 keys
		c.register("Alice")
		at := time.Now()
		for day := range 3 {
			var asks []storage.Ask
			for i := range 4 {
				asks = append(asks, c.sayOnce("alice", "#lobby", "x", fmt.Sprint(day, " ", i)))
			}
			c.wantAt(at, []error{nil, nil, nil, storage.ErrTooMany}, asks...)
			at = at.Add(storage.OnceTime)
			c.commit(&storage.Batch{At: at, Asks: []storage.Ask{c.order(storage.Tidy, "", "", "")}})
		}
		c.wantAt(at, []error{nil}, c.sayOnce("alice", "#lobby", "y", "0 0"))
	})
}

// TestKeysAreCountedWhenTheStoreIsOpened again.
func TestKeysAreCountedWhenTheStoreIsOpened(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := open(t, url, modelSizes["narrow"]) // 3 keys
		c.register("Alice", "Bob")
		say := func(key string) storage.Ask { return c.sayOnce("alice", "#lobby", "x", key) }
		c.wantAll([]error{nil, nil, nil}, say("a"), say("b"), c.sayOnce("bob", "#lobby", "x", "c"))
		c.Close()
		c = openFor(t, url, modelSizes["narrow"])
		c.wantAll([]error{nil, storage.ErrTooMany, nil, nil}, say("c"), say("d"), say("a"), c.sayOnce("bob", "#lobby", "x", "d"))
		lines, _ := c.lobbyHistory(0, 9)
		if len(lines) != 5 || !slices.Contains(lines, "Bob: x") {
			t.Errorf("got %q", lines)
		}
	})
}

// Two messages of a batch use keys anew that have ended; the first of them finds all keys used, and removes those that have ended.
func TestKeyThatEndedIsCountedOutOnce(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, modelSizes["narrow"]) // three keys
		c.register("Alice")
		say := func(key string) storage.Ask { return c.sayOnce("alice", "#lobby", "x", key) }
		c.wantAll([]error{nil, nil, nil}, say("a"), say("b"), say("c"))
		later := time.Now().Add(storage.OnceTime + time.Minute)
		c.wantAt(later, []error{nil, nil}, say("d"), say("a"))
		c.wantAt(later.Add(time.Second), []error{nil, storage.ErrTooMany}, say("e"), say("f"))
	})
}
