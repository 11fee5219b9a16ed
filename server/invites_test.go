package server

import (
	"strings"
	"testing"
)

// invited is somebody who is invited into #tea, by an owner who is there alone.
func (s *testServer) invites(owner *user, name string) {
	s.t.Helper()
	if got := owner.ask("/invite #tea " + name); got != "+ invite #tea "+name {
		s.t.Fatal(got)
	}
}

// wantInvites logs somebody in who must be told of so many invitations.
func (s *testServer) wantInvites(name string, invites int) *user {
	s.t.Helper()
	u := s.dial()
	u.say("/login "+name+" "+password, "/ping")
	answer := u.want("+ login " + name)
	if (invites > 0) != strings.Contains(answer, " invites=") {
		s.t.Errorf("%d invitations wait, and the answer is %q", invites, answer)
	}
	for range invites {
		u.want("* invite #")
	}
	u.want("+ ping")
	return u
}

// wantNoInvites waits until no invitation waits for somebody: his last session has acknowledged it when it was read.
func (s *testServer) wantNoInvites(name string) {
	s.t.Helper()
	eventually(s.t, "no invitation waits", func() bool {
		u := s.dial()
		defer u.Close()
		return !strings.Contains(u.ask("/login "+name+" "+password), " invites=")
	})
}

// An invitation that was read is not told again, however the connection ends.
func TestInvitationIsToldOnce(t *testing.T) {
	for how, end := range map[string]func(u *user){
		"close":      func(u *user) { u.Close() },
		"half-close": func(u *user) { u.halfClose(); u.rest() },
		"quit":       func(u *user) { u.say("/quit"); u.rest() },
		"logout":     func(u *user) { u.ask("/logout") },
		"reset":      func(u *user) { u.ask("/ping"); u.reset() },
	} {
		for _, away := range []bool{false, true} {
			s := start(t)
			owner, bob := s.join("owner"), s.join("bob")
			owner.ask("/join #tea")
			if away {
				bob.ask("/logout")
				s.invites(owner, "bob")
				bob.Close()
				bob = s.wantInvites("bob", 1)
			} else {
				s.invites(owner, "bob")
				bob.want("* invite #tea owner ")
			}
			end(bob)
			eventually(t, "bob has left by "+how, func() bool { return owner.ask("/who") == "+ who 1" })
			s.wantNoInvites("bob")
		}
	}
}

// An invitation that did not reach the client is told again at the next login; the room can be joined in any case.
func TestInvitationIsToldAgain(t *testing.T) {
	s := start(t)
	owner := s.join("owner")
	owner.ask("/join #tea")
	owner.ask("/room #tea private")
	bob := s.deaf("bob", owner)
	s.invites(owner, "bob")
	bob.reset()
	eventually(t, "bob is gone", func() bool { return owner.ask("/who") == "+ who 1" })
	bob = s.wantInvites("bob", 1)
	bob.ask("/quit")
	eventually(t, "bob is gone", func() bool { return owner.ask("/who") == "+ who 1" })
	s.wantNoInvites("bob")
	bob = s.join("bob")
	if got := bob.ask("/join #tea"); !strings.HasPrefix(got, "+ join #tea ") {
		t.Error(got)
	}
}

// Messages and invitations are acknowledged each for itself: that one was told says nothing of the other.
func TestAcksOfMessagesAndInvitations(t *testing.T) {
	s := start(t)
	owner := s.join("owner")
	owner.ask("/join #tea")
	bob := s.join("bob")
	c := s.conn("bob")
	s.onLoop(c.shard, func() { c.timers.after(timerAcks, 1<<40) })
	s.waitAcknowledged(c)
	s.onLoop(c.shard, func() { c.out.blocked = true }) // as if the kernel took nothing
	owner.ask("/msg bob one")
	s.invites(owner, "bob")
	owner.ask("/msg bob two")
	s.onLoop(c.shard, func() {
		if n := len(c.acks.marks); n != 3 || !c.acks.marks[1].invite {
			t.Errorf("what is waited for is %+v", c.acks.marks)
		}
		c.out.cutTo(nil)
		c.acks.cutTo(c.out.written) // nothing of it is sent
		if c.acks.waits() {
			t.Errorf("what is waited for is %+v", c.acks.marks)
		}
		c.hangUp()
	})
	bob.rest()
	eventually(t, "bob is gone", func() bool { return owner.ask("/who") == "+ who 1" })
	again := s.dial()
	again.say("/login bob " + password)
	again.want("+ login bob waiting=2 ")
	again.want("* msg owner ")
	again.want("* msg owner ")
	again.want("* invite #tea owner ")
}
