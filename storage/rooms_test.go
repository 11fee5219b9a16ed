package storage_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/storage"
)

// order is an ask of an account in a room; an empty account is the command line.
func (c chat) order(kind storage.AskKind, by, room, to string, change ...func(*storage.Ask)) storage.Ask {
	c.t.Helper()
	ask := storage.Ask{Kind: kind, To: to, Order: &storage.Order{Room: room}}
	if by != "" {
		ask.Account = c.id(by)
	}
	for _, f := range change {
		f(&ask)
	}
	return ask
}

func text(words string) func(*storage.Ask) { return func(a *storage.Ask) { a.Text = []byte(words) } }

func role(role storage.Role) func(*storage.Ask) {
	return func(a *storage.Ask) { a.Order.Role = role }
}

func setting(s storage.Setting) func(*storage.Ask) {
	return func(a *storage.Ask) { a.Order.Setting = s }
}

func until(at time.Time) func(*storage.Ask) { return func(a *storage.Ask) { a.Order.Until = at } }

func may(a *storage.Ask) { a.Order.May = true }

func (c chat) joinAsk(by, room string) storage.Ask {
	c.t.Helper()
	return c.order(storage.Join, by, strings.ToLower(room), "", may, func(a *storage.Ask) {
		a.Order.Name, a.Order.Look = room, strings.ReplaceAll(strings.ToLower(room), "0", "o")
	})
}

// join makes accounts members of a room, the first one its owner if it is new.
func (c chat) join(room string, keys ...string) storage.ID {
	c.t.Helper()
	for _, key := range keys {
		c.mustAsk(c.joinAsk(key, room))
	}
	return c.room(room).ID
}

func (c chat) room(name string) storage.RoomInfo {
	c.t.Helper()
	in, err := c.Room(soon(c.t), strings.ToLower(name))
	if err != nil {
		c.t.Fatalf("room %s: %v", name, err)
	}
	return in
}

// wantMembers wants a room to have members, each as "key role".
func (c chat) wantMembers(room string, want ...string) {
	c.t.Helper()
	in := c.room(room)
	members, err := c.Members(soon(c.t), in.ID)
	got := []string{}
	for _, m := range members {
		got = append(got, fmt.Sprint(m.Key, " ", m.Role))
		if m.ID != c.id(m.Key) {
			c.t.Errorf("got %+v", m)
		}
	}
	if err != nil || !slices.Equal(got, want) || in.Members != len(want) {
		c.t.Fatalf("%+v has %q %v, want %q", in, got, err, want)
	}
}

// wantAll wants each ask of a batch to be answered with the error at its place.
func (c chat) wantAll(want []error, asks ...storage.Ask) *storage.Batch {
	c.t.Helper()
	b := c.batch(asks...)
	for i := range asks {
		if b.Verdicts[i].Err != want[i] {
			c.t.Errorf("ask %d is answered with %v, want %v", i, b.Verdicts[i].Err, want[i])
		}
	}
	return b
}

// told lists events as "KIND NAME [in ROOM] TEXT".
func told(events []storage.Event) (lines []string) {
	for _, e := range events {
		line := fmt.Sprint(e.Kind, " ", e.ToName)
		if e.Change != nil && e.Change.Room != "" {
			line += " in " + e.Change.Room
		}
		if e.Change != nil && e.Change.Role > 0 {
			line += fmt.Sprint(" role ", e.Change.Role)
		}
		lines = append(lines, strings.TrimSpace(line+" "+string(e.Text)))
	}
	return lines
}

