package storage_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"parley/storage"
)

// guestAsk is the ask by which a guest comes.
func guestAsk(name string) storage.Ask {
	ask := create(name)
	ask.New.Guest = true
	ask.Begins = &storage.Session{From: "::1", Client: "irc", Since: time.Now()}
	return ask
}

// comes makes guests.
func (c chat) comes(names ...string) {
	c.t.Helper()
	for _, name := range names {
		c.mustAsk(guestAsk(name))
	}
}

// goes says that an account has no session here any more, and returns what has happened.
func (c chat) goes(key, reason string) []storage.Event {
	c.t.Helper()
	p := c.present(key)
	p.Reason = reason
	b := storage.Batch{At: time.Now(), Present: []storage.Present{p}}
	c.commit(&b)
	return b.Events
}

// removed lists events in short, with what is told of removals and of guests.
func removed(events []storage.Event) (lines []string) {
	for i, line := range told(events) {
		switch change := events[i].Change; {
		case change == nil:
		case change.Removed:
			line += " removed"
		case change.Guest:
			line += " guest"
		}
		lines = append(lines, line)
	}
	return lines
}

// gone wants there to be no account of these keys.
func (c chat) gone(keys ...string) {
	c.t.Helper()
	for _, key := range keys {
		_, err := c.Account(soon(c.t), key)
		wantError(c.t, err, storage.ErrNoAccount)
	}
}

var tidy = storage.Ask{Kind: storage.Tidy, Order: &storage.Order{}}

func TestGuestIsInTheLobbyAndCanNotBeLoggedInTo(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, modelSizes["generous"])
		c.register("Alice")
		b := c.batch(guestAsk("Ned"))
		v := b.Verdicts[0]
		if v.Err != nil || v.Session == 0 || len(v.Rooms) != 1 || v.Rooms[0].Name != storage.LobbyName {
			t.Fatalf("got %+v", v)
		}
		wantLines(t, removed(b.Events), "20 Ned guest")
		ned, err := c.Account(soon(t), "ned")
		if err != nil || !ned.Guest || ned.Hash != "" || ned.ID != v.Account || ned.Name != "Ned" {
			t.Errorf("got %+v %v", ned, err)
		}
		if all, err := c.Accounts(soon(t)); err != nil || len(all) != 2 || all[0].Guest || !all[1].Guest {
			t.Errorf("got %+v %v", all, err)
		}
		c.wantMembers("#lobby", "alice 0", "ned 0")
		c.wantAll([]error{storage.ErrChanged, storage.ErrChanged, storage.ErrNoToken, storage.ErrGuest},
			storage.Ask{Kind: storage.Enter, Account: ned.ID}, storage.Ask{Kind: storage.Enter, Account: ned.ID, Hash: "hash of Ned"},
			byToken("ned", "secret"), storage.Ask{Kind: storage.SetPassword, Account: ned.ID, NewHash: "new"})
		c.wantAll([]error{nil, nil, nil}, c.say("alice", "ned", "hello"), c.say("ned", "alice", "hi"), c.say("ned", "#lobby", "all"))
		wantLines(t, said(c.page("ned", 0, 9).Messages), "Alice: hello")
		lines, _ := c.conversation("alice", "ned", 0, 9)
		wantLines(t, lines, "Alice: hello", "Ned: hi")
	})
}

func TestGuestsAreLimited(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		limits := generous
		limits.Guests = 2
		c := openFor(t, url, limits)
		c.comes("Ned", "Pam")
		c.wantAll([]error{storage.ErrTooMany, nil}, guestAsk("Tom"), create("Alice"))
		c.remove("ned")
		c.wantAll([]error{nil, storage.ErrTooMany}, guestAsk("Tom"), guestAsk("Ned"))
		c.mustAsk(storage.Ask{Kind: storage.Register, Account: c.id("tom"), NewHash: "hash of Tom"})
		c.comes("Ned")
		c.goes("ned", "")
		c.comes("Ned") // in place of the one before
	})
}

// TestNameOfAGuestIsTakenWhileItIsHere, and then belongs to whoever comes, who gets nothing of the guest.
func TestNameOfAGuestIsTakenWhileItIsHere(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, modelSizes["generous"])
		c.register("Alice")
		c.join("#tea", "alice")
		for _, follows := range []storage.Ask{guestAsk("NED"), create("NED")} {
			c.comes("Ned")
			before := c.id("ned")
			c.join("#tea", "ned")
			c.post("alice", "ned", "for the guest")
			c.wantAll([]error{storage.ErrExists, storage.ErrExists}, guestAsk("NED"), create("NED"))
			c.goes("ned", "")
			b := c.batch(follows)
			v := b.Verdicts[0]
			wantError(t, v.Err, nil)
			want := []string{"5 Ned in #tea removed", "3 Ned"}
			if follows.New.Guest {
				want = append(want, "20 NED guest")
			}
			wantLines(t, removed(b.Events), want...)
			if now, err := c.Account(soon(t), "ned"); err != nil || now.ID == before || now.ID != v.Account || now.Name != "NED" || now.Guest != follows.New.Guest {
				t.Errorf("got %+v %v, it was %d", now, err, before)
			}
			c.wantMembers("#tea", "alice 3")
			wantLines(t, said(c.page("ned", 0, 9).Messages))
			lines, _ := c.conversation("alice", "ned", 0, 9)
			wantLines(t, lines)
			c.remove("ned")
		}
	})
}

