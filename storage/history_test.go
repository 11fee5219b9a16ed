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

// sayAt is post at a time.
func (c chat) sayAt(at time.Time, from, to, text string) int64 {
	c.t.Helper()
	b := storage.Batch{At: at, Asks: []storage.Ask{c.say(from, to, text)}}
	c.commit(&b)
	wantError(c.t, b.Verdicts[0].Err, nil)
	return c.number(&b, 0)
}

// wantPosition wants the last message of a thread from before a time to have a number.
func (c chat) wantPosition(thread storage.Thread, at time.Time, want int64) {
	c.t.Helper()
	if got, err := c.Position(soon(c.t), thread, at); err != nil || got != want {
		c.t.Errorf("the last one from before %v is %d %v, want %d", at, got, err, want)
	}
}

// TestTimeBecomesANumber also reads what was said between two times, and what at the same time.
func TestTimeBecomesANumber(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := open(t, url, generous)
		c.register("Alice", "Bob")
		lobby, pair := c.lobbyThread(), storage.PairThread(c.id("alice"), c.id("bob"))
		begin, tick := time.Now().Truncate(time.Millisecond).Add(-time.Minute), time.Millisecond
		c.wantPosition(lobby, begin, 0)
		var n []int64
		for i, at := range []time.Duration{0, 1, 1, 5} {
			n = append(n, c.sayAt(begin.Add(at*tick), "alice", "#lobby", fmt.Sprint(i)))
			c.sayAt(begin.Add(at*tick), "bob", "alice", "elsewhere")
		}
		for range 2 {
			for _, test := range []struct {
				at   time.Duration
				want int64
			}{{-1, 0}, {0, 0}, {1, n[0]}, {2, n[2]}, {5, n[2]}, {6, n[3]}, {1000, n[3]}} {
				c.wantPosition(lobby, begin.Add(test.at*tick), test.want)
			}
			c.wantPosition(pair, begin.Add(tick), n[0]+1)
			c.wantPosition(storage.PairThread(c.id("bob"), c.id("bob")), begin.Add(time.Hour), 0)
			c.wantPosition(storage.RoomThread(99), begin.Add(time.Hour), 0)
			after, err := c.Position(soon(t), lobby, begin.Add(tick))
			before, err2 := c.Position(soon(t), lobby, begin.Add(5*tick))
			messages, more, err3 := c.History(soon(t), lobby, storage.Range{After: after, Before: before + 1, Limit: 9})
			if err != nil || err2 != nil || err3 != nil || more {
				t.Fatal(err, err2, err3, more)
			}
			wantLines(t, said(messages), "Alice: 1", "Alice: 2")
			c.Close()
			c = open(t, url, generous)
		}
		c.Close()
	})
}

// TestTimeBecomesANumberOfTheHistory: what it does not show any more has none.
func TestTimeBecomesANumberOfTheHistory(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, storage.Limits{Inbox: 99, Keep: time.Hour, Room: 2, Conversation: 1})
		c.register("Alice", "Bob")
		now := time.Now()
		lobby, pair := c.lobbyThread(), storage.PairThread(c.id("alice"), c.id("bob"))
		for _, to := range []string{"#lobby", "bob"} {
			c.sayAt(now.Add(-2*time.Hour), "alice", to, "too old")
		}
		c.wantPosition(lobby, now, 0)
		c.wantPosition(pair, now, 0)
		for range 2 {
			c.sayAt(now.Add(-time.Minute), "alice", "#lobby", "too many")
			c.sayAt(now.Add(-time.Minute), "alice", "bob", "too many")
		}
		first := c.sayAt(now.Add(-time.Second), "alice", "#lobby", "shown")
		c.sayAt(now, "alice", "#lobby", "shown")
		c.sayAt(now, "alice", "bob", "shown")
		c.wantPosition(lobby, now.Add(-time.Second), 0)
		c.wantPosition(lobby, now, first)
		c.wantPosition(pair, now, 0)
	})
}

// TestClockWentBack: the place that is found divides messages from before the time and from after it.
func TestClockWentBack(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, generous)
		c.register("Alice")
		begin := time.Now().Truncate(time.Millisecond)
		places := []int64{0, 0}
		for i, second := range []time.Duration{1, 2, 3, 0, 1, 2, 3} {
			number := c.sayAt(begin.Add(second*time.Second), "alice", "#lobby", "x")
			if i == 1 || i == 5 {
				places[i/5] = number
			}
		}
		got, err := c.Position(soon(t), c.lobbyThread(), begin.Add(3*time.Second))
		if err != nil || !slices.Contains(places, got) {
			t.Errorf("got %d %v, want one of %d", got, err, places)
		}
	})
}

// TestTimesAreKeptToTheMillisecond, whatever the clock says.
func TestTimesAreKeptToTheMillisecond(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, generous)
		c.register("Alice")
		at := time.UnixMilli(1_763_586_251_123).UTC()
		number := c.sayAt(at.Add(999_999), "alice", "#lobby", "x")
		messages, _, err := c.History(soon(t), c.lobbyThread(), storage.Range{Limit: 1})
		if err != nil || len(messages) != 1 || !messages[0].At.Equal(at) {
			t.Fatalf("got %+v %v, want %v", messages, err, at)
		}
		c.wantPosition(c.lobbyThread(), at, 0)
		c.wantPosition(c.lobbyThread(), at.Add(time.Millisecond), number)
		latest, err := c.Threads(soon(t), c.id("alice"), at.Add(-time.Millisecond), at.Add(time.Millisecond), 9)
		if err != nil || len(latest) != 1 || !latest[0].At.Equal(at) {
			t.Fatalf("got %+v %v, want %v", latest, err, at)
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
