package storage_test

import (
	"context"
	"testing"
	"time"

	"parley/storage"
)

// shortly is a context with a deadline that is meant to pass.
func shortly(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	t.Cleanup(cancel)
	return ctx
}

// refusals are a change of each kind, for a store in which Alice and Bob are registered and nothing was said. A request to the store
// holds cutMark, so that a proxy knows it.
func (c chat) refusals() []storage.Batch {
	c.t.Helper()
	c.lobbyThread() // asks the store now, while it works
	alice, bob := c.id("alice"), c.id("bob")
	carol := account("Carol")
	carol.Hash = cutMark
	batches := []storage.Batch{
		{Asks: []storage.Ask{c.say("alice", "#lobby", cutMark), c.say("alice", "bob", cutMark)}},
		{Asks: []storage.Ask{{Kind: storage.Create, New: &carol}}},
		{Asks: []storage.Ask{{Kind: storage.SetPassword, Account: alice, Hash: "hash of Alice", NewHash: cutMark}}},
		{Asks: []storage.Ask{{Kind: storage.Enter, Account: alice, Hash: "hash of Alice", NewHash: cutMark}}},
		{Asks: []storage.Ask{{Kind: storage.Remove, Account: bob}, c.say("alice", "#lobby", cutMark)}},
		{Asks: []storage.Ask{c.sayOnce("alice", "#lobby", cutMark, "refused")}},
		{Asks: []storage.Ask{c.tokenAsk("alice", cutMark, inAnHour())}},
	}
	for i := range batches {
		batches[i].At = time.Now()
	}
	return batches
}

// wantAllRefused commits batches of which the store can't confirm one in time.
func (c chat) wantAllRefused(batches []storage.Batch) {
	c.t.Helper()
	for i := range batches {
		wantError(c.t, c.Commit(shortly(c.t), &batches[i]), storage.ErrUnavailable)
	}
}

// wantNothingDone looks whether what refusals wanted to change is as it was, and that nobody is told of it.
func (c chat) wantNothingDone() {
	c.t.Helper()
	if b := c.batch(); len(b.Events) != 0 {
		c.t.Fatalf("got %+v", b.Events)
	}
	lines, _ := c.lobbyHistory(0, 9)
	wantLines(c.t, lines)
	lines, _ = c.conversation("alice", "bob", 0, 9)
	wantLines(c.t, lines)
	if v := c.enter("bob", 9); v.Page.Waiting != 0 || len(v.Rooms) != 1 {
		c.t.Fatalf("bob gets %+v", v)
	}
	wantLines(c.t, c.tokens(c.id("alice")))
	wantError(c.t, c.ask(c.sayOnce("alice", "nobody", "another message", "refused")).Err, storage.ErrNoAccount) // the key is free
	all, err := c.Accounts(soon(c.t))
	if err != nil || len(all) != 2 {
		c.t.Fatalf("the accounts are %+v %v", all, err)
	}
	for i, want := range []storage.Account{account("Alice"), account("Bob")} {
		want.ID = all[i].ID
		if all[i] != want {
			c.t.Fatalf("got %+v, want %+v", all[i], want)
		}
	}
}