func TestWhatGuestsMayNot(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, modelSizes["generous"])
		c.register("Alice", "Bob")
		c.comes("Ned")
		c.join("#tea", "alice", "ned")
		c.join("#secret", "alice")
		c.mustAsk(c.order(storage.SetSetting, "alice", "#secret", "", setting(storage.PrivateRoom)))
		once := c.say("ned", "#tea", "x")
		once.Once = &storage.Once{Key: "key"}
		mayNot := c.joinAsk("ned", "#nowhere")
		mayNot.Order.May = false
		for _, test := range []struct {
			what string
			ask  storage.Ask
			want error
		}{
			{"join a room that is not there", mayNot, storage.ErrNoRoom},
			{"join a private room", c.joinAsk("ned", "#secret"), storage.ErrInviteOnly},
			{"invite", c.order(storage.Invite, "ned", "#tea", "bob"), storage.ErrGuest},
			{"be invited", c.order(storage.Invite, "alice", "#secret", "ned"), storage.ErrGuest},
			{"give a role", c.order(storage.SetRole, "ned", "#tea", "alice", role(storage.Op)), storage.ErrGuest},
			{"get a role", c.order(storage.SetRole, "alice", "#tea", "ned", role(storage.Voice)), storage.ErrGuest},
			{"set a topic", c.order(storage.SetTopic, "ned", "#tea", "", text("x")), storage.ErrForbidden},
			{"change a room", c.order(storage.SetSetting, "ned", "#tea", "", setting(storage.QuietRoom)), storage.ErrForbidden},
			{"kick", c.order(storage.Kick, "ned", "#tea", "alice"), storage.ErrForbidden},
			{"have a token", c.tokenAsk("ned", "secret", inAnHour()), storage.ErrGuest},
			{"get one from an operator", c.order(storage.MakeToken, "", "", "ned", until(inAnHour())), storage.ErrGuest},
			{"block", c.order(storage.Block, "ned", "", "alice"), storage.ErrGuest},
			{"be an operator", c.order(storage.SetOperator, "", "", "ned", may), storage.ErrGuest},
			{"say something once", once, storage.ErrGuest},
			{"leave", c.order(storage.Leave, "ned", "#tea", ""), nil},
			{"be blocked", c.order(storage.Block, "bob", "", "ned"), nil},
			{"write to who has blocked them", c.say("ned", "bob", "x"), storage.ErrBlocked},
		} {
			if got := c.ask(test.ask).Err; got != test.want {
				t.Errorf("a guest may %s: %v, want %v", test.what, got, test.want)
			}
		}
	})
}

// TestGuestOwnsNoRoom: a room in which only guests are left is the next account's.
func TestGuestOwnsNoRoom(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, modelSizes["generous"])
		c.register("Alice", "Bob", "Carol")
		c.comes("Ned", "Pam")
		c.join("#tea", "alice", "ned", "pam", "bob")
		b := c.batch(c.order(storage.Leave, "alice", "#tea", ""))
		wantLines(t, told(b.Events), "5 Alice in #tea", "8 Bob in #tea role 3") // the guests have been there for longer
		b = c.batch(c.order(storage.Leave, "bob", "#tea", ""))
		wantLines(t, told(b.Events), "5 Bob in #tea")
		c.wantMembers("#tea", "ned 0", "pam 0")
		b = c.batch(c.joinAsk("carol", "#tea"), c.joinAsk("bob", "#tea"))
		wantLines(t, told(b.Events), "4 Carol in #tea role 3", "4 Bob in #tea")

		c.post("carol", "#tea", "still there when all have left")
		for _, key := range []string{"ned", "pam", "bob", "carol"} {
			c.mustAsk(c.order(storage.Leave, key, "#tea", ""))
		}
		b = c.batch(c.joinAsk("ned", "#tea"), c.joinAsk("bob", "#tea"), c.joinAsk("alice", "#tea"))
		wantLines(t, removed(b.Events), "4 Ned in #tea guest", "4 Bob in #tea role 3", "4 Alice in #tea")

		b = c.batch(c.joinAsk("ned", "#new"), c.joinAsk("pam", "#new"), c.joinAsk("bob", "#new"), c.joinAsk("carol", "#new"))
		wantLines(t, removed(b.Events), "4 Ned in #new guest", "4 Pam in #new guest", "4 Bob in #new role 3", "4 Carol in #new")
	})
}

