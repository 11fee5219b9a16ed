package commands

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"parley/commands/ratelimit"
	"parley/storage"
)

// How many rooms somebody makes, and how often the rooms are changed.

// TestNewRoomsAreCounted: a new room costs one of those that an account may make, in all its sessions. Nothing else does.
func TestNewRoomsAreCounted(t *testing.T) {
	r := newRoom(t, func(c *Config) { c.NewRoomRate = ratelimit.Per(2, time.Hour) })
	alice, bob := r.member("alice"), r.member("bob")
	aliceToo := r.again("alice")
	bob.wants("/join #bobs", "+ join #bobs ")
	alice.wants("/join #one", "+ join #one ")
	for range 5 {
		alice.wants("/join #bobs", "+ join #bobs ")
		alice.wants("/leave #bobs", "+ leave #bobs")
		alice.wants("/join #one", "- join already-in-room #one: ")
		alice.wants("/join #0ne", "- join bad-room #0ne: ")
		alice.wants("/join #b0bs", "- join room-taken #b0bs: ")
	}
	aliceToo.wants("/join #two", "+ join #two ")
	refused := alice.asks("/join #three")
	var retry int
	if _, err := fmt.Sscanf(refused, "- join rate-limited retry=%d: You have made many rooms", &retry); err != nil || retry < 1 || retry > 1801 { // a request may begin a moment before the last room was counted
		t.Errorf("the third room is answered %q", refused)
	}
	alice.wants("/join #bobs", "+ join #bobs ") // a room that there is, all the same
	bob.wants("/join #three", "+ join #three ")
	if log := r.log.String(); !strings.Contains(log, `"msg":"a limit was hit","command":"join","account":"alice"`) {
		t.Errorf("the log has %s", log)
	}
}

// TestRoomThatIsNotMadeCostsNothing: the store was away.
func TestRoomThatIsNotMadeCostsNothing(t *testing.T) {
	m := ratelimit.NewMeter[storage.ID](ratelimit.Per(1, time.Hour))
	now := time.Now()
	for range 3 {
		if wait := m.Take(7, now); wait != 0 {
			t.Fatalf("it has to wait %d s", wait)
		}
		if m.Take(7, now) == 0 || m.Take(8, now) != 0 {
			t.Fatal("somebody else's rooms are counted, or not one's own")
		}
		m.GiveBack(7, now)
		m.GiveBack(8, now)
	}
	if wait := m.Wait(7, now); wait != 0 {
		t.Errorf("it is told to wait %d s", wait)
	}
}

// TestRefusedWhileLeaving: the committer refuses what somebody has asked for whose connection is ending.
func TestRefusedWhileLeaving(t *testing.T) {
	r := newRoom(t, func(c *Config) { c.NewRoomRate = ratelimit.Rate{Second: 1e-9} })
	r.member("alice").leave()
	for range 20 {
		var all []*visitor
		for range 20 {
			all = append(all, r.again("alice"))
		}
		release := r.hold()
		for _, v := range all {
			v.joins("#tea")
		}
		release()
		for _, v := range all {
			v.leave()
		}
		r.answered()
		for _, v := range all {
			v.hears("- join rate-limited retry=1000000000: ")
		}
		r.visitors = nil
	}
}