func TestRoomIsMadeJoinedAndLeft(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, modelSizes["generous"])
		c.register("Alice", "Bob", "Carol")
		ask := c.joinAsk("alice", "#Go")
		ask.Order.May = false
		wantError(t, c.ask(ask).Err, storage.ErrNoRoom)
		b := c.wantAll([]error{nil, nil, storage.ErrMember, nil, storage.ErrNotMember},
			c.joinAsk("alice", "#Go"), c.joinAsk("bob", "#go"), c.joinAsk("bob", "#go"),
			c.say("bob", "#go", "hi"), c.say("carol", "#go", "refused"))
		wantLines(t, told(b.Events), "4 Alice in #Go role 3", "4 Bob in #Go", "1 #Go hi")
		if made := b.Verdicts[0]; !made.Made || made.Room.Name != "#Go" || made.Room.Members != 1 || b.Verdicts[1].Made || b.Verdicts[1].Room.Members != 2 {
			t.Fatalf("got %+v %+v", made.Room, b.Verdicts[1].Room)
		}
		c.wantMembers("#go", "alice 3", "bob 0")
		wantError(t, c.ask(c.joinAsk("carol", "#g0")).Err, storage.ErrRoomTaken)
		c.batch(c.joinAsk("carol", "#go"), c.order(storage.SetRole, "alice", "#go", "carol", role(storage.Op)))
		b = c.wantAll([]error{nil, storage.ErrNotMember, nil, nil}, c.order(storage.Leave, "alice", "#go", ""),
			c.order(storage.Leave, "alice", "#go", ""), c.order(storage.Leave, "carol", "#go", ""), c.order(storage.Leave, "bob", "#go", ""))
		wantLines(t, told(b.Events), "5 Alice in #Go", "8 Carol in #Go role 3", "5 Carol in #Go", "8 Bob in #Go role 3", "5 Bob in #Go")
		c.wantMembers("#go") // its words are still there
		b = c.batch(c.joinAsk("carol", "#go"))
		if v := b.Verdicts[0]; v.Made || v.Room.Members != 1 {
			t.Fatalf("got %+v", v)
		}
		c.wantMembers("#go", "carol 3") // who comes first into an empty room owns it
		c.join("#quiet", "bob")
		c.mustAsk(c.order(storage.Leave, "bob", "#quiet", ""))
		_, err := c.Room(soon(t), "#quiet")
		wantError(t, err, storage.ErrNoRoom)
		rooms, err := c.Rooms(soon(t), c.id("carol"))
		if err != nil || len(rooms) != 2 || rooms[0].Name != "#Go" || rooms[1].Name != "#lobby" || rooms[0].Since != b.Events[0].Number {
			t.Fatalf("carol is in %+v %v", rooms, err)
		}
	})
}

func TestRolesTopicsAndSettings(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, modelSizes["generous"])
		c.register("Alice", "Bob", "Carol", "Dave")
		c.join("#go", "alice", "bob", "dave")
		b := c.wantAll([]error{storage.ErrForbidden, storage.ErrNotMember, nil, nil, storage.ErrForbidden, nil, storage.ErrQuiet, nil, nil, nil,
			storage.ErrForbidden, storage.ErrAbsent, storage.ErrForbidden},
			c.order(storage.SetTopic, "bob", "#go", "", text("no")), c.order(storage.SetTopic, "carol", "#go", "", text("no")),
			c.order(storage.SetRole, "alice", "#go", "bob", role(storage.Op)), c.order(storage.SetTopic, "bob", "#go", "", text("yes")),
			c.order(storage.SetSetting, "bob", "#go", "", setting(storage.QuietRoom)), c.order(storage.SetSetting, "alice", "#go", "", setting(storage.QuietRoom)),
			c.say("dave", "#go", "refused"), c.say("bob", "#go", "an op"),
			c.order(storage.SetRole, "alice", "#go", "dave", role(storage.Voice)), c.say("dave", "#go", "a voice"),
			c.order(storage.SetRole, "alice", "#go", "alice", role(storage.NoRole)), c.order(storage.SetRole, "alice", "#go", "carol", role(storage.Op)),
			c.order(storage.SetSetting, "alice", "#lobby", "", setting(storage.QuietRoom)))
		wantLines(t, told(b.Events), "8 Bob in #go role 2", "6  in #go yes", "7  in #go", "1 #go an op", "8 Dave in #go role 1", "1 #go a voice")
		if in := c.room("#go"); in.Topic != "yes" || !in.Quiet || in.Private {
			t.Fatalf("got %+v", in)
		}
		c.wantMembers("#go", "alice 3", "bob 2", "dave 1")
		// With another owner one may step down. An owner is nobody's to command.
		c.wantAll([]error{nil, storage.ErrForbidden, nil}, c.order(storage.SetRole, "alice", "#go", "bob", role(storage.Owner)),
			c.order(storage.SetRole, "alice", "#go", "bob", role(storage.NoRole)), c.order(storage.SetRole, "alice", "#go", "alice", role(storage.NoRole)))
		c.wantMembers("#go", "alice 0", "bob 3", "dave 1")
		// Operators moderate the lobby, which nobody owns.
		c.wantAll([]error{nil, nil, storage.ErrForbidden, storage.ErrForbidden},
			c.order(storage.SetOperator, "", "", "carol", may), c.order(storage.SetTopic, "carol", "#lobby", "", text("welcome")),
			c.order(storage.SetRole, "carol", "#lobby", "bob", role(storage.Owner)), c.order(storage.SetSetting, "carol", "#lobby", "", setting(storage.PrivateRoom)))
		if a, err := c.Account(soon(t), "carol"); err != nil || !a.Operator || c.room("#lobby").Topic != "welcome" {
			t.Fatalf("got %+v %v %+v", a, err, c.room("#lobby"))
		}
	})
}