// TestRoomOfGuestsIsKnownAfterARestart: that nobody owns it.
func TestRoomOfGuestsIsKnownAfterARestart(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := open(t, url, modelSizes["generous"])
		c.register("Alice", "Bob")
		c.comes("Ned")
		c.join("#tea", "alice", "ned")
		c.post("alice", "#tea", "x")
		c.mustAsk(c.order(storage.Leave, "alice", "#tea", ""))
		c.Close()
		c = openFor(t, url, modelSizes["generous"])
		c.join("#tea", "bob", "alice")
		c.wantMembers("#tea", "alice 0", "bob 3", "ned 0")
	})
}

func TestGuestRegisters(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := open(t, url, modelSizes["generous"])
		c.register("Alice", "Bob")
		c.comes("Ned")
		before := c.id("ned")
		c.join("#tea", "alice", "ned")
		c.join("#old", "alice", "ned")
		c.post("alice", "ned", "for the guest")
		c.mustAsk(c.order(storage.Leave, "alice", "#old", "")) // it is nobody's then
		register := storage.Ask{Kind: storage.Register, Account: before, NewHash: "hash of Ned"}
		b := c.wantAll([]error{storage.ErrExists, nil, storage.ErrExists},
			storage.Ask{Kind: storage.Register, Account: c.id("alice"), NewHash: "x"}, register, register)
		wantLines(t, told(b.Events), "24 Ned", "8 Ned in #old role 3")
		if e := b.Events[0]; e.Number == 0 || e.To != before || e.From != before || e.Ask != 1 {
			t.Errorf("got %+v", e)
		}
		c.wantAll([]error{nil, nil}, c.joinAsk("ned", "#mine"), c.order(storage.Invite, "ned", "#mine", "bob"))
		c.goes("ned", "")
		c.mustAsk(tidy)
		c.Close()
		c = openFor(t, url, modelSizes["generous"])
		c.mustAsk(tidy)
		ned, err := c.Account(soon(t), "ned")
		if err != nil || ned.Guest || ned.ID != before || ned.Hash != "hash of Ned" {
			t.Fatalf("got %+v %v", ned, err)
		}
		v := c.enter("ned", 9)
		wantLines(t, said(v.Page.Messages), "Alice: for the guest")
		if len(v.Rooms) != 4 {
			t.Errorf("Ned is in %+v", v.Rooms)
		}
		c.wantMembers("#tea", "alice 3", "ned 0")
		c.remove("ned")
		wantError(t, c.ask(register).Err, storage.ErrGone)
	})
}

func TestGuestsAreModerated(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, modelSizes["generous"])
		c.register("Alice", "Eve")
		c.mustAsk(c.order(storage.SetOperator, "", "", "eve", may))
		c.comes("Ned")
		c.join("#tea", "alice", "ned")
		b := c.wantAll([]error{nil, storage.ErrMuted, nil, nil, nil, storage.ErrBanned, nil, storage.ErrMuted, nil, nil},
			c.order(storage.Mute, "alice", "#tea", "ned"), c.say("ned", "#tea", "x"), c.order(storage.Kick, "alice", "#tea", "ned", text("out")),
			c.joinAsk("ned", "#tea"), c.order(storage.Ban, "alice", "#tea", "ned"), c.joinAsk("ned", "#tea"),
			c.order(storage.Mute, "eve", "", "ned"), c.say("ned", "#lobby", "x"),
			c.order(storage.Kick, "eve", "", "ned"), c.order(storage.Ban, "eve", "", "ned"))
		wantLines(t, removed(b.Events), "11 Ned in #tea", "9 Ned in #tea out", "4 Ned in #tea guest", "10 Ned in #tea", "11 Ned", "9 Ned", "10 Ned")
		c.remove("ned")
		c.comes("Ned") // somebody else
		c.wantAll([]error{nil, nil}, c.say("ned", "#lobby", "x"), c.joinAsk("ned", "#tea"))
		if sanctions, err := c.Sanctions(soon(t), 0); err != nil || len(sanctions) != 0 {
			t.Errorf("got %+v %v", sanctions, err)
		}
	})
}

