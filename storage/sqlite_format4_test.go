package storage_test

import (
	"strings"
	"testing"
	"time"

	"parley/storage"
)

// TestFormat4IsConvertedWithAllItHad: testdata/README.md says what the version before guests has left.
func TestFormat4IsConvertedWithAllItHad(t *testing.T) {
	path := oldStore(t, "format4.sqlite", t.TempDir())
	for range 2 { // the second time there is nothing to do
		c := open(t, "sqlite:"+path, forOldData())
		c.wantBeforeGuests()
		c.Close()
	}
	c := openFor(t, "sqlite:"+path, forOldData())
	c.wantBeforeGuestsGoesOn("7f9542da")
}

// wantBeforeGuests wants what both stores of the version before guests held.
func (c chat) wantBeforeGuests() {
	c.t.Helper()
	lines, _ := c.lobbyHistory(0, 9)
	wantLines(c.t, lines, "Alice: good morning", "Bob: Build 12 is done.")
	tea, secret := c.room("#tea"), c.room("#secret")
	if tea.Topic != "Green only" || tea.TopicBy != "" || !tea.TopicAt.IsZero() || tea.Created.Year() != 2026 || !secret.Private {
		c.t.Errorf("the rooms are %+v and %+v", tea, secret)
	}
	c.wantMembers("#tea", "alice 3", "bob 2", "carol 0")
	c.wantMembers("#secret", "bob 3")
	lines, _ = c.history(storage.RoomThread(tea.ID), 0, 9)
	wantLines(c.t, lines, "Bob: is it green?", "Alice: missed by carol")
	lines, _ = c.conversation("alice", "bob", 0, 9)
	wantLines(c.t, lines, "Bob: hello")
	blocked, err := c.Blocked(soon(c.t), c.id("alice"))
	wantError(c.t, err, nil)
	wantLines(c.t, blocked, "Dave")
	accounts, err := c.Accounts(soon(c.t))
	wantError(c.t, err, nil)
	for _, a := range accounts {
		if a.Operator != (a.Key == "dave") || !strings.HasPrefix(a.Hash, "$argon2id$") {
			c.t.Errorf("got %+v", a)
		}
	}
}

// wantBeforeGuestsGoesOn wants the rest of it, and what is new.
func (c chat) wantBeforeGuestsGoesOn(token string) {
	c.t.Helper()
	v := c.enter("carol", 9)
	wantLines(c.t, said(v.Page.Messages), "Alice: waits for carol")
	if rooms := v.Rooms; len(rooms) != 2 || rooms[1].Unread != 1 || rooms[1].Topic != "Green only" {
		c.t.Errorf("Carol is in %+v", rooms)
	}
	if tokens, err := c.Tokens(soon(c.t), c.id("bob")); err != nil || len(tokens) != 1 || tokens[0].ID() != token || tokens[0].Note != "the build server" {
		c.t.Errorf("the tokens are %+v, %v", tokens, err)
	}
	b := c.wantAll([]error{storage.ErrBanned, nil}, c.joinAsk("dave", "#tea"), c.joinAsk("dave", "#secret"))
	if s := b.Verdicts[0].Sanction; s == nil || s.Reason != "too loud" || s.ByName != "Alice" {
		c.t.Errorf("Dave is kept out by %+v", s)
	}
	c.post("alice", "bob", "goes on")
	at := time.Now().Truncate(time.Millisecond)
	c.commit(&storage.Batch{At: at, Asks: []storage.Ask{c.order(storage.SetTopic, "alice", "#tea", "", text("Any tea"))}})
	if tea := c.room("#tea"); tea.TopicBy != "Alice" || !tea.TopicAt.Equal(at) {
		c.t.Errorf("got %+v", tea)
	}
}
