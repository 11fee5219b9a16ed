package storage_test

import (
	"slices"
	"testing"
	"time"

	"parley/storage"
)

// tokenAsk makes a token whose note is its secret.
func (c chat) tokenAsk(key, secret string, ends time.Time) storage.Ask {
	c.t.Helper()
	return c.order(storage.MakeToken, key, "", "", text(secret), until(ends), func(a *storage.Ask) { a.Hash = storage.TokenHash(secret) })
}

func (c chat) makeToken(key, secret string, ends time.Time) {
	c.t.Helper()
	c.mustAsk(c.tokenAsk(key, secret, ends))
}

// revokeAsk takes a token back; an empty key is the command line's ask, for the account to.
func (c chat) revokeAsk(key, to, secret string) storage.Ask {
	c.t.Helper()
	return c.order(storage.RevokeToken, key, "", to, func(a *storage.Ask) { a.Order.Token = storage.TokenHash(secret)[:8] })
}

func byToken(key, secret string) storage.Ask {
	return storage.Ask{Kind: storage.Enter, To: key, Token: storage.TokenHash(secret), Limit: 9}
}

// tokens lists the notes of an account's tokens, sorted.
func (c chat) tokens(account storage.ID) []string {
	c.t.Helper()
	list, err := c.Tokens(soon(c.t), account)
	wantError(c.t, err, nil)
	notes := []string{}
	for _, token := range list {
		notes = append(notes, token.Note)
	}
	slices.Sort(notes)
	return notes
}

func inAnHour() time.Time { return time.Now().Add(time.Hour) }

// TestTokenIsMadeAndListed lists the oldest first.
func TestTokenIsMadeAndListed(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := open(t, url, modelSizes["narrow"]) // 2 tokens of an account
		c.register("Alice", "Bob")
		at, ends := time.Now().Add(-time.Minute).Truncate(time.Millisecond).UTC(), inAnHour()
		b := storage.Batch{At: at, Asks: []storage.Ask{c.tokenAsk("alice", "first", ends)}}
		c.commit(&b)
		if v := b.Verdicts[0]; v.Err != nil || v.Name != "Alice" || len(b.Events) != 0 {
			t.Fatalf("got %+v, events %+v", v, b.Events)
		}
		c.Close()
		c = openFor(t, url, modelSizes["narrow"])
		alice := c.id("alice")
		list, err := c.Tokens(soon(t), alice)
		want := storage.Token{Hash: storage.TokenHash("first"), Note: "first", At: at, Until: ends.Truncate(time.Millisecond).UTC()}
		if err != nil || len(list) != 1 || list[0] != want {
			t.Fatalf("got %+v %v, want %+v", list, err, want)
		}
		c.wantAll([]error{nil, storage.ErrTooMany, nil}, c.tokenAsk("alice", "second", ends), c.tokenAsk("alice", "third", ends), c.tokenAsk("bob", "bob's", ends))
		list, err = c.Tokens(soon(t), alice)
		if err != nil || len(list) != 2 || list[0] != want || list[1].Note != "second" {
			t.Fatalf("got %+v %v", list, err)
		}
		wantLines(t, c.tokens(c.id("bob")), "bob's")
	})
}

func TestLoginByToken(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, modelSizes["generous"])
		c.register("Alice", "Bob", "Root")
		c.batch(c.order(storage.SetOperator, "", "", "root", may), c.tokenAsk("alice", "hers", inAnHour()), c.tokenAsk("bob", "his", inAnHour()), c.tokenAsk("root", "its", inAnHour()))
		c.join("#go", "bob", "alice")
		c.post("bob", "#go", "missed")
		c.post("bob", "alice", "waits")
		c.join("#other", "bob")
		c.mustAsk(c.order(storage.Invite, "bob", "#other", "alice"))
		b := c.wantAll([]error{nil, nil, storage.ErrNoToken, storage.ErrNoToken, storage.ErrNoToken, storage.ErrNoToken, nil},
			c.say("bob", "#lobby", "before"), byToken("alice", "hers"), byToken("alice", "his"), byToken("bob", "hers"), byToken("alice", "nobody's"),
			byToken("nobody", "hers"), byToken("root", "its"))
		v := b.Verdicts[1]
		want, err := c.Account(soon(t), "alice")
		if want.Hash = ""; err != nil || v.Entered == nil || *v.Entered != want || v.Operator {
			t.Fatalf("got %+v, want %+v", v.Entered, want)
		}
		wantLines(t, said(v.Page.Messages), "Bob: waits")
		if v.Page.Waiting != 1 || len(v.Page.Invites) != 1 || v.Since < c.number(b, 0) {
			t.Errorf("got %+v, since %d", v.Page, v.Since)
		}
		if in := v.Rooms; len(in) != 2 || in[0].Name != "#go" || in[0].Unread != 1 || in[1].Name != "#lobby" || in[1].Unread != 1 {
			t.Errorf("the rooms are %+v", in)
		}
		if root := b.Verdicts[6]; !root.Operator || !root.Entered.Operator {
			t.Errorf("got %+v %+v", root, root.Entered)
		}
		if v := c.enter("alice", 9); v.Entered != nil {
			t.Errorf("a login by password has %+v", v.Entered)
		}
		b = c.wantAll([]error{nil, storage.ErrBanned}, c.order(storage.Ban, "root", "", "alice", text("why")), byToken("alice", "hers"))
		if s := b.Verdicts[1].Sanction; s == nil || s.Reason != "why" {
			t.Errorf("got %+v", s)
		}
	})
}