// TestLeftOverGuestsGo when the server is started anew; never one who has a session.
func TestLeftOverGuestsGo(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := open(t, url, modelSizes["generous"])
		c.register("Alice")
		c.comes("Ned", "Pam")
		c.join("#tea", "alice", "ned")
		b := c.wantAll([]error{nil, nil, nil}, guestAsk("Tom"), tidy, c.say("ned", "pam", "still here"))
		wantLines(t, removed(b.Events), "20 Tom guest", "1 Pam still here")
		c.Close()
		c = openFor(t, url, modelSizes["generous"])
		c.mustAsk(c.begins("alice"))
		b = c.wantAll([]error{nil, nil, nil}, guestAsk("Zoë"), tidy, guestAsk("Ned"))
		wantLines(t, removed(b.Events), "20 Zoë guest", "5 Ned in #tea removed", "3 Ned", "3 Pam", "3 Tom", "20 Ned guest")
		for _, e := range b.Events {
			if e.Kind == storage.AccountRemoved && (e.Number == 0 || e.To == 0) {
				t.Errorf("got %+v", e)
			}
		}
		c.gone("pam", "tom")
		c.wantMembers("#tea", "alice 3")
		c.wantMembers("#lobby", "alice 0", "ned 0", "zoë 0")
	})
}

// TestManyLeftOverGuestsGoOneAfterTheOther: one commit takes only some of them.
func TestManyLeftOverGuestsGoOneAfterTheOther(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		limits := generous
		limits.Guests = 1000
		c := open(t, url, limits)
		var asks []storage.Ask
		for i := range 150 {
			asks = append(asks, guestAsk(fmt.Sprint("Ned", i)))
		}
		c.batch(asks...)
		c.Close()
		c = openFor(t, url, limits)
		for _, more := range []bool{true, false} {
			if v := c.mustAsk(tidy); v.Page.More != more {
				t.Errorf("more is %v", v.Page.More)
			}
		}
		if all, err := c.Accounts(soon(t)); err != nil || len(all) != 0 {
			t.Errorf("%d are left, %v", len(all), err)
		}
	})
}

// TestOperatorLeavesGuestsAlone: an operator's command does not take a guest's name, and lists it as one.
func TestOperatorLeavesGuestsAlone(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, modelSizes["generous"])
		c.comes("Ned")
		operator := openShared(t, url)
		defer operator.Close()
		wantError(t, operator.ask(create("Ned")).Err, storage.ErrExists)
		wantError(t, operator.ask(storage.Ask{Kind: storage.SetPassword, Account: operator.id("ned"), NewHash: "new"}).Err, storage.ErrGuest)
		if all, err := operator.Accounts(soon(t)); err != nil || len(all) != 1 || !all[0].Guest {
			t.Errorf("got %+v %v", all, err)
		}
		operator.remove("ned")
		wantLines(t, removed(c.batch().Events), "3 Ned")
	})
}

// TestPresenceSaysRolesAndReasons with all the signs that a reason may have.
func TestPresenceSaysRolesAndReasons(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, modelSizes["generous"])
		c.register("Alice")
		c.join("#tea", "alice")
		for _, reason := range []string{"", "Quit: two  words + 100%, ;\n\n", "漢字"} {
			b := c.batch(c.begins("alice"))
			e := b.Events[0]
			if len(e.Change.Rooms) != 2 || len(e.Change.Roles) != 2 || e.Change.Guest {
				t.Fatalf("got %+v", e.Change)
			}
			for i, room := range e.Change.Rooms {
				if want := map[storage.ID]storage.Role{c.room("#tea").ID: storage.Owner}[room]; e.Change.Roles[i] != want {
					t.Errorf("the role in %d is %d, want %d", room, e.Change.Roles[i], want)
				}
			}
			events := c.goes("alice", reason)
			if len(events) != 1 || events[0].Kind != storage.Gone || string(events[0].Text) != reason || len(events[0].Change.Rooms) != 2 {
				t.Errorf("got %+v, want the reason %q", events, reason)
			}
		}
		// A server may say by itself who is here.
		p := c.present("alice", 7)
		b := storage.Batch{At: time.Now(), Present: []storage.Present{p}}
		c.commit(&b)
		if len(b.Events) != 1 || b.Events[0].Kind != storage.Here || len(b.Events[0].Change.Roles) != 2 || b.Events[0].Change.Guest {
			t.Errorf("got %+v", b.Events)
		}
	})
}

func TestRemovalIsNoLeavingOfOnesOwn(t *testing.T) {
	both(t, func(t *testing.T, url string) {
		c := openFor(t, url, modelSizes["generous"])
		c.register("Alice", "Bob")
		c.join("#tea", "alice", "bob")
		b := c.batch(storage.Ask{Kind: storage.Remove, Account: c.id("alice")}, c.order(storage.Leave, "bob", "#tea", ""))
		wantLines(t, removed(b.Events), strings.Split("5 Alice in #tea removed,8 Bob in #tea role 3,3 Alice,5 Bob in #tea", ",")...)
	})
}