func TestPrivateRoomsAndInvitations(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, modelSizes["narrow"])
		c.register("Alice", "Bob", "Carol")
		c.join("#go", "alice")
		c.mustAsk(c.order(storage.SetSetting, "alice", "#go", "", setting(storage.PrivateRoom)))
		wantError(t, c.ask(c.joinAsk("bob", "#go")).Err, storage.ErrInviteOnly)
		wantError(t, c.ask(c.order(storage.Invite, "bob", "#go", "carol")).Err, storage.ErrNotMember)
		number := c.number(c.batch(c.order(storage.Invite, "alice", "#go", "bob")), 0)
		v := c.enter("bob", 1)
		if in := v.Page.Invites; len(in) != 1 || in[0].Room != "#go" || in[0].FromName != "Alice" || in[0].Number != number {
			t.Fatalf("got %+v", v.Page)
		}
		events, _, _, err := c.Since(soon(t), c.id("bob"), number-1, 9)
		if err != nil || len(events) != 1 || events[0].Kind != storage.Invited || events[0].Change.Room != "#go" || events[0].Number != number {
			t.Fatalf("got %+v %v", events, err)
		}
		c.mustAsk(storage.Ask{Kind: storage.Told, Account: c.id("bob"), After: number})
		if v := c.enter("bob", 1); len(v.Page.Invites) != 0 {
			t.Fatalf("got %+v", v.Page)
		}
		c.join("#other", "alice")
		c.wantAll([]error{storage.ErrTooMany, nil, storage.ErrMember}, c.order(storage.Invite, "alice", "#other", "bob"), c.joinAsk("bob", "#go"),
			c.order(storage.Invite, "alice", "#go", "bob"))
		wantError(t, c.ask(c.order(storage.Invite, "bob", "#go", "carol")).Err, storage.ErrForbidden) // no op
		c.mustAsk(c.order(storage.Leave, "bob", "#go", ""))
		wantError(t, c.ask(c.joinAsk("bob", "#go")).Err, storage.ErrInviteOnly) // it held for once
		public, err := c.PublicRooms(soon(t))
		all, err2 := c.AllRooms(soon(t))
		if err != nil || err2 != nil || len(public) != 2 || len(all) != 3 || all[0].Name != "#go" || public[0].Name != "#lobby" {
			t.Fatalf("got %+v %+v", public, all)
		}
		c.mustAsk(c.order(storage.Block, "carol", "", "alice"))
		wantError(t, c.ask(c.order(storage.Invite, "alice", "#go", "carol")).Err, storage.ErrBlocked)
	})
}

func TestKicksBansAndMutes(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, modelSizes["generous"])
		c.register("Alice", "Bob", "Carol")
		room := c.join("#go", "alice", "bob", "carol")
		c.mustAsk(c.order(storage.SetRole, "alice", "#go", "bob", role(storage.Op)))
		b := c.wantAll([]error{storage.ErrForbidden, storage.ErrForbidden, nil, storage.ErrAbsent, nil},
			c.order(storage.Kick, "carol", "#go", "bob"), c.order(storage.Kick, "bob", "#go", "alice"),
			c.order(storage.Kick, "bob", "#go", "carol", text("out")), c.order(storage.Kick, "bob", "#go", "carol"), c.joinAsk("carol", "#go"))
		wantLines(t, told(b.Events), "9 Carol in #go out", "4 Carol in #go")
		soonEnds := time.Now().Add(time.Hour).Truncate(time.Millisecond).UTC()
		b = c.wantAll([]error{nil, storage.ErrBanned, nil, storage.ErrBanned},
			c.order(storage.Ban, "bob", "#go", "carol", text("why"), until(soonEnds)), c.joinAsk("carol", "#go"),
			c.order(storage.Mute, "alice", "#go", "bob"), c.order(storage.Invite, "alice", "#go", "carol"))
		if e := b.Events[0]; e.Kind != storage.Banned || !e.Change.Member || !e.Change.Until.Equal(soonEnds) {
			t.Fatalf("got %+v", e)
		}
		if s := b.Verdicts[1].Sanction; s == nil || s.Reason != "why" || !s.Until.Equal(soonEnds) || s.ByName != "Bob" || s.Target != "carol" {
			t.Fatalf("got %+v", s)
		}
		b = c.wantAll([]error{storage.ErrMuted}, c.say("bob", "#go", "refused"))
		if s := b.Verdicts[0].Sanction; s == nil || !s.Mute || !s.Until.IsZero() {
			t.Fatalf("got %+v", s)
		}
		sanctions, err := c.Sanctions(soon(t), room)
		if err != nil || len(sanctions) != 2 || sanctions[0].Target != "bob" || sanctions[1].Name != "Carol" {
			t.Fatalf("got %+v %v", sanctions, err)
		}
		late := storage.Batch{At: soonEnds, Asks: []storage.Ask{c.joinAsk("carol", "#go"), c.order(storage.Unban, "alice", "#go", "carol"),
			c.order(storage.Tidy, "", "", ""), c.order(storage.Unmute, "alice", "#go", "bob"), c.say("bob", "#go", "again"),
			c.order(storage.Unmute, "alice", "#go", "bob")}}
		c.commit(&late)
		for i, want := range []error{nil, storage.ErrNothing, nil, nil, nil, storage.ErrNothing} {
			if late.Verdicts[i].Err != want {
				t.Errorf("ask %d is answered with %v, want %v", i, late.Verdicts[i].Err, want)
			}
		}
		if sanctions, err := c.Sanctions(soon(t), room); err != nil || len(sanctions) != 0 {
			t.Fatalf("got %+v %v", sanctions, err)
		}
	})
}

