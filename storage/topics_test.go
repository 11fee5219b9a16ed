package storage_test

import (
	"testing"
	"time"

	"parley/storage"
)

// wantTopic wants everything that shows a room to say who has set its topic, and when.
func (c chat) wantTopic(topic, by string, at time.Time) {
	c.t.Helper()
	all, err := c.AllRooms(soon(c.t))
	wantError(c.t, err, nil)
	public, err := c.PublicRooms(soon(c.t))
	wantError(c.t, err, nil)
	shown := []storage.RoomInfo{c.room("#tea"), all[1], public[1]}
	own, err := c.Rooms(soon(c.t), c.id("alice"))
	wantError(c.t, err, nil)
	one, err := c.Membership(soon(c.t), c.id("alice"), "#tea")
	wantError(c.t, err, nil)
	for _, m := range []storage.Membership{own[1], one, c.enter("alice", 9).Rooms[1]} {
		shown = append(shown, m.RoomInfo)
	}
	for i, in := range shown {
		if in.Name != "#tea" || in.Topic != topic || in.TopicBy != by || !in.TopicAt.Equal(at) || !in.Created.Equal(made) {
			c.t.Errorf("place %d: got %+v", i, in)
		}
	}
}

var made = time.UnixMilli(1_763_586_251_123)

func TestRoomSaysWhoHasSetItsTopic(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := open(t, url, modelSizes["generous"])
		c.register("Alice", "Bob")
		c.commit(&storage.Batch{At: made, Asks: []storage.Ask{c.joinAsk("alice", "#tea"), c.joinAsk("bob", "#tea")}})
		c.wantTopic("", "", time.Time{})
		set := made.Add(time.Minute)
		c.commit(&storage.Batch{At: set, Asks: []storage.Ask{c.order(storage.SetTopic, "alice", "#tea", "", text("Green only"))}})
		c.wantTopic("Green only", "Alice", set)
		c.mustAsk(c.order(storage.SetSetting, "alice", "#tea", "", setting(storage.QuietRoom)))
		c.Close()
		c = openFor(t, url, modelSizes["generous"])
		c.wantTopic("Green only", "Alice", set)
		b := c.batch(c.order(storage.Leave, "bob", "#tea", ""), c.joinAsk("bob", "#tea"))
		if in := b.Verdicts[1].Room; in.TopicBy != "Alice" || !in.TopicAt.Equal(set) || !in.Created.Equal(made) {
			t.Errorf("Bob joins %+v", in)
		}
		c.mustAsk(c.order(storage.SetTopic, "alice", "#tea", ""))
		c.wantTopic("", "", time.Time{})
	})
}

func TestRoleIsToldWithTheOneBefore(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, modelSizes["generous"])
		c.register("Alice", "Bob")
		c.join("#tea", "alice", "bob")
		b := c.batch(c.order(storage.SetRole, "alice", "#tea", "bob", role(storage.Voice)), c.order(storage.SetRole, "alice", "#tea", "bob", role(storage.Op)),
			c.order(storage.Leave, "alice", "#tea", ""))
		var was []storage.Role
		for _, e := range b.Events {
			if e.Kind == storage.RoleSet {
				was = append(was, e.Change.Was)
			}
		}
		if len(was) != 3 || was[0] != storage.NoRole || was[1] != storage.Voice || was[2] != storage.Op { // the last one inherits the room
			t.Errorf("the roles were %v", was)
		}
	})
}

func TestLeavingTellsTheReason(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, modelSizes["generous"])
		c.register("Alice", "Bob")
		c.mustAsk(c.order(storage.SetOperator, "", "", "alice", may))
		c.join("#tea", "alice", "bob")
		b := c.batch(c.order(storage.Leave, "bob", "#tea", "", text("gone for  lunch")))
		wantLines(t, told(b.Events), "5 Bob in #tea gone for  lunch")
		c.join("#tea", "bob")
		c.mustAsk(c.order(storage.Mute, "alice", "", "bob"))
		b = c.wantAll([]error{storage.ErrMuted, nil}, c.order(storage.Leave, "bob", "#tea", "", text("refused")), c.order(storage.Leave, "bob", "#tea", ""))
		if b.Verdicts[0].Sanction == nil {
			t.Error("it is not said who has muted Bob")
		}
		wantLines(t, told(b.Events), "5 Bob in #tea")
	})
}
