package commands

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"parley/storage"
)

// told are the invitations that the store knows as told, by number.
func (r *room) told(name string) (numbers []int64) {
	r.store.set(func(m *memory) {
		for _, in := range m.invites[m.accounts[name].ID] {
			if in.told {
				numbers = append(numbers, in.Number)
			}
		}
	})
	return numbers
}

// TestInvite: every session of who is invited is told, and it counts as told when one of them says that it has come.
func TestInvite(t *testing.T) {
	r := newRoom(t)
	alice, bob := r.inTea("alice")[0], r.member("bob")
	bobToo := r.again("bob")
	alice.wants("/room #tea private", "+ room #tea private")
	bob.wants("/join #tea", "- join invite-only #tea: ")
	alice.wants("/invite #tea BOB", "+ invite #tea bob")
	for _, v := range []*visitor{bob, bobToo} {
		v.hears("* invite #tea alice ")
	}
	if bob.invited[0] != bobToo.invited[0] || len(r.told("bob")) != 0 {
		t.Errorf("%v and %v are invited, %v is told already", bob.invited, bobToo.invited, r.told("bob"))
	}
	r.chat.AckInvite(&bob.session, bob.account, bob.invited[0])
	alice.wants("/all a commit", "+ all ")
	if got := r.told("bob"); !slices.Equal(got, bob.invited) {
		t.Errorf("%v are told, want %v", got, bob.invited)
	}
	bob.wants("/join #tea", "+ join #tea ")
	alice.wants("/invite #tea bob", "- invite already-in-room #tea name=bob: ")
	alice.hears()
}

// TestInvitationsWait: they come at the login behind the messages that have waited, until they were told. A join uses one up.
func TestInvitationsWait(t *testing.T) {
	r := newRoom(t)
	alice := r.inTea("alice")[0]
	alice.wants("/join #beer", "+ join #beer ")
	r.member("bob").leave()
	alice.wants("/invite #tea bob", "+ invite #tea bob")
	alice.wants("/msg bob come", "+ msg bob ")
	alice.wants("/invite #beer bob", "+ invite #beer bob")
	bob := r.from("")
	bob.types("/login bob correct horse\n")
	bob.hears("+ login bob waiting=1 last=7 invites=2\r\n", "* msg alice ", "* invite #tea alice ", "* invite #beer alice ")
	r.chat.AckInvite(&bob.session, bob.account, bob.invited[1])
	bob.leave()
	bob.types("/login bob correct horse\n")
	bob.hears("+ login bob waiting=1 last=7 invites=1\r\n", "* msg alice ", "* invite #tea alice ")
	bob.wants("/join #tea", "+ join #tea ")
	bob.leave()
	bob.types("/login bob correct horse\n")
	bob.hears("+ login bob waiting=1 last=8\r\n", "* msg alice ")
}

// TestInvitationWhileMessagesAreFed: what comes meanwhile comes behind what has waited, once.
func TestInvitationWhileMessagesAreFed(t *testing.T) {
	r := newRoom(t)
	alice := r.inTea("alice")[0]
	r.member("bob").leave()
	for i := range 2 * inboxPage {
		alice.wants(fmt.Sprintf("/msg bob %d", i), "+ msg bob ")
	}
	alice.wants("/invite #tea bob", "+ invite #tea bob")
	alice.wants("/join #beer", "+ join #beer ")
	var bob *visitor
	r.inOneBatch(func() {
		bob = r.from("")
		bob.sends("/login bob correct horse")
		r.asked(1)
		alice.sends("/invite #beer bob")
	})
	heard := bob.took()
	if n := strings.Count(heard, "* invite #tea alice "); n != 1 {
		t.Errorf("the invitation that has waited comes %d times", n)
	}
	if n := strings.Count(heard, "* invite #beer alice "); n != 1 {
		t.Errorf("the new invitation comes %d times", n)
	}
	if strings.LastIndex(heard, "* msg ") > strings.Index(heard, "* invite #tea ") {
		t.Error("messages come behind the invitation that has waited")
	}
}

// TestInvitationsThatAreRefused: nobody is bothered by those whom he has blocked, nor by too many.
func TestInvitationsThatAreRefused(t *testing.T) {
	r := newRoom(t)
	r.store.limits.Invites = 1
	alice, bob := r.inTea("alice")[0], r.member("bob")
	bob.wants("/block alice", "+ block alice")
	alice.wants("/invite #tea bob", "- invite not-accepted bob: ")
	alice.wants("/msg bob hi", "- msg not-accepted bob: ")
	bob.wants("/blocked", "+ blocked 1")
	bob.wants("/unblock alice", "+ unblock alice")
	bob.wants("/unblock alice", "- unblock not-blocked alice: ")
	alice.wants("/invite #tea bob", "+ invite #tea bob")
	alice.wants("/join #beer", "+ join #beer ")
	alice.wants("/invite #beer bob", "- invite too-many: As many invitations as may wait for them do so already.")
	bob.took()
	if err := r.store.operate(storage.Ask{Kind: storage.RemoveRoom, Order: &storage.Order{Room: "#tea"}}); err != nil {
		t.Fatal(err)
	}
	bob.wants("/join #tea", "+ join #tea members=1 here=1") // a new one
}
