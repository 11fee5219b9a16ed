package commands

import (
	"strings"
	"testing"
)

// meanwhile has f done by the test when the store has been looked at for the n-th time for a command that v sends.
func (r *room) meanwhile(v *visitor, line string, n int, f func()) {
	r.t.Helper()
	looked, goOn := make(chan struct{}), make(chan struct{})
	times := 0 // only the command's goroutine counts
	r.store.set(func(m *memory) {
		m.looked = func() {
			if times++; times == n {
				close(looked)
				<-goOn
			}
		}
	})
	v.sends(line)
	<-looked
	r.store.set(func(m *memory) { m.looked = nil })
	f()
	close(goOn)
	r.answered()
}

// TestKickedWhileReading: whoever is taken out of a room while its history is read is not shown it any more. It does not help to come back.
func TestKickedWhileReading(t *testing.T) {
	for _, back := range []bool{false, true} {
		for looks := 1; looks <= 2; looks++ { // its membership, and the history
			r := newRoom(t)
			tea := r.inTea("alice", "bob")
			alice, bob := tea[0], tea[1]
			bobToo := r.again("bob")
			alice.wants("/room #tea private", "+ room #tea private")
			alice.wants("/msg #tea the secret", "+ msg #tea ")
			bob.took()
			r.meanwhile(bob, "/history #tea", looks, func() {
				alice.wants("/kick #tea bob", "+ kick #tea bob")
				if back {
					alice.wants("/invite #tea bob", "+ invite #tea bob")
					bobToo.wants("/join #tea", "+ join #tea ")
				}
			})
			if heard := bob.took(); strings.Contains(heard, "secret") || !strings.Contains(heard, "- history not-in-room #tea: ") {
				t.Errorf("back: %v, bob is shown %q", back, heard)
			}
		}
	}
}

// TestPrivateHistoryBeginsWithTheMembership: in a private room nobody reads what was said before he came, in a public one everybody does.
func TestPrivateHistoryBeginsWithTheMembership(t *testing.T) {
	r := newRoom(t)
	alice := r.inTea("alice")[0]
	alice.wants("/msg #tea one", "+ msg #tea ")
	bob := r.member("bob")
	bob.wants("/join #tea", "+ join #tea ")
	alice.wants("/msg #tea two", "+ msg #tea ")
	bob.took()
	bob.wants("/history #tea", "+ history 2")
	alice.wants("/room #tea private", "+ room #tea private")
	if heard := bob.says("/history #tea after=0\n/history #tea before=2\n"); strings.Contains(heard, "one") || !strings.Contains(heard, ": two\r\n+ history 1\r\n") {
		t.Errorf("bob is shown %q", heard)
	}
	alice.wants("/history #tea", "+ history 2")
}
