package storage_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"parley/storage"
)

// wantThreads wants the threads of an account, each as "name number", with a newest message between two times.
func (c chat) wantThreads(key string, after, before time.Time, limit int, want ...string) []storage.Latest {
	c.t.Helper()
	latest, err := c.Threads(soon(c.t), c.id(key), after, before, limit)
	wantError(c.t, err, nil)
	var got []string
	for _, one := range latest {
		got = append(got, fmt.Sprint(one.Name, " ", one.Number))
	}
	wantLines(c.t, got, want...)
	return latest
}

func TestThreadsComeByTheirNewestMessage(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		limits := modelSizes["generous"]
		c := open(t, url, limits)
		c.register("Alice", "Bob", "Carol", "Dave")
		begin := time.Now().Truncate(time.Millisecond).Add(-time.Hour).UTC()
		at := func(second int) time.Time { return begin.Add(time.Duration(second) * time.Second) }
		say := func(second int, from, to string) string {
			t.Helper()
			return fmt.Sprint(" ", c.sayAt(at(second), from, to, "x"))
		}
		c.join("#Go", "alice", "bob")
		c.join("#silent", "bob")
		c.join("#other", "alice")
		c.wantThreads("bob", at(-1), at(9999), 9)
		say(1, "alice", "#other")
		lobby := say(2, "carol", "#lobby")
		say(3, "alice", "bob")
		room := say(4, "alice", "#go")
		carol := say(5, "carol", "bob")
		say(6, "alice", "carol")
		alice := say(7, "bob", "alice")
		note := say(8, "bob", "bob")
		dave := say(8, "bob", "dave")
		for range 2 {
			all := c.wantThreads("bob", at(0), at(9), 9, "#lobby"+lobby, "#Go"+room, "Carol"+carol, "Alice"+alice, "Bob"+note, "Dave"+dave)
			if all[1].Thread != storage.RoomThread(c.room("#go").ID) || all[3].Thread != storage.PairThread(c.id("alice"), c.id("bob")) || !all[3].At.Equal(at(7)) {
				t.Errorf("got %+v", all)
			}
			c.wantThreads("bob", at(0), at(9), 2, "#lobby"+lobby, "#Go"+room)
			c.wantThreads("bob", at(0), at(9), 0)
			c.wantThreads("bob", at(2), at(8), 9, "#Go"+room, "Carol"+carol, "Alice"+alice) // both are exclusive
			c.wantThreads("bob", at(8), at(2), 9)
			c.wantThreads("dave", at(0), at(9), 9, "#lobby"+lobby, "Bob"+dave)
			c.Close()
			c = open(t, url, limits)
		}
		c.mustAsk(c.order(storage.Leave, "bob", "#go", ""))
		c.remove("carol")
		lobby = say(9, "alice", "#lobby")
		c.wantThreads("bob", at(0), at(99), 9, "Alice"+alice, "Bob"+note, "Dave"+dave, "#lobby"+lobby)
		c.register("Carol") // somebody else
		c.wantThreads("carol", at(0), at(99), 9, "#lobby"+lobby)
		c.Close()
	})
}

// TestThreadsShowOnlyWhatMayBeRead is about a private room, and what is too old.
func TestThreadsShowOnlyWhatMayBeRead(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		limits := modelSizes["generous"]
		limits.Keep = time.Hour
		c := openFor(t, url, limits)
		c.register("Alice", "Bob")
		now := time.Now()
		begin, end := now.Add(-100*time.Hour), now.Add(time.Hour)
		c.join("#secret", "alice")
		hidden := c.sayAt(now, "alice", "#secret", "nothing for bob")
		c.batch(c.order(storage.SetSetting, "alice", "#secret", "", setting(storage.PrivateRoom)), c.order(storage.Invite, "alice", "#secret", "bob"))
		c.join("#secret", "bob")
		c.sayAt(now.Add(-2*time.Hour), "alice", "bob", "too old")
		c.sayAt(now.Add(-2*time.Hour), "alice", "#lobby", "too old")
		c.wantThreads("bob", begin, end, 9)
		c.wantThreads("alice", begin, end, 9, fmt.Sprint("#secret ", hidden))
		shown := c.sayAt(now, "alice", "#secret", "for bob")
		c.wantThreads("bob", begin, end, 9, fmt.Sprint("#secret ", shown))
	})
}

// TestThreadsAreFoundAfterManyMessages has the newest messages be the only trace of some conversations, and then not any more.
func TestThreadsAreFoundAfterManyMessages(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := open(t, url, generous)
		c.register("Alice", "Bob", "Carol")
		begin, end := time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
		bob := fmt.Sprint("Bob ", c.post("alice", "bob", "x"))
		c.wantThreads("alice", begin, end, math.MaxInt, bob)
		var last int64
		for range 10 {
			var b storage.Batch
			for range 500 {
				b.Asks = append(b.Asks, c.say("carol", "#lobby", "x"))
			}
			c.commit(&b)
			last = c.number(&b, 499)
		}
		lobby := fmt.Sprint("#lobby ", last)
		c.wantThreads("alice", begin, end, math.MaxInt, bob, lobby)
		carol := fmt.Sprint("Carol ", c.post("alice", "carol", "x"))
		c.Close()
		c = openFor(t, url, generous)
		c.wantThreads("alice", begin, end, math.MaxInt, bob, lobby, carol)
	})
}
