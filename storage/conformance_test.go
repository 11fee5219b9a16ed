package storage_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"parley/storage"
)

func TestVerdictsAndEventsComeInTheOrderOfTheAsks(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, generous)
		c.register("Alice", "Bob")
		alice, bob, lobby := c.id("alice"), c.id("bob"), c.lobbyThread()
		at := time.UnixMilli(1_763_586_251_123)
		b := storage.Batch{At: at, Asks: []storage.Ask{
			c.say("alice", "#lobby", "one"),
			c.say("bob", "nobody", "refused"),
			create("Carol"),
			c.say("bob", "carol", "two"),
			c.say("alice", "#nowhere", "refused"),
			{Kind: storage.SetPassword, Account: alice, Hash: "hash of Alice", NewHash: "new"},
			{Kind: storage.Remove, Account: bob},
			c.say("bob", "alice", "refused"),
			c.say("alice", "bob", "refused"),
			c.say("alice", "alice", "three"),
		}}
		c.commit(&b)
		for i, want := range []error{nil, storage.ErrNoAccount, nil, nil, storage.ErrNoRoom, nil, nil, storage.ErrGone, storage.ErrNoAccount, nil} {
			if got := b.Verdicts[i].Err; got != want {
				t.Errorf("verdict %d is %v, want %v", i, got, want)
			}
		}
		carol := b.Verdicts[2].Account
		wantEvents(t, b.Events, []storage.Event{
			{Kind: storage.Message, At: at, Thread: lobby, From: alice, FromName: "Alice", ToName: "#lobby", Text: []byte("one"), Ask: 0},
			{Kind: storage.Message, At: at, Thread: storage.PairThread(bob, carol), From: bob, FromName: "Bob", To: carol, ToName: "Carol", Text: []byte("two"), Ask: 3},
			{Kind: storage.PasswordChanged, At: at, To: alice, ToName: "Alice", Ask: 5},
			{Kind: storage.AccountRemoved, At: at, To: bob, ToName: "Bob", Ask: 6},
			{Kind: storage.Message, At: at, Thread: storage.PairThread(alice, alice), From: alice, FromName: "Alice", To: alice, ToName: "Alice", Text: []byte("three"), Ask: 9},
		})
		if empty := c.batch(); len(empty.Events) != 0 {
			t.Fatalf("events came twice: %+v", empty.Events)
		}
	})
}

// wantEvents compares events, but for their numbers, which must grow, and for who changed an account.
func wantEvents(t *testing.T, got, want []storage.Event) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("got %d events, want %d: %+v", len(got), len(want), got)
	}
	last := int64(0)
	for i := range got {
		g, w := got[i], want[i]
		if g.Number <= last {
			t.Errorf("number %d after %d", g.Number, last)
		}
		last = g.Number
		same := g.Kind == w.Kind && g.Thread == w.Thread && g.To == w.To && g.ToName == w.ToName && g.Ask == w.Ask && g.At.UnixMilli() == w.At.UnixMilli()
		if w.Kind == storage.Message {
			same = same && g.From == w.From && g.FromName == w.FromName && string(g.Text) == string(w.Text)
		}
		if !same {
			t.Errorf("event %d is %+v, want %+v", i, g, w)
		}
	}
}

func TestBatchesMayBeUsedAgain(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, generous)
		c.register("Alice")
		b := &storage.Batch{Asks: []storage.Ask{c.say("alice", "#lobby", "a"), c.say("alice", "nobody", "b")}}
		c.commit(b)
		copy(b.Asks[0].Text, "x") // the caller's own memory
		b.Asks = b.Asks[1:]
		b.Asks[0].To = "#lobby"
		c.commit(b)
		wantError(t, b.Verdicts[0].Err, nil)
		if len(b.Events) != 1 || b.Events[0].Ask != 0 || string(b.Events[0].Text) != "b" {
			t.Fatalf("got %+v", b.Events)
		}
		lines, _ := c.lobbyHistory(0, 9)
		wantLines(t, lines, "Alice: a", "Alice: b")
	})
}

