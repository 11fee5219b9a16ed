package commands

import (
	"strings"
	"testing"

	"parley/storage"
)

// TestPlace: a line without a command goes to the room that the session has joined or gone to last.
func TestPlace(t *testing.T) {
	r := newRoom(t)
	alice := r.member("alice")
	alice.wants("in the lobby", "+ all ")
	alice.wants("/join #tea", "+ join #tea ")
	alice.wants("in #tea", "+ msg #tea ")
	alice.wants("/join #beer", "+ join #beer ")
	alice.wants("in #beer", "+ msg #beer ")
	alice.wants("/go #TEA", "+ go #tea")
	alice.wants("//tea", "+ msg #tea ")
	alice.wants("/go #wine", "- go no-such-room #wine: ")
	alice.wants("/join #tea", "- join already-in-room #tea: You are in #tea already; /go #tea to speak there.")
	alice.wants("in #tea still", "+ msg #tea ")
	alice.wants("/all hello", "+ all ") // whatever the place
	aliceToo := r.again("alice")
	aliceToo.wants("a session has its own place", "+ all ")
	aliceToo.wants("/join #wine", "+ join #wine ")
	alice.wants("in #tea still", "+ msg #tea ")
	alice.wants("/leave #beer", "+ leave #beer")
	alice.wants("in #tea still", "+ msg #tea ")
	alice.wants("/leave #tea", "+ leave #tea")
	alice.wants("back in the lobby", "+ all ")
	alice.wants("/go #wine", "+ go #wine")
	alice.wants("/go #lobby", "+ go #lobby")
	alice.wants("in the lobby", "+ all ")
	alice.wants("/go #wine", "+ go #wine")
	alice.says("/logout\n/login alice correct horse\n")
	alice.wants("a login begins in the lobby", "+ all ")
	alice.wants("/go #wine", "+ go #wine")
	alice.says("/logout\n/register bob correct horse\n")
	alice.wants("somebody else, too", "+ all ")
}

// TestPlaceThatIsLost: what was meant for a room is not said in the lobby when the room is lost.
func TestPlaceThatIsLost(t *testing.T) {
	for _, how := range []string{"kicked", "left elsewhere", "removed"} {
		r := newRoom(t)
		tea := r.inTea("alice", "bob")
		alice, bob := tea[0], tea[1]
		bobToo := r.again("bob")
		switch how {
		case "kicked":
			alice.wants("/kick #tea bob", "+ kick #tea bob")
		case "left elsewhere":
			bobToo.wants("/leave #tea", "+ leave #tea")
		case "removed":
			if err := r.store.operate(storage.Ask{Kind: storage.RemoveRoom, Order: &storage.Order{Room: "#tea"}}); err != nil {
				t.Fatal(err)
			}
		}
		want := "- msg not-in-room #tea: "
		if how == "removed" {
			want = "- msg no-such-room #tea: "
		}
		bob.wants("a word among friends", want)
		bob.wants("/leave #lobby", "+ leave #lobby") // which is not his place
		bob.wants("a word among friends", want)
		bob.wants("/join #lobby", "+ join #lobby ")
		bob.wants("hello", "+ all ")
		if history := alice.says("/history\n"); !strings.Contains(history, ": hello\r\n+ history 1\r\n") {
			t.Errorf("%s: the lobby hears %q", how, history)
		}
	}
}

// TestJoinAndALineInOnePacket: the line waits until it is known where it belongs, also where the room can't be joined.
func TestJoinAndALineInOnePacket(t *testing.T) {
	r := newRoom(t)
	alice, bob := r.inTea("alice")[0], r.member("bob")
	alice.wants("/ban #tea bob", "+ ban #tea bob")
	bob.took()
	bob.types("/join #beer\none\n/join #tea\ntwo\n/leave #beer\nthree\n/join #beer\n/all four\nfive\n")
	bob.hears("+ join #beer ", "+ msg #beer ", "- join banned #tea: ", "+ msg #beer ", "+ leave #beer", "+ all ", "+ join #beer ", "+ all ", "+ msg #beer ")
}
