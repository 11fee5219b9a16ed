package commands

import (
	"testing"

	"parley/storage"
)

// Rooms change in the midst of a batch: who is there when something is said hears it.

// inTea are some who are in the room #tea, which the first of them owns.
func (r *room) inTea(names ...string) (all []*visitor) {
	r.t.Helper()
	for _, name := range names {
		v := r.member(name)
		v.wants("/join #tea", "+ join #tea ")
		all = append(all, v)
	}
	for _, v := range all {
		v.took()
	}
	return all
}

// again is one more session of somebody's account.
func (r *room) again(name string) *visitor {
	r.t.Helper()
	v := r.from("")
	v.wants("/login "+name+" correct horse", "+ login "+name)
	v.took()
	return v
}

// TestJoinInTheMidstOfABatch: what is said before it is not heard, what is said behind it is; the answer stands where others see the event.
func TestJoinInTheMidstOfABatch(t *testing.T) {
	r := newRoom(t)
	tea := r.inTea("alice")
	alice, bob := tea[0], r.member("bob")
	bobToo := r.again("bob")
	r.inOneBatch(func() {
		alice.sends("/msg #tea before", "/all one")
		bob.joins("#tea")
		alice.sends("/msg #tea behind", "/all two")
	})
	alice.hears("+ msg #tea ", "+ all ", "* join #tea bob\r\n", "+ msg #tea ", "+ all ")
	bob.hears("* all alice: one\r\n", "+ join #tea members=2 here=2\r\n", "* say #tea alice: behind\r\n", "* all alice: two\r\n")
	bobToo.hears("* all alice: one\r\n", "* join #tea bob\r\n", "* say #tea alice: behind\r\n", "* all alice: two\r\n")
}

// TestLeaveInTheMidstOfABatch: whoever leaves hears what was said until then. The room is handed on behind it.
func TestLeaveInTheMidstOfABatch(t *testing.T) {
	r := newRoom(t)
	tea := r.inTea("alice", "bob", "carol")
	alice, bob, carol := tea[0], tea[1], tea[2]
	aliceToo := r.again("alice")
	r.inOneBatch(func() {
		carol.sends("/msg #tea before")
		alice.sends("/leave #tea")
		carol.sends("/msg #tea behind", "/all elsewhere")
	})
	alice.hears("* say #tea carol: before\r\n", "+ leave #tea\r\n", "* all carol: elsewhere\r\n")
	aliceToo.hears("* say #tea carol: before\r\n", "* leave #tea alice\r\n", "* all carol: elsewhere\r\n")
	bob.hears("* say #tea carol: before\r\n", "* leave #tea alice\r\n", "* role #tea bob owner by=alice\r\n", "* say #tea carol: behind\r\n", "* all carol: elsewhere\r\n")
	carol.hears("+ msg #tea ", "* leave #tea alice\r\n", "* role #tea bob owner by=alice\r\n", "+ msg #tea ", "+ all ")
}

// TestKickInTheMidstOfWords: whoever is kicked out of one of several rooms hears that as the last of it, and misses nothing of the others.
func TestKickInTheMidstOfWords(t *testing.T) {
	r := newRoom(t)
	tea := r.inTea("alice", "bob")
	alice, bob := tea[0], tea[1]
	for _, v := range tea {
		v.wants("/join #beer", "+ join #beer ")
	}
	bobToo, aliceToo := r.again("bob"), r.again("alice")
	for _, v := range tea {
		v.took()
	}
	r.inOneBatch(func() {
		alice.sends("/msg #beer one", "/msg #tea two", "/all three")
		aliceToo.sends("/kick #tea bob stay with beer")
		bobToo.sends("/msg #beer four", "/msg #tea not to be heard", "/all five")
	})
	kicked := "* kick #tea bob by=alice: stay with beer\r\n"
	before := []string{"* say #beer alice: one\r\n", "* say #tea alice: two\r\n", "* all alice: three\r\n"}
	bob.hears(append(before, kicked, "* say #beer bob: four\r\n", "* all bob: five\r\n")...)
	bobToo.hears(append(before, kicked, "+ msg #beer ", "- msg not-in-room #tea: ", "+ all ")...)
	aliceToo.hears(append(before, "+ kick #tea bob\r\n", "* say #beer bob: four\r\n", "* all bob: five\r\n")...)
	alice.hears("+ msg #beer ", "+ msg #tea ", "+ all ", kicked, "* say #beer bob: four\r\n", "* all bob: five\r\n")
}