func TestTokenEnds(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, modelSizes["narrow"]) // 2 tokens of an account
		c.register("Alice")
		at := time.Now().Truncate(time.Millisecond)
		c.makeToken("alice", "short", at.Add(time.Hour))
		c.makeToken("alice", "long", at.Add(2*time.Hour))
		for _, test := range []struct {
			after time.Duration
			want  []error
		}{
			{time.Hour - time.Millisecond, []error{nil, nil, storage.ErrTooMany}},
			{time.Hour, []error{storage.ErrNoToken, nil, nil}}, // what has ended does not count
		} {
			b := storage.Batch{At: at.Add(test.after), Asks: []storage.Ask{byToken("alice", "short"), byToken("alice", "long"), c.tokenAsk("alice", "new", at.Add(3*time.Hour))}}
			c.commit(&b)
			for i, want := range test.want {
				if b.Verdicts[i].Err != want {
					t.Errorf("after %v ask %d is answered with %v, want %v", test.after, i, b.Verdicts[i].Err, want)
				}
			}
		}
		late := storage.Batch{At: at.Add(2 * time.Hour), Asks: []storage.Ask{c.revokeAsk("alice", "", "short"), c.order(storage.Tidy, "", "", ""), c.revokeAsk("alice", "", "long"),
			byToken("alice", "new")}}
		c.commit(&late)
		for i, want := range []error{storage.ErrNothing, nil, storage.ErrNothing, nil} {
			if late.Verdicts[i].Err != want {
				t.Errorf("late, ask %d is answered with %v, want %v", i, late.Verdicts[i].Err, want)
			}
		}
		wantLines(t, c.tokens(c.id("alice")), "new")
	})
}

// TestTokensThatHaveEndedAreNotListed: what is listed goes by the clock.
func TestTokensThatHaveEndedAreNotListed(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, modelSizes["generous"])
		c.register("Alice")
		past := time.Now().Add(-time.Hour)
		c.commit(&storage.Batch{At: past, Asks: []storage.Ask{c.tokenAsk("alice", "ended", past.Add(time.Minute)), c.tokenAsk("alice", "holds", inAnHour())}})
		wantLines(t, c.tokens(c.id("alice")), "holds")
	})
}

func TestTokenIsRevoked(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, modelSizes["generous"])
		c.register("Alice", "Bob")
		c.batch(c.tokenAsk("alice", "one", inAnHour()), c.tokenAsk("alice", "two", inAnHour()))
		b := c.wantAll([]error{nil, storage.ErrNothing, nil, storage.ErrNoToken, nil, storage.ErrNothing},
			byToken("alice", "one"), c.revokeAsk("bob", "alice", "one"), c.revokeAsk("alice", "", "one"), byToken("alice", "one"), byToken("alice", "two"),
			c.revokeAsk("alice", "", "one"))
		alice := c.id("alice")
		if len(b.Events) != 1 || b.Events[0].Kind != storage.TokenRevoked || b.Events[0].To != alice || b.Events[0].ToName != "Alice" ||
			b.Events[0].Change.Token != storage.TokenHash("one")[:8] || b.Events[0].Ask != 2 || b.Verdicts[2].Name != "Alice" {
			t.Fatalf("got %+v", b.Events)
		}
		wantLines(t, c.tokens(alice), "two")
	})
}

