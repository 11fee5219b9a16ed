package commands

import (
	"fmt"
	"slices"
	"testing"

	"parley/storage"
)

// TestWatch: those who watch somebody are told when he comes and goes, each once.
func TestWatch(t *testing.T) {
	r := newRoom(t)
	tea := r.inTea("alice", "bob")
	alice, bob := tea[0], tea[1]
	carol := r.member("carol")
	alice.wants("/watch #tea bob", "+ watch 2")
	alice.wants("/watch bob", "+ watch 1")
	alice.took()
	bobToo := r.again("bob")
	bob.leave()
	alice.hears() // he is here still
	bobToo.leave()
	bob = r.again("bob")
	alice.hears("* gone bob\r\n", "* here bob\r\n")
	carol.leave()
	carol = r.again("carol")
	alice.hears() // she is not in the room
	carol.hears()
	carol.wants("/join #tea", "+ join #tea ")
	alice.took()
	carol.says("/quit\n")
	bob.wants("/msg bob a commit", "+ msg bob ")
	alice.hears("* gone carol\r\n")
	alice.wants("/unwatch #tea", "+ unwatch 1")
	carol = r.again("carol")
	bob.says("/logout\n")
	carol.wants("/msg carol a commit", "+ msg carol ")
	alice.hears("* gone bob\r\n")
	alice.wants("/unwatch", "+ unwatch 1")
	r.again("bob")
	alice.hears()
}

// TestWatchedRoomThatIsLeft: who is not in a room is not told any more who comes and goes there, however it ended.
func TestWatchedRoomThatIsLeft(t *testing.T) {
	for _, how := range []string{"leave", "kick", "kick meanwhile", "remove"} {
		r := newRoom(t)
		tea := r.inTea("alice", "bob", "carol")
		alice, bob, carol := tea[0], tea[1], tea[2]
		watch := func() { bob.wants("/watch #tea", "+ watch 1") }
		switch how {
		case "leave":
			watch()
			bob.wants("/leave #tea", "+ leave #tea")
		case "kick":
			watch()
			alice.wants("/kick #tea bob", "+ kick #tea bob")
		case "kick meanwhile": // the store has said that he is in the room, and then he is kicked
			r.meanwhile(bob, "/watch #tea", 1, func() { alice.wants("/kick #tea bob", "+ kick #tea bob") })
		case "remove":
			watch()
			if err := r.store.operate(storage.Ask{Kind: storage.RemoveRoom, Order: &storage.Order{Room: "#tea"}}); err != nil {
				t.Fatal(err)
			}
			alice.wants("/all noted", "+ all ")
		}
		bob.took()
		carol.leave()
		r.again("carol")
		alice.wants("/ping", "+ ping")
		if heard := bob.took(); heard != "" {
			t.Errorf("%s: bob hears %q", how, heard)
		}
	}
}

// TestFollowers: a session watches so many at most, and what it ends is gone.
func TestFollowers(t *testing.T) {
	w := newFollowers[storage.ID]()
	a, b := &Session{}, &Session{}
	ids := func(n ...storage.ID) []storage.ID { return n }
	if !w.add(a, 1, ids(7, 8, 8, 7), 3) || !w.add(b, 2, ids(8), 3) || !w.add(a, 1, ids(7, 9), 3) {
		t.Fatal("what may be watched may not")
	}
	if w.add(a, 1, ids(10), 3) || w.add(b, 2, ids(1, 2, 3), 3) {
		t.Error("more may be watched than may be")
	}
	watchers := func(account storage.ID, rooms ...storage.ID) string {
		var who []string
		for _, o := range w.of(append(ids(account), rooms...)...) {
			who = append(who, map[*Session]string{a: "a", b: "b"}[o.session]+fmt.Sprint(o.account))
		}
		slices.Sort(who)
		return fmt.Sprint(who)
	}
	for _, c := range []struct{ got, want string }{
		{watchers(7), "[a1]"}, {watchers(8), "[a1 b2]"}, {watchers(7, 8, 9), "[a1 b2]"}, {watchers(6, 9), "[a1]"}, {watchers(6, 10), "[]"},
	} {
		if c.got != c.want {
			t.Errorf("they are watched by %s, want %s", c.got, c.want)
		}
	}
	if n := w.remove(a, 8); n != 1 || watchers(8) != "[b2]" {
		t.Errorf("%d are ended, and 8 is watched by %s", n, watchers(8))
	}
	if n := w.remove(a, 0) + w.remove(a, 0) + w.remove(b, 0); n != 3 {
		t.Errorf("%d are ended, want 3", n)
	}
	if len(w.sessions)+len(w.followed) != 0 {
		t.Errorf("%v and %v are left", w.sessions, w.followed)
	}
}