// TestBackInTheSameBatch: who is kicked and joins again in one batch misses only what was said in between.
func TestBackInTheSameBatch(t *testing.T) {
	r := newRoom(t)
	tea := r.inTea("alice", "bob")
	alice, bob := tea[0], tea[1]
	aliceToo, bobToo := r.again("alice"), r.again("bob")
	r.inOneBatch(func() {
		aliceToo.sends("/kick #tea bob")
		alice.sends("/msg #tea between")
		bobToo.joins("#tea")
		alice.sends("/msg #tea behind")
	})
	bob.hears("* kick #tea bob by=alice\r\n", "* join #tea bob\r\n", "* say #tea alice: behind\r\n")
	bobToo.hears("* kick #tea bob by=alice\r\n", "+ join #tea members=2 here=2\r\n", "* say #tea alice: behind\r\n")
}

// TestTwoSessionsJoinAtOnce: the second is told that the account is there already, and both hear the room.
func TestTwoSessionsJoinAtOnce(t *testing.T) {
	r := newRoom(t)
	alice := r.inTea("alice")[0]
	bob, bobToo := r.member("bob"), r.again("bob")
	r.inOneBatch(func() {
		bob.joins("#tea")
		bobToo.joins("#tea")
		alice.sends("/msg #tea hello")
	})
	bob.hears("+ join #tea members=2 here=2\r\n", "* say #tea alice: hello\r\n")
	bobToo.hears("* join #tea bob\r\n", "- join already-in-room #tea: ", "* say #tea alice: hello\r\n")
	alice.hears("* join #tea bob\r\n", "+ msg #tea ")
}

// TestLoginBesideAJoin: a session that begins in the same batch in which another one of the account joins a room hears the room, whichever
// comes first, and each thing once.
func TestLoginBesideAJoin(t *testing.T) {
	for _, loginFirst := range []bool{true, false} {
		r := newRoom(t)
		alice, bob := r.inTea("alice")[0], r.member("bob")
		second := r.from("")
		r.inOneBatch(func() {
			if !loginFirst {
				bob.joins("#tea")
			}
			second.sends("/login bob correct horse")
			if loginFirst {
				r.asked(1) // its password is right
				bob.joins("#tea")
			}
			r.asked(2)
			alice.sends("/msg #tea hello")
		})
		bob.hears("+ join #tea members=2 here=2\r\n", "* say #tea alice: hello\r\n")
		if loginFirst {
			second.hears("+ login bob ", "* join #tea bob\r\n", "* say #tea alice: hello\r\n")
		} else {
			second.hears("+ login bob ", "* say #tea alice: hello\r\n")
		}
	}
}

// TestRemovedRoom: an operator of the server removes a room while things are said there. Nobody hears it any more.
func TestRemovedRoom(t *testing.T) {
	r := newRoom(t)
	tea := r.inTea("alice", "bob")
	alice, bob := tea[0], tea[1]
	r.inOneBatch(func() {
		alice.sends("/msg #tea before")
		if err := r.store.operate(storage.Ask{Kind: storage.RemoveRoom, Order: &storage.Order{Room: "#tea"}}); err != nil {
			t.Error(err)
		}
		bob.sends("/all hello")
	})
	alice.hears("* removed #tea\r\n", "- msg no-such-room #tea: ", "* all bob: hello\r\n")
	bob.hears("* removed #tea\r\n", "+ all ")
	for _, v := range tea {
		if len(v.rooms) != 1 {
			t.Errorf("%s hears %v", v.session.Name(), v.rooms)
		}
	}
	alice.wants("still there?", "- msg no-such-room #tea: ") // and not in the lobby
	alice.wants("/join #tea", "+ join #tea members=1 here=1")
	alice.wants("/msg #tea anew", "+ msg #tea ")
	bob.hears()
}