// TestTokensOfOneIDAreRevokedTogether: an ID is short, and the sessions of both end.
func TestTokensOfOneIDAreRevokedTogether(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, modelSizes["generous"])
		c.register("Alice")
		twin := c.tokenAsk("alice", "one", inAnHour())
		twin.Hash = twin.Hash[:8] + storage.TokenHash("two")[8:]
		c.batch(c.tokenAsk("alice", "one", inAnHour()), twin)
		byTwin := byToken("alice", "two")
		byTwin.Token = twin.Hash
		b := c.wantAll([]error{nil, nil, nil, storage.ErrNoToken, storage.ErrNoToken}, byToken("alice", "one"), byTwin, c.revokeAsk("alice", "", "one"), byToken("alice", "one"), byTwin)
		if len(b.Events) != 1 {
			t.Fatalf("got %+v", b.Events)
		}
	})
}

func TestNewPasswordRevokesAllTokens(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, modelSizes["generous"])
		c.register("Alice", "Bob")
		alice := c.id("alice")
		c.batch(c.tokenAsk("alice", "one", inAnHour()), c.tokenAsk("alice", "two", inAnHour()), c.tokenAsk("bob", "his", inAnHour()))
		// A hash that is made anew at a login is that of the same password.
		c.wantAll([]error{nil, nil}, storage.Ask{Kind: storage.Enter, Account: alice, Hash: "hash of Alice", NewHash: "renewed"}, byToken("alice", "one"))
		wantError(t, c.ask(storage.Ask{Kind: storage.SetPassword, Account: alice, Hash: "wrong", NewHash: "new"}).Err, storage.ErrChanged)
		wantLines(t, c.tokens(alice), "one", "two")
		b := c.wantAll([]error{nil, storage.ErrNoToken, nil}, storage.Ask{Kind: storage.SetPassword, Account: alice, Hash: "renewed", NewHash: "new"},
			byToken("alice", "one"), byToken("bob", "his"))
		wantLines(t, told(b.Events), "2 Alice")
		wantLines(t, c.tokens(alice))
	})
}

func TestSuccessorHasNoTokensOfARemovedAccount(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, modelSizes["generous"])
		c.register("Alice")
		c.makeToken("alice", "old", inAnHour())
		old := c.id("alice")
		c.wantAll([]error{nil, storage.ErrNoToken, nil, storage.ErrNoToken}, storage.Ask{Kind: storage.Remove, Account: old}, byToken("alice", "old"), create("Alice"),
			byToken("alice", "old"))
		wantLines(t, c.tokens(old))
		wantLines(t, c.tokens(c.id("alice")))
		wantError(t, c.ask(storage.Ask{Kind: storage.MakeToken, Account: old, Hash: storage.TokenHash("x"), Order: &storage.Order{Until: inAnHour()}}).Err, storage.ErrGone)
	})
}

// TestTokensMadeOnTheCommandLine: an operator's command knows no limits, and what it revokes the server hears.
func TestTokensMadeOnTheCommandLine(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, modelSizes["generous"])
		c.register("Alice")
		operator := openShared(t, url)
		defer operator.Close()
		mine := func(secret, to string) storage.Ask {
			ask := c.tokenAsk("", secret, inAnHour())
			ask.To = to
			return ask
		}
		b := operator.wantAll([]error{nil, nil, storage.ErrNoAccount}, mine("one", "alice"), mine("two", "alice"), mine("three", "nobody"))
		if b.Verdicts[0].Name != "Alice" {
			t.Fatalf("got %+v", b.Verdicts[0])
		}
		wantLines(t, operator.tokens(c.id("alice")), "one", "two")
		c.mustAsk(byToken("alice", "one"))
		operator.wantAll([]error{nil, storage.ErrNothing, storage.ErrNoAccount}, c.revokeAsk("", "alice", "one"), c.revokeAsk("", "alice", "one"), c.revokeAsk("", "nobody", "one"))
		heard := c.wantAll([]error{storage.ErrNoToken, nil}, byToken("alice", "one"), byToken("alice", "two"))
		if len(heard.Events) != 1 || heard.Events[0].Kind != storage.TokenRevoked || heard.Events[0].To != c.id("alice") ||
			heard.Events[0].Change.Token != storage.TokenHash("one")[:8] || heard.Events[0].Ask != -1 {
			t.Fatalf("the server hears %+v", heard.Events)
		}
		operator.mustAsk(storage.Ask{Kind: storage.SetPassword, Account: c.id("alice"), NewHash: "new"})
		wantError(t, c.ask(byToken("alice", "two")).Err, storage.ErrNoToken)
	})
}
