package commands

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"parley/commands/ratelimit"
	"parley/storage"
)

func someGuests(c *Config) { c.Guests = 10 }

// visits brings somebody in as a guest.
func (r *room) visits(name string) *visitor {
	r.t.Helper()
	v := r.from("")
	v.wants("/guest "+name, "+ guest "+name)
	return v
}

// Guests have a quarter of what others have.
func TestLimitsOfGuests(t *testing.T) {
	rate := ratelimit.Per(8, time.Hour)
	r := newRoom(t, someGuests, func(c *Config) { c.MessageRate, c.ChangeRate, c.Watches = rate, rate, 8 })
	alice := r.member("alice")
	gus := r.visits("gus")
	for range 8 {
		alice.wants("hello", "+ all")
		alice.wants("/back", "+ back")
	}
	for range 2 {
		gus.wants("hello", "+ all")
		gus.wants("/back", "+ back")
	}
	gus.wants("hello", "- all rate-limited")
	gus.wants("/msg alice hello", "- msg rate-limited")
	gus.wants("/back", "- back rate-limited")
	gus.wants("/watch alice gus", "+ watch 2")
	gus.wants("/watch #lobby", "- watch too-many: A session watches 2 people")
}

func TestRoomsOfGuests(t *testing.T) {
	r := newRoom(t, someGuests)
	alice, gus := r.member("alice"), r.visits("gus")
	for i := range guestRooms + 1 {
		alice.wants(fmt.Sprintf("/join #r%d", i), "+ join")
	}
	for i := range guestRooms {
		gus.wants(fmt.Sprintf("/join #r%d", i), "+ join")
	}
	last := fmt.Sprintf("/join #r%d", guestRooms)
	gus.wants(last, "- join too-many-rooms")
	gus.wants("/leave #r0", "+ leave")
	gus.wants(last, "+ join")
	gus.wants("/join #r0", "- join too-many-rooms")
	gus.wants("/register gus correct horse", "+ register gus")
	gus.wants("/join #r0", "+ join")
}

// What only accounts have is refused, also what the store is not asked for.
func TestWhatGuestsMayNot(t *testing.T) {
	r := newRoom(t, someGuests)
	r.member("alice")
	gus := r.visits("gus")
	for _, line := range []string{
		"/token", "/tokens", "/revoke 12345678", "/passwd", "/block alice", "/unblock alice", "/blocked", "/invite #lobby alice", "/role #lobby alice op",
		"/room #lobby quiet", "/topic #lobby x", "/history alice",
	} {
		name, _, _ := strings.Cut(line[1:], " ")
		gus.wants(line, "- "+name+" forbidden: Guests can't do that; /register ")
	}
	gus.says("/format json\n")
	if heard := gus.says(`{"do":"msg","to":"alice","text":"hi","once":"x"}` + "\n"); !strings.Contains(heard, `"code":"forbidden"`) {
		t.Errorf("got %q", heard)
	}
	gus.says("/format text\n")
	gus.wantDoes("- chathistory forbidden", "chathistory", "LATEST", "alice", "*", "", "10")
}

// Nobody comes as a guest where the operator, or a lockdown, does not allow it; nor if the store did not say whether it has the guest.
func TestNoGuests(t *testing.T) {
	r := newRoom(t)
	r.from("").wants("/guest gus", "- guest forbidden: This server takes no guests")
	r = newRoom(t, someGuests)
	v := r.from("")
	r.chat.lockdown.Store(true)
	v.wants("/guest gus", "- guest forbidden: No guests")
	r.chat.lockdown.Store(false)
	r.store.set(func(m *memory) { m.outcome, m.undone = storage.ErrUnsure, true })
	v.wants("/guest gus", "- guest unavailable")
	v.wants("/guest gus", "+ guest gus")
}

// A guest's account goes with the session, however that ends.
func TestGuestsGoWithTheirSessions(t *testing.T) {
	r := newRoom(t, someGuests)
	known := func() (n int) {
		r.store.set(func(m *memory) { n = len(m.accounts) })
		return n
	}
	gus := r.visits("gus")
	gus.wants("/logout", "+ logout")
	r.poll("the end of a guest", func() bool { return known() == 0 })
	gus.wants("/guest gus", "+ guest gus")
	gus.leave()
	r.poll("the end of a guest", func() bool { return known() == 0 })
	gus = r.visits("gus")
	gus.wants("/register gus correct horse", "+ register gus")
	gus.leave()
	r.member("alice").wants("/msg gus hi", "+ msg gus")
	hal := r.visits("hal")
	hal.leave()
	r.chat.Stop()
	if n := known(); n != 2 {
		t.Errorf("%d accounts are left", n)
	}
}

// A guest whose registration had no answer leaves, and comes again: the account was kept after all. It is one like all others now, and nothing is left of
// what was noted because it would be removed.
func TestGuestWhoWasNotRemoved(t *testing.T) {
	r := newRoom(t, someGuests)
	f := newFanout(r.chat, nil)
	f.presence.noteGuest(7, true)
	f.roomsOfGone(&storage.Event{Kind: storage.Gone, To: 7, Change: &storage.Change{}})
	if _, noted := f.left[7]; !noted {
		t.Fatal("it is not noted that a guest is removed next")
	}
	f.tell(&storage.Event{Kind: storage.Here, To: 7, ToName: "gus", Change: &storage.Change{}}, nil)
	if len(f.left) != 0 {
		t.Errorf("%v is left of one who was not removed", f.left)
	}
}

// Other nodes know who is a guest by what they were told.
func TestGuestsOnOtherNodes(t *testing.T) {
	r := newRoom(t)
	alice := r.member("alice")
	r.store.set(func(m *memory) {
		m.crowded = true
		m.accounts["gus"] = storage.Account{ID: 77, Key: "gus", Name: "Gus", Guest: true}
		m.others = []storage.Present{{Account: 77, Name: "Gus", Active: time.Now(), Sessions: []storage.Session{{ID: 1, Since: time.Now()}}}}
	})
	r.store.happens(storage.Event{Kind: storage.Here, To: 77, ToName: "Gus", Change: &storage.Change{Guest: true}})
	alice.wants("/watch gus", "+ watch")
	r.poll("a guest", func() bool { return strings.Contains(alice.says("/who\n"), "= user Gus idle=0 sessions=1 guest\r\n") })
	heard := strings.TrimPrefix(alice.says("/whois gus\n"), "* here Gus\r\n") // which she may have heard before
	if !strings.HasPrefix(heard, "= user Gus idle=0 sessions=1 since=") || !strings.Contains(heard, " guest\r\n") {
		t.Errorf("got %q", heard)
	}
	r.store.happens(storage.Event{Kind: storage.Registered, Number: 900, To: 77, ToName: "Gus"})
	r.poll("an account", func() bool { return strings.Contains(alice.says("/who\n"), "= user Gus idle=0 sessions=1\r\n") })
}
