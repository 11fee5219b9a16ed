package storage_test

import (
	"fmt"
	"testing"
	"time"

	"parley/storage"
)

// TestFormat3IsConvertedWithAllItHad: testdata/README.md says what the version before tokens has left.
func TestFormat3IsConvertedWithAllItHad(t *testing.T) {
	path := oldStore(t, "format3.sqlite", t.TempDir())
	limits := generous
	limits.Rooms, limits.Members = 10, 10
	for range 2 { // the second time there is nothing to do
		c := open(t, "sqlite:"+path, limits)
		c.wantFormat3Rooms()
		c.wantFormat3Forbidden()
		c.Close()
	}
	c := openFor(t, "sqlite:"+path, limits)
	c.wantFormat3Logins()
	if number := c.post("alice", "bob", "goes on"); number <= 38 {
		t.Fatalf("the number %d comes again", number)
	}
	lines, _ := c.conversation("alice", "bob", 0, 9)
	wantLines(t, lines, "Alice: one", "Bob: two", "Alice: goes on")

	// What is new works.
	c.makeToken("dave", "secret", time.Now().Add(time.Hour))
	wantLines(t, said(c.mustAsk(byToken("dave", "secret")).Page.Messages), "Alice: waits 1", "Bob: waits 2")
	once := c.sayOnce("alice", "#tea", "once", "key")
	first := c.number(c.batch(once), 0)
	if again := c.mustAsk(once).Repeat; again == nil || again.Number != first {
		t.Fatalf("got %+v, want the number %d", again, first)
	}
}

func (c chat) wantFormat3Rooms() {
	c.t.Helper()
	lines, _ := c.lobbyHistory(0, 9)
	wantLines(c.t, lines, "Alice: good morning", "Bob: hello", "Alice: missed by two")
	tea, secret := c.room("#tea"), c.room("#secret")
	if tea.Name != "#Tea" || tea.Topic != "Green only" || !tea.Quiet || tea.Private || secret.Name != "#Secret" || !secret.Private || secret.Quiet {
		c.t.Fatalf("the rooms are %+v and %+v", tea, secret)
	}
	c.wantMembers("#tea", "alice 3", "bob 2", "carol 1")
	c.wantMembers("#secret", "bob 3")
	c.wantMembers("#lobby", "alice 0", "bob 0", "carol 0", "dave 0", "eve 0")
	lines, _ = c.history(storage.RoomThread(tea.ID), 0, 9)
	wantLines(c.t, lines, "Alice: is it green?", "Carol: it is", "Alice: missed by carol", "Bob: that too")
	lines, _ = c.history(storage.RoomThread(secret.ID), 0, 9)
	wantLines(c.t, lines, "Bob: the word")
}

func (c chat) wantFormat3Forbidden() {
	c.t.Helper()
	for _, test := range []struct {
		room storage.ID
		want []string
	}{
		{c.room("#tea").ID, []string{`mute false Dave by "Alice": too loud`, `mute true Eve by "Alice": without end`}},
		{0, []string{`mute false 192.0.2.0/24 by "": a whole network`, `mute true Carol by "Eve": spam`}},
	} {
		sanctions, err := c.Sanctions(soon(c.t), test.room)
		wantError(c.t, err, nil)
		var got []string
		for _, s := range sanctions {
			got = append(got, fmt.Sprintf("mute %v %s by %q: %s", s.Mute, s.Name, s.ByName, s.Reason))
		}
		wantLines(c.t, got, test.want...)
	}
	blocked, err := c.Blocked(soon(c.t), c.id("alice"))
	wantError(c.t, err, nil)
	wantLines(c.t, blocked, "Dave")
	on, err := c.Lockdown(soon(c.t))
	if err != nil || !on {
		c.t.Fatalf("the lockdown is %v, %v", on, err)
	}
}

func (c chat) wantFormat3Logins() {
	c.t.Helper()
	carol := c.enter("carol", 9)
	wantLines(c.t, said(carol.Page.Messages), "Alice: waits for carol")
	if in := carol.Page.Invites; len(in) != 1 || in[0].Room != "#Secret" || in[0].FromName != "Bob" {
		c.t.Errorf("Carol is invited: %+v", in)
	}
	if rooms := carol.Rooms; len(rooms) != 2 || rooms[0].Unread != 1 || rooms[1].Unread != 2 || rooms[1].Role != storage.Voice {
		c.t.Errorf("Carol is in %+v", rooms)
	}
	if page := c.enter("dave", 9).Page; page.Waiting != 2 {
		c.t.Errorf("Dave gets %+v", page)
	}
	if v := c.enter("eve", 9); !v.Operator || c.enter("alice", 9).Operator {
		c.t.Errorf("Eve enters with %+v", v)
	}
}