func TestOperatorsModerateTheServer(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, modelSizes["generous"])
		c.register("Alice", "Bob", "Carol", "Dave")
		c.mustAsk(c.order(storage.SetOperator, "", "", "alice", may))
		c.mustAsk(c.order(storage.SetOperator, "", "", "dave", may))
		b := c.wantAll([]error{storage.ErrForbidden, storage.ErrForbidden, nil, nil, nil, nil, storage.ErrForbidden, storage.ErrMuted, storage.ErrMuted, nil},
			c.order(storage.Ban, "bob", "", "carol"), c.order(storage.Ban, "alice", "", "dave"), c.order(storage.Ban, "alice", "", "carol", text("spam")),
			c.order(storage.Ban, "alice", "", "10.1.2.3/24"), c.order(storage.Mute, "alice", "", "bob"), c.order(storage.Kick, "alice", "", "bob", text("wake up")),
			c.order(storage.SetOperator, "alice", "", "bob", may), c.say("bob", "#lobby", "x"), c.say("bob", "alice", "x"),
			c.order(storage.Announce, "alice", "", "", text("hello all")))
		wantLines(t, told(b.Events), "10 Carol spam", "10 10.1.2.0/24", "11 Bob", "9 Bob wake up", "18  hello all")
		carol, _ := c.Account(soon(t), "carol")
		v := c.ask(storage.Ask{Kind: storage.Enter, Account: carol.ID, Hash: carol.Hash})
		wantError(t, v.Err, storage.ErrBanned)
		if v.Sanction == nil || v.Sanction.Reason != "spam" {
			t.Fatalf("got %+v", v)
		}
		if v := c.enter("alice", 1); !v.Operator || c.enter("bob", 1).Operator {
			t.Fatalf("got %+v", v)
		}
		// Whoever takes the name of a banned account is another one.
		c.remove("carol")
		c.register("Carol")
		c.enter("carol", 1)
		c.wantAll([]error{nil, storage.ErrNothing, nil, nil}, c.order(storage.Unban, "alice", "", "10.1.2.0/24"), c.order(storage.Unban, "alice", "", "10.1.2.0/24"),
			c.order(storage.Unmute, "", "", "bob"), c.say("bob", "#lobby", "I speak"))
		c.mustAsk(c.order(storage.SetLockdown, "alice", "", "", may))
		if on, err := c.Lockdown(soon(t)); err != nil || !on {
			t.Fatalf("got %v %v", on, err)
		}
		c.mustAsk(c.order(storage.SetLockdown, "alice", "", ""))
		if on, err := c.Lockdown(soon(t)); err != nil || on {
			t.Fatalf("got %v %v", on, err)
		}
	})
}

func TestBlocks(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, modelSizes["narrow"])
		c.register("Alice", "Bob", "Carol")
		c.wantAll([]error{nil, nil, storage.ErrTooMany, storage.ErrForbidden, storage.ErrNoAccount, storage.ErrBlocked, nil},
			c.order(storage.Block, "alice", "", "bob"), c.order(storage.Block, "alice", "", "bob"), c.order(storage.Block, "alice", "", "carol"),
			c.order(storage.Block, "alice", "", "alice"), c.order(storage.Block, "alice", "", "nobody"), c.say("bob", "alice", "x"), c.say("alice", "bob", "x"))
		names, err := c.Blocked(soon(t), c.id("alice"))
		if err != nil || !slices.Equal(names, []string{"Bob"}) {
			t.Fatalf("got %q %v", names, err)
		}
		c.wantAll([]error{nil, storage.ErrNothing, nil}, c.order(storage.Unblock, "alice", "", "bob"), c.order(storage.Unblock, "alice", "", "bob"), c.say("bob", "alice", "x"))
		c.mustAsk(c.order(storage.Block, "alice", "", "carol"))
		c.remove("carol")
		if names, err := c.Blocked(soon(t), c.id("alice")); err != nil || len(names) != 0 {
			t.Fatalf("got %q %v", names, err)
		}
	})
}

