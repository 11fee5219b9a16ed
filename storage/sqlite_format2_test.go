package storage_test

import (
	"testing"

	"parley/storage"
)

// TestFormat2IsConvertedWithAllItHad: testdata/README.md says what the second version has left.
func TestFormat2IsConvertedWithAllItHad(t *testing.T) {
	path := oldStore(t, "format2.sqlite", t.TempDir())
	limits := generous
	limits.Rooms, limits.Members = 10, 10
	for range 2 { // the second time there is nothing to do
		c := open(t, "sqlite:"+path, limits)
		lines, _ := c.lobbyHistory(0, 9)
		wantLines(t, lines, "Alice: good morning", "Bob: hello", "Carol: from carol", "Alice: the last one", "Dave: from dave")
		lines, _ = c.conversation("alice", "bob", 0, 9)
		wantLines(t, lines, "Alice: one", "Bob: two", "Alice: waits for bob")
		c.Close()
	}
	c := openFor(t, "sqlite:"+path, limits)
	_, err := c.Account(soon(t), "carol")
	wantError(t, err, storage.ErrNoAccount)

	// Whoever was in the lobby has read everything there, and misses what comes now.
	bob := c.enter("bob", 9)
	wantLines(t, said(bob.Page.Messages), "Alice: waits for bob")
	if len(bob.Rooms) != 1 || bob.Rooms[0].Name != storage.LobbyName || bob.Rooms[0].Unread != 0 || bob.Rooms[0].Role != storage.NoRole || bob.Operator {
		t.Errorf("Bob enters with %+v", bob)
	}
	c.post("alice", "#lobby", "news")
	if rooms := c.enter("dave", 9).Rooms; rooms[0].Unread != 1 {
		t.Errorf("Dave has missed %d", rooms[0].Unread)
	}
	lobby, err := c.Room(soon(t), storage.LobbyName)
	if err != nil || lobby.Members != 3 || lobby.Private || lobby.Quiet || lobby.Topic != "" {
		t.Errorf("the lobby is %+v, %v", lobby, err)
	}
	join := storage.Ask{Kind: storage.Join, Account: c.id("dave"), Order: &storage.Order{Room: "#l0bby", Name: "#l0bby", Look: "#lobby", May: true}}
	wantError(t, c.ask(join).Err, storage.ErrRoomTaken)
	join.Order = &storage.Order{Room: "#tea", Name: "#tea", Look: "#tea", May: true}
	c.mustAsk(join)
	c.post("dave", "#tea", "a new room")
}
