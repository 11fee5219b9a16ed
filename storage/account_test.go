package storage_test

import (
	"testing"

	"parley/storage"
)

func TestAccounts(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, generous)
		ctx := soon(t)
		_, err := c.Account(ctx, "alice")
		wantError(t, err, storage.ErrNoAccount)

		c.register("Bob", "Alice")
		wantError(t, c.ask(create("ALICE")).Err, storage.ErrExists)
		want := account("Alice")
		alice, err := c.Account(ctx, "alice")
		if want.ID = alice.ID; err != nil || alice.ID <= 0 || alice != want {
			t.Fatalf("got %+v %v", alice, err)
		}
		all, err := c.Accounts(ctx)
		if err != nil || len(all) != 2 || all[0] != alice || all[1].Key != "bob" || all[1].ID != c.id("bob") {
			t.Fatalf("got %+v %v", all, err)
		}

		c.remove("alice")
		_, err = c.Account(ctx, "alice")
		wantError(t, err, storage.ErrNoAccount)
		for _, kind := range []storage.AskKind{storage.Say, storage.Enter, storage.Feed, storage.SetPassword, storage.Remove} {
			ask := storage.Ask{Kind: kind, Account: alice.ID, To: "bob", Hash: alice.Hash, NewHash: "new", Limit: 1}
			wantError(t, c.ask(ask).Err, storage.ErrGone)
		}
	})
}

func TestPasswords(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, generous)
		c.register("Alice")
		alice := c.id("alice")
		set := func(old, new string) *storage.Batch {
			t.Helper()
			return c.batch(storage.Ask{Kind: storage.SetPassword, Account: alice, Hash: old, NewHash: new})
		}
		wantHash := func(want string) {
			t.Helper()
			if a, err := c.Account(soon(t), "alice"); err != nil || a.Hash != want {
				t.Fatalf("the hash is %q, %v, want %q", a.Hash, err, want)
			}
		}
		refused := set("wrong", "new")
		wantError(t, refused.Verdicts[0].Err, storage.ErrChanged)
		if len(refused.Events) != 0 {
			t.Fatalf("got %+v", refused.Events)
		}
		wantHash("hash of Alice")
		for _, old := range []string{"hash of Alice", ""} {
			changed := set(old, "after "+old)
			wantError(t, changed.Verdicts[0].Err, nil)
			wantEvents(t, changed.Events, []storage.Event{{Kind: storage.PasswordChanged, At: changed.At, To: alice, ToName: "Alice", Ask: 0}})
			wantHash("after " + old)
		}
	})
}

func TestEnter(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, generous)
		c.register("Alice", "Bob")
		alice := c.id("alice")
		lobby := c.lobbyThread()
		for _, text := range []string{"one", "two", "three"} {
			c.post("bob", "alice", text)
		}
		enter := func(hash, renewed string) *storage.Batch {
			t.Helper()
			return c.batch(storage.Ask{Kind: storage.Enter, Account: alice, Hash: hash, NewHash: renewed, Limit: 2})
		}
		wantError(t, enter("wrong", "wrong too").Verdicts[0].Err, storage.ErrChanged)
		wantError(t, enter("", "").Verdicts[0].Err, storage.ErrChanged)
		for _, b := range []*storage.Batch{enter("hash of Alice", ""), enter("hash of Alice", "renewed"), enter("renewed", "")} {
			v := b.Verdicts[0]
			wantError(t, v.Err, nil)
			if len(v.Rooms) != 1 || v.Rooms[0].Name != storage.LobbyName || storage.RoomThread(v.Rooms[0].ID) != lobby {
				t.Fatalf("the rooms are %+v", v.Rooms)
			}
			wantLines(t, said(v.Page.Messages), "Bob: one", "Bob: two")
			if !v.Page.More || v.Page.Waiting != 3 || v.Page.Expired != 0 || len(b.Events) != 0 {
				t.Fatalf("got %+v, events %+v", v.Page, b.Events)
			}
		}
		wantError(t, enter("hash of Alice", "").Verdicts[0].Err, storage.ErrChanged)
		b := c.batch(storage.Ask{Kind: storage.SetPassword, Account: alice, NewHash: "new"},
			storage.Ask{Kind: storage.Enter, Account: alice, Hash: "renewed"})
		wantError(t, b.Verdicts[0].Err, nil)
		wantError(t, b.Verdicts[1].Err, storage.ErrChanged) // the login compared with a hash that was good a moment ago
	})
}

func TestSuccessorGetsNothingOfARemovedAccount(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, generous)
		c.register("Alice", "Bob")
		old := c.id("alice")
		first := c.post("bob", "alice", "for the old alice")
		c.post("alice", "bob", "bye")
		b := c.batch(storage.Ask{Kind: storage.Remove, Account: old}, create("Alice"), c.say("bob", "alice", "hello again"))
		for i := range b.Verdicts {
			wantError(t, b.Verdicts[i].Err, nil)
		}
		if now := c.id("alice"); now == old || now != b.Verdicts[1].Account {
			t.Fatalf("alice was %d and is %d", old, now)
		}
		page := c.enter("alice", 9).Page
		wantLines(t, said(page.Messages), "Bob: hello again")
		if page.Waiting != 1 || page.Expired != 0 {
			t.Fatalf("got %+v", page)
		}
		lines, more := c.conversation("alice", "bob", 0, 9)
		wantLines(t, lines, "Bob: hello again")
		if more {
			t.Fatal("there is more")
		}
		wantLines(t, said(c.page("bob", 0, 9).Messages), "Alice: bye") // what was said to others stays

		// What still comes for the old account does nothing to the new one.
		last := c.post("bob", "alice", "unread")
		late := &storage.Batch{Acks: []storage.Ack{{Account: old, Number: last}}, Asks: []storage.Ask{
			{Kind: storage.Say, Account: old, To: "bob", Text: []byte("a ghost")},
			{Kind: storage.Feed, Account: old, After: first, Limit: 9},
			{Kind: storage.SetPassword, Account: old, NewHash: "stolen"},
		}}
		c.commit(late)
		for _, v := range late.Verdicts {
			wantError(t, v.Err, storage.ErrGone)
		}
		wantLines(t, said(c.page("alice", 0, 9).Messages), "Bob: hello again", "Bob: unread")
		if a, _ := c.Account(soon(t), "alice"); a.Hash != "hash of Alice" {
			t.Fatalf("the hash is %q", a.Hash)
		}
	})
}

func TestIDsAreNeverUsedAgain(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := open(t, url, generous)
		seen := map[storage.ID]bool{c.lobbyThread().A: true}
		for range 3 {
			for range 2 {
				c.register("Alice")
				if id := c.id("alice"); seen[id] {
					t.Fatalf("%d was used before", id)
				} else {
					seen[id] = true
				}
				if number := c.post("alice", "#lobby", "x"); seen[storage.ID(number)] {
					t.Fatalf("the number %d is an ID", number)
				}
				c.remove("alice")
			}
			c.Close()
			c = open(t, url, generous)
		}
		c.Close()
	})
}