func TestLimitsOfRooms(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, modelSizes["narrow"]) // 2 rooms of an account, 3 members, 2 bans
		c.register("A", "B", "C", "D", "E")
		c.join("#one", "a", "b", "c")
		wantError(t, c.ask(c.joinAsk("d", "#one")).Err, storage.ErrRoomFull)
		c.join("#two", "a")
		wantError(t, c.ask(c.joinAsk("a", "#three")).Err, storage.ErrTooMany)
		c.mustAsk(c.order(storage.Leave, "a", "#lobby", "")) // it does not count
		wantError(t, c.ask(c.joinAsk("a", "#three")).Err, storage.ErrTooMany)
		c.join("#lobby", "a")
		c.wantAll([]error{nil, nil, storage.ErrTooMany, nil}, c.order(storage.Ban, "a", "#one", "d"), c.order(storage.Mute, "a", "#one", "d"),
			c.order(storage.Ban, "a", "#one", "e"), c.order(storage.Ban, "a", "#one", "d", text("again")))
	})
}

func TestUnreadAndSeen(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, modelSizes["narrow"]) // a history of 8
		c.register("Alice", "Bob")
		room := c.join("#go", "alice", "bob")
		unread := func() [2]int {
			v := c.enter("bob", 1)
			if len(v.Rooms) != 2 || v.Rooms[0].ID != room {
				t.Fatalf("got %+v", v.Rooms)
			}
			return [2]int{v.Rooms[0].Unread, v.Rooms[1].Unread}
		}
		var numbers []int64
		for i := range 5 {
			numbers = append(numbers, c.post("alice", "#go", fmt.Sprint(i)))
		}
		c.post("alice", "#lobby", "x")
		if got := unread(); got != [2]int{5, 1} {
			t.Fatalf("got %v", got)
		}
		seen := func(number int64) storage.Ask {
			return c.order(storage.Seen, "bob", "", "", func(a *storage.Ask) {
				a.Order.Readings = []storage.Reading{{Room: room, Number: number}, {Room: 1, Number: 1}}
			})
		}
		c.mustAsk(seen(numbers[2]))
		c.mustAsk(seen(numbers[0])) // does not take it back
		if got := unread(); got != [2]int{2, 1} {
			t.Fatalf("got %v", got)
		}
		b := c.batch(c.say("alice", "#go", "5"), storage.Ask{Kind: storage.Enter, Account: c.id("bob"), Hash: "hash of Bob"}, c.say("alice", "#go", "6"))
		if got := b.Verdicts[1].Rooms[0].Unread; got != 3 {
			t.Fatalf("got %d", got)
		}
		for range 20 {
			c.post("alice", "#go", "more")
		}
		if got := unread(); got != [2]int{8, 1} {
			t.Fatalf("got %v", got)
		}
	})
}

func TestSince(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, modelSizes["generous"])
		c.register("Alice", "Bob", "Carol")
		c.join("#go", "alice")
		c.post("alice", "#go", "before bob")
		c.join("#secret", "alice")
		c.post("alice", "#secret", "nothing for bob")
		c.batch(c.order(storage.SetSetting, "alice", "#secret", "", setting(storage.PrivateRoom)), c.order(storage.Invite, "alice", "#secret", "bob"))
		c.join("#go", "bob")
		c.join("#secret", "bob")
		c.post("alice", "#secret", "for bob")
		c.post("bob", "alice", "hi alice")
		c.post("carol", "alice", "nothing for bob")
		c.post("carol", "#lobby", "hi all")
		c.post("bob", "bob", "a note")
		last := c.post("alice", "bob", "hi bob")
		want := []string{"Alice: before bob", "Alice: for bob", "Bob: hi alice", "Carol: hi all", "Bob: a note", "Alice: hi bob"}
		events, upto, more, err := c.Since(soon(t), c.id("bob"), 0, 99)
		wantLines(t, said(events), want...)
		if err != nil || more || upto != last {
			t.Fatalf("up to %d %v %v, the last is %d", upto, more, err, last)
		}
		hi, note := events[2], events[4]
		if hi.Thread != storage.PairThread(c.id("alice"), c.id("bob")) || hi.To != c.id("alice") || hi.ToName != "Alice" || hi.From != c.id("bob") || note.To != note.From ||
			events[3].Thread != c.lobbyThread() || events[3].ToName != "#lobby" {
			t.Fatalf("got %+v", events)
		}
		var parts []string
		for after, more := int64(0), true; more; {
			events, after, more, err = c.Since(soon(t), c.id("bob"), after, 2)
			wantError(t, err, nil)
			parts = append(parts, said(events)...)
		}
		wantLines(t, parts, want...)
		c.mustAsk(c.order(storage.Leave, "bob", "#go", ""))
		events, _, _, err = c.Since(soon(t), c.id("bob"), 0, 2)
		wantError(t, err, nil)
		wantLines(t, said(events), "Alice: for bob", "Bob: hi alice")
	})
}

