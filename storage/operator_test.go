package storage_test

import (
	"testing"
	"time"

	"parley/storage"
)

func TestServerIsToldWhatAnOperatorDid(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, generous)
		c.register("Alice", "Bob")
		c.post("alice", "bob", "for the old bob")
		alice, bob := c.id("alice"), c.id("bob")
		operator := openShared(t, url)
		operator.register("Carol")
		changed := operator.batch(storage.Ask{Kind: storage.SetPassword, Account: alice, NewHash: "new"})
		wantError(t, changed.Verdicts[0].Err, nil)
		wantEvents(t, changed.Events, []storage.Event{{Kind: storage.PasswordChanged, At: changed.At, To: alice, ToName: "Alice", Ask: 0}})
		removed := operator.batch(storage.Ask{Kind: storage.Remove, Account: bob})
		wantError(t, removed.Verdicts[0].Err, nil)

		b := c.batch(c.say("alice", "carol", "welcome"))
		wantError(t, b.Verdicts[0].Err, nil)
		carol := c.id("carol")
		wantEvents(t, b.Events, []storage.Event{
			{Kind: storage.PasswordChanged, At: changed.At, To: alice, ToName: "Alice", Ask: -1},
			{Kind: storage.AccountRemoved, At: removed.At, To: bob, ToName: "Bob", Ask: -1},
			{Kind: storage.Message, At: b.At, Thread: storage.PairThread(alice, carol), From: alice, FromName: "Alice", To: carol, ToName: "Carol", Text: []byte("welcome"), Ask: 0},
		})
		if changed.Events[0].Number != b.Events[0].Number || removed.Events[0].Number != b.Events[1].Number {
			t.Fatalf("the operator was told %d and %d, the server %+v", changed.Events[0].Number, removed.Events[0].Number, b.Events)
		}

		operator.register("BOB")
		again := operator.batch(storage.Ask{Kind: storage.SetPassword, Account: alice, NewHash: "newer"})
		wantEvents(t, c.batch().Events, []storage.Event{{Kind: storage.PasswordChanged, At: again.At, To: alice, ToName: "Alice", Ask: -1}})
		if more := c.batch(); len(more.Events) != 0 {
			t.Fatalf("told twice: %+v", more.Events)
		}
		wantError(t, operator.Close(), nil)
		b = c.batch(c.say("alice", "bob", "for the new bob"), c.feed("bob", 0, 9))
		if b.Events[0].ToName != "BOB" || b.Events[0].To == bob {
			t.Fatalf("got %+v", b.Events[0])
		}
		wantLines(t, said(b.Verdicts[1].Page.Messages), "Alice: for the new bob")
	})
}

// TestOperatorRemovesSomebodyWhomTheServerKnows has the server write to an account that existed the last time.
func TestOperatorRemovesSomebodyWhomTheServerKnows(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, generous)
		c.register("Alice", "Bob", "Carol")
		c.post("alice", "bob", "for the old bob")
		c.post("alice", "carol", "for the old carol")
		operator := openShared(t, url)
		operator.remove("bob")
		wantError(t, c.ask(c.say("alice", "bob", "for nobody")).Err, storage.ErrNoAccount)
		operator.remove("carol")
		operator.register("Carol")
		wantError(t, operator.Close(), nil)
		c.post("alice", "carol", "for the new carol")
		wantLines(t, said(c.page("carol", 0, 9).Messages), "Alice: for the new carol")
	})
}

func TestOperatorFindsWhatTheServerDid(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, generous)
		operator := openShared(t, url)
		c.register("Alice")
		wantError(t, operator.ask(create("Alice")).Err, storage.ErrExists)
		alice := c.id("alice")
		if operator.id("alice") != alice {
			t.Fatal("they see two accounts")
		}
		c.remove("alice")
		wantError(t, operator.ask(storage.Ask{Kind: storage.SetPassword, Account: alice, NewHash: "new"}).Err, storage.ErrGone)
		wantError(t, operator.Close(), nil)
		c.register("Alice")
	})
}

func TestOperatorMayComeBeforeTheServer(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		operator := openShared(t, url)
		operator.register("Alice")
		operator.Close()
		c := openFor(t, url, generous)
		c.post("alice", "alice", "hello")
	})
}

// TestSessionSeesWhatComesAfterIt has operators change the account before and after a login.
func TestSessionSeesWhatComesAfterIt(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, generous)
		operator := openShared(t, url)
		defer operator.Close()
		made := c.batch(create("Alice")).Verdicts[0]
		before := operator.batch(storage.Ask{Kind: storage.SetPassword, Account: made.Account, NewHash: "new"}).Events[0].Number
		b := c.batch(c.say("alice", "#lobby", "one"), storage.Ask{Kind: storage.Enter, Account: made.Account, Hash: "new"}, c.say("alice", "#lobby", "two"))
		since := b.Verdicts[1].Since
		if made.Since >= before || since < before || since < c.number(b, 0) || since >= c.number(b, 2) {
			t.Fatalf("since %d and %d, where the password was changed by %d: %+v", made.Since, since, before, b.Events)
		}
	})
}

// TestOperatorKnowsWhatTheServerHasSaid: what an operator's command does depends on messages that it has no part in.
func TestOperatorKnowsWhatTheServerHasSaid(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		limits := generous
		limits.Rooms, limits.Members = 10, 10
		c := openFor(t, url, limits)
		c.register("Alice", "Bob")
		for _, name := range []string{"alice", "bob"} {
			order := &storage.Order{Room: "#go", Name: "#go", Look: "#go", May: true}
			c.mustAsk(storage.Ask{Kind: storage.Join, Account: c.id(name), Order: order})
		}
		c.post("alice", "#lobby", "one")
		read := c.post("alice", "#go", "two")
		c.post("alice", "#go", "three")
		room, err := c.Room(soon(t), "#go")
		wantError(t, err, nil)
		readings := []storage.Reading{{Room: room.ID, Number: read}}
		c.mustAsk(storage.Ask{Kind: storage.Seen, Account: c.id("bob"), Order: &storage.Order{Readings: readings}})

		operator := openShared(t, url)
		defer operator.Close()
		operator.register("Carol")
		c.post("alice", "#lobby", "four")
		if rooms := c.enter("carol", 9).Rooms; len(rooms) != 1 || rooms[0].Unread != 1 {
			t.Errorf("who has missed one message since the account was made sees %+v", rooms)
		}
		operator.remove("alice")
		rooms := c.enter("bob", 9).Rooms
		if len(rooms) != 2 || rooms[0].Role != storage.Owner || rooms[0].Unread != 1 {
			t.Errorf("who has become the owner, and has missed one message, sees %+v", rooms)
		}
		operator.remove("bob")
		if _, err := c.Room(soon(t), "#go"); err != nil {
			t.Errorf("the room with all that was said there: %v", err)
		}
	})
}

// TestOperatorsCommandHasNoSessions wants what only a server may ask for to be refused at once.
func TestOperatorsCommandHasNoSessions(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, generous)
		c.register("Alice")
		operator := openShared(t, url)
		defer operator.Close()
		for _, ask := range []storage.Ask{c.say("alice", "#lobby", "x"), c.feed("alice", 0, 1), {Kind: storage.Enter, Account: c.id("alice"), Hash: "hash of Alice"}} {
			wantError(t, operator.Commit(t.Context(), &storage.Batch{At: time.Now(), Asks: []storage.Ask{ask}}), storage.ErrUnavailable)
		}
		operator.batch() // and is asked about nothing
	})
}