func TestNumbersGrowAlsoAfterReopening(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := open(t, url, generous)
		c.register("Alice", "Bob")
		last := int64(max(c.id("alice"), c.id("bob")))
		grows := func(number int64) {
			t.Helper()
			if number <= last || number >= 1<<53 {
				t.Fatalf("number %d after %d", number, last)
			}
			last = number
		}
		grows(c.post("alice", "#lobby", "one"))
		grows(c.post("alice", "bob", "two"))
		b := c.batch(c.say("alice", "#lobby", "three"), c.say("bob", "nobody", "-"), create("Carol"), c.say("bob", "alice", "four"))
		grows(c.number(b, 0))
		grows(int64(b.Verdicts[2].Account))
		grows(c.number(b, 3))
		c.Close()
		c = openFor(t, url, generous)
		grows(c.post("alice", "#lobby", "five"))
		lines, more := c.lobbyHistory(0, 9)
		wantLines(t, lines, "Alice: one", "Alice: three", "Alice: five")
		if more {
			t.Fatal("there is no more")
		}
		lines, _ = c.conversation("bob", "alice", 0, 9)
		wantLines(t, lines, "Alice: two", "Bob: four")
		wantLines(t, said(c.page("bob", 0, 9).Messages), "Alice: two")
	})
}

func TestTextsComeBackAsTheyWere(t *testing.T) {
	odd := []string{"", " ", "  two  spaces ", "12 34 56", "héllo wörld 😀 漢字", "a\x00b", "\xff\xfe\x80", "100%",
		"'); DROP TABLE events;--", strings.Repeat("x", 4000)}
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, generous)
		c.register("Zoë", "Bob")
		lobby := c.lobbyThread()
		var b storage.Batch
		for _, text := range odd {
			b.Asks = append(b.Asks, c.say("zoë", "bob", text), c.say("zoë", "#lobby", text))
		}
		b.At = time.UnixMilli(1_763_586_251_123)
		b.Asks = append(b.Asks, c.feed("bob", 0, 100))
		c.commit(&b)
		room, _, err := c.History(soon(t), lobby, storage.Range{Limit: 100})
		page := b.Verdicts[len(b.Verdicts)-1].Page.Messages
		if err != nil || len(room) != len(odd) || len(page) != len(odd) || len(b.Events) != 2*len(odd) {
			t.Fatalf("%d in the lobby, %d in the page, %d events, %v", len(room), len(page), len(b.Events), err)
		}
		for i, text := range odd {
			for place, m := range []storage.Event{room[i], page[i], b.Events[2*i], b.Events[2*i+1]} {
				if string(m.Text) != text || m.FromName != "Zoë" || !m.At.Equal(b.At) {
					t.Errorf("place %d: got %q from %s at %v, want %q", place, m.Text, m.FromName, m.At, text)
				}
			}
		}
	})
}

func TestPastDeadlineIsUnavailable(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, generous)
		c.register("Alice")
		lobby := c.lobbyThread()
		past, cancel := context.WithDeadline(context.Background(), time.Now().Add(-time.Second))
		defer cancel()
		b := storage.Batch{At: time.Now(), Asks: []storage.Ask{c.say("alice", "#lobby", "late"), create("Bob")}}
		wantError(t, c.Commit(past, &b), storage.ErrUnavailable)
		_, err := c.Account(past, "alice")
		wantError(t, err, storage.ErrUnavailable)
		_, err = c.Accounts(past)
		wantError(t, err, storage.ErrUnavailable)
		_, _, err = c.History(past, lobby, storage.Range{Limit: 1})
		wantError(t, err, storage.ErrUnavailable)
		_, err = c.Position(past, lobby, time.Now())
		wantError(t, err, storage.ErrUnavailable)
		_, err = c.Threads(past, lobby.A, time.Time{}, time.Now(), 1)
		wantError(t, err, storage.ErrUnavailable)
		if lines, _ := c.lobbyHistory(0, 9); len(lines) != 0 {
			t.Fatalf("the lobby has %q", lines)
		}
		_, err = c.Account(soon(t), "bob")
		wantError(t, err, storage.ErrNoAccount)
	})
}