func TestPartsOfAHistory(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, generous)
		c.register("Alice")
		var n []int64
		for i := range 6 {
			n = append(n, c.post("alice", "#lobby", fmt.Sprint(i)))
			c.post("alice", "alice", "elsewhere")
		}
		for _, test := range []struct {
			r    storage.Range
			want string
			more bool
		}{
			{storage.Range{Limit: 2}, "45", true},
			{storage.Range{Limit: 6}, "012345", false},
			{storage.Range{Limit: 2, After: n[1]}, "45", true},
			{storage.Range{Limit: 2, After: n[3]}, "45", false},
			{storage.Range{Limit: 2, After: n[1], Forward: true}, "23", true},
			{storage.Range{Limit: 4, After: n[1], Forward: true}, "2345", false},
			{storage.Range{Limit: 2, Forward: true}, "01", true},
			{storage.Range{Limit: 2, After: n[1], Before: n[4], Forward: true}, "23", false},
			{storage.Range{Limit: 1, After: n[1], Before: n[4]}, "3", true},
			{storage.Range{Limit: 1, After: n[1], Before: n[4], Forward: true}, "2", true},
			{storage.Range{Limit: 2, After: n[1], Before: n[4]}, "23", false},
			{storage.Range{Limit: 2, After: n[0] + 1, Before: n[4] + 1, Forward: true}, "12", true}, // numbers of something else
			{storage.Range{Limit: 2, After: n[0] + 1, Before: n[4] + 1}, "34", true},
			{storage.Range{Limit: 9, After: n[0] + 1, Before: n[5] + 1}, "12345", false},
			{storage.Range{Limit: 9, Before: 1, Forward: true}, "", false},
			{storage.Range{Limit: 9, After: n[3], Before: n[4]}, "", false},
			{storage.Range{Limit: 9, After: n[4], Before: n[1]}, "", false},
			{storage.Range{Limit: 9, After: n[4], Before: n[1], Forward: true}, "", false},
			{storage.Range{Limit: 9, After: n[5]}, "", false},
			{storage.Range{Limit: 0}, "", false},
		} {
			messages, more, err := c.History(soon(t), c.lobbyThread(), test.r)
			got := ""
			for _, m := range messages {
				got += string(m.Text)
			}
			if err != nil || got != test.want || more != test.more {
				t.Errorf("%+v has %q %v %v, want %q %v", test.r, got, more, err, test.want, test.more)
			}
		}
	})
}

func TestTidyRemovesRoomsThatNobodyNeeds(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, modelSizes["generous"])
		c.register("Alice")
		c.join("#go", "alice")
		c.post("alice", "#go", "words")
		c.mustAsk(c.order(storage.Leave, "alice", "#go", ""))
		c.mustAsk(c.order(storage.Tidy, "", "", ""))
		c.wantMembers("#go")
		c.commit(&storage.Batch{At: time.Now().Add(11 * time.Hour), Asks: []storage.Ask{c.order(storage.Tidy, "", "", "")}})
		_, err := c.Room(soon(t), "#go")
		wantError(t, err, storage.ErrNoRoom)
		if v := c.mustAsk(c.joinAsk("alice", "#go")); !v.Made {
			t.Fatalf("got %+v", v)
		}
		if lines, _ := c.history(storage.RoomThread(c.room("#go").ID), 0, 9); len(lines) != 0 {
			t.Fatalf("got %q", lines)
		}
	})
}

func TestRoomIsRemoved(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, modelSizes["narrow"])
		c.register("Alice", "Bob", "Carol")
		room := c.join("#go", "alice", "bob")
		c.join("#two", "alice")
		c.post("alice", "#go", "words")
		c.batch(c.order(storage.Invite, "alice", "#go", "carol"), c.order(storage.Mute, "alice", "#go", "bob"))
		b := c.wantAll([]error{storage.ErrForbidden, storage.ErrForbidden, nil, storage.ErrNoRoom, nil},
			c.order(storage.RemoveRoom, "alice", "#go", ""), c.order(storage.RemoveRoom, "", "#lobby", ""), c.order(storage.RemoveRoom, "", "#go", ""),
			c.say("alice", "#go", "refused"), c.joinAsk("alice", "#three"))
		wantLines(t, told(b.Events), "15  in #go", "4 Alice in #three role 3")
		if v := c.enter("carol", 1); len(v.Page.Invites) != 0 || len(c.enter("bob", 1).Rooms) != 1 {
			t.Fatalf("got %+v", v)
		}
		if lines, _ := c.history(storage.RoomThread(room), 0, 9); len(lines) > 1 { // nobody may ask for it any more
			t.Fatalf("got %q", lines)
		}
		c.join("#go", "carol")
		c.wantMembers("#go", "carol 3")
	})
}

func TestRemovedAccountLeavesItsRooms(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, modelSizes["generous"])
		c.fillRooms()
		b := c.batch(storage.Ask{Kind: storage.Remove, Account: c.id("alice")})
		wantError(t, b.Verdicts[0].Err, nil)
		wantLines(t, told(b.Events), "5 Alice in #go", "8 Bob in #go role 3", "5 Alice in #alone", "3 Alice")
		c.wantMembers("#go", "bob 3", "carol 0")
		c.wantMembers("#lobby", "bob 0", "carol 0")
		_, err := c.Room(soon(t), "#alone")
		wantError(t, err, storage.ErrNoRoom)
		c.register("Alice")
		if v := c.enter("alice", 1); len(v.Rooms) != 1 || len(v.Page.Invites) != 0 {
			t.Fatalf("got %+v", v)
		}
		c.mustAsk(c.say("bob", "alice", "not blocked any more"))
	})
}

// fillRooms has Alice own a room with Bob, who is an op there, and Carol, and one alone; she is invited to another, and has blocked Bob.
func (c chat) fillRooms() {
	c.t.Helper()
	c.register("Alice", "Bob", "Carol")
	c.join("#go", "alice", "bob", "carol")
	c.join("#alone", "alice")
	c.join("#other", "bob")
	c.batch(c.order(storage.SetRole, "alice", "#go", "bob", role(storage.Op)), c.order(storage.Invite, "bob", "#other", "alice"),
		c.order(storage.Block, "alice", "", "bob"), c.order(storage.Mute, "", "", "alice", text("quiet")))
}

// TestOperatorsCommandsBesideAServer has a shared store do what operators do while a server knows all of it.
func TestOperatorsCommandsBesideAServer(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, modelSizes["generous"])
		c.fillRooms()
		c.batch(c.say("bob", "#go", "x"), c.say("carol", "#lobby", "x"), c.say("carol", "#go", "x"))
		operator := openShared(t, url)
		defer operator.Close()
		b := operator.wantAll([]error{nil, nil, nil, nil, nil, nil, storage.ErrNoAccount},
			c.order(storage.SetOperator, "", "", "bob", may), c.order(storage.Ban, "", "#go", "carol", text("why")), c.order(storage.Mute, "", "", "carol"),
			c.order(storage.Kick, "", "", "bob"), c.order(storage.SetLockdown, "", "", "", may), c.order(storage.Ban, "", "", "10.0.0.0/8"),
			c.order(storage.Ban, "", "", "nobody"))
		want := []string{"16 Bob", "10 Carol in #go why", "11 Carol", "9 Bob", "17", "10 10.0.0.0/8"}
		wantLines(t, told(b.Events), want...)
		heard := c.wantAll([]error{storage.ErrMuted, nil}, c.say("carol", "#lobby", "x"), c.say("bob", "#go", "still here"))
		wantLines(t, told(heard.Events), append(want, "1 #go still here")...)
		for i := range want {
			got, sent := heard.Events[i], b.Events[i]
			if got.Number != sent.Number || got.Ask != -1 || got.Thread != sent.Thread || !got.At.Equal(sent.At) || !reflect.DeepEqual(got.Change, sent.Change) {
				t.Errorf("the server hears %+v of %+v", got, sent)
			}
		}
		c.wantMembers("#go", "alice 3", "bob 2")
		removed := operator.wantAll([]error{nil, nil}, storage.Ask{Kind: storage.Remove, Account: c.id("alice")}, c.order(storage.RemoveRoom, "", "#other", ""))
		wantLines(t, told(removed.Events), "5 Alice in #go", "8 Bob in #go role 3", "5 Alice in #alone", "3 Alice", "15  in #other")
		heard = c.wantAll([]error{storage.ErrNoRoom, nil, nil}, c.say("bob", "#other", "x"), c.order(storage.SetTopic, "bob", "#go", "", text("mine")),
			c.order(storage.SetLockdown, "bob", "", ""))
		wantLines(t, told(heard.Events), append(told(removed.Events), "6  in #go mine", "17")...)
		if more := c.batch(); len(more.Events) > 0 {
			t.Fatalf("told twice: %+v", more.Events)
		}
		c.wantMembers("#go", "bob 3")
		if in, err := operator.Room(soon(t), "#go"); err != nil || in.Topic != "mine" {
			t.Fatalf("got %+v %v", in, err)
		}
	})
}

// TestOperatorDoesNotKnowTheLimits removes the last member of a room, whose words stay as long as the server keeps them.
func TestOperatorDoesNotKnowTheLimits(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, modelSizes["generous"])
		c.register("Alice", "Bob")
		c.join("#go", "alice")
		c.post("alice", "#go", "words")
		operator := openShared(t, url)
		defer operator.Close()
		operator.mustAsk(storage.Ask{Kind: storage.Remove, Account: c.id("alice")})
		c.wantMembers("#go")
		c.join("#go", "bob")
		lines, _ := c.history(storage.RoomThread(c.room("#go").ID), 0, 9)
		wantLines(t, lines, "Alice: words")
		operator.mustAsk(c.order(storage.Ban, "", "#go", "bob"))
		c.wantMembers("#go")
	})
}

// TestLoginHasTheRoomsOfItsPlaceInTheOrder has the same account log in before and after it joins a room.
func TestLoginHasTheRoomsOfItsPlaceInTheOrder(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, modelSizes["generous"])
		c.register("Alice")
		enter := storage.Ask{Kind: storage.Enter, Account: c.id("alice"), Hash: "hash of Alice"}
		b := c.wantAll([]error{nil, nil, nil}, enter, c.joinAsk("alice", "#go"), enter)
		if len(b.Verdicts[0].Rooms) != 1 || len(b.Verdicts[2].Rooms) != 2 {
			t.Fatalf("got %+v and %+v", b.Verdicts[0].Rooms, b.Verdicts[2].Rooms)
		}
	})
}

// TestModerationIsNoWayRoundABlockOrAMute: a topic or a reason is read like a message.
func TestModerationIsNoWayRoundABlockOrAMute(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, modelSizes["generous"])
		c.register("Alice", "Bob", "Root")
		c.mustAsk(storage.Ask{Kind: storage.SetOperator, To: "root", Order: &storage.Order{May: true}})
		c.join("#go", "alice")
		c.mustAsk(c.order(storage.Block, "bob", "", "alice"))
		for _, kind := range []storage.AskKind{storage.Ban, storage.Mute, storage.Unmute, storage.Unban} {
			b := c.batch(c.order(kind, "alice", "#go", "bob"))
			wantError(t, b.Verdicts[0].Err, nil)
			if e := b.Events[0]; !e.Change.Blocked {
				t.Errorf("the event %+v %+v does not say that it is unwanted", e, e.Change)
			}
		}
		c.mustAsk(c.order(storage.Mute, "root", "", "alice"))
		for _, kind := range []storage.AskKind{storage.SetTopic, storage.Ban, storage.Mute} {
			wantError(t, c.ask(c.order(kind, "alice", "#go", "bob", text("you are loud"))).Err, storage.ErrMuted)
		}
		c.mustAsk(c.order(storage.Ban, "alice", "#go", "bob")) // without a reason nobody has to read anything
	})
}

// TestOldInvitationsDoNotHold: into a private room only those come whom somebody has invited who may still do so.
func TestOldInvitationsDoNotHold(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, modelSizes["generous"])
		c.register("Alice", "Bob", "Carol", "Dave")
		c.join("#go", "alice", "bob")
		c.mustAsk(c.order(storage.Invite, "bob", "#go", "carol")) // the room is public yet
		c.mustAsk(c.order(storage.SetSetting, "alice", "#go", "", setting(storage.PrivateRoom)))
		wantError(t, c.ask(c.joinAsk("carol", "#go")).Err, storage.ErrInviteOnly)
		c.mustAsk(c.order(storage.SetRole, "alice", "#go", "bob", role(storage.Op)))
		c.mustAsk(c.order(storage.Invite, "bob", "#go", "dave"))
		c.mustAsk(c.order(storage.Kick, "alice", "#go", "bob"))
		wantError(t, c.ask(c.joinAsk("dave", "#go")).Err, storage.ErrInviteOnly)
		c.mustAsk(c.order(storage.Invite, "alice", "#go", "dave"))
		c.mustAsk(c.joinAsk("dave", "#go"))
	})
}
