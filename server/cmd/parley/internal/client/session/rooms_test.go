package session

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// What was missed comes without what was said in rooms that the account was not in just then, because another session had left them. It may be in them
// again when the next connection stands, so that only asking for the rooms first, and each time, shows that something is missing.
func TestRoomLeftAndJoinedMeanwhile(t *testing.T) {
	c := begins(t)
	c.hears(saysIn("#tea", "bob", 801, "x"))
	c.loses(time.Minute)
	c.answers(`"do":"login"`, "+ login alice waiting=0 last=801")
	c.rooms("#lobby") // and 802 was said in #tea
	c.answers(`"do":"since","number":801`, "+ since 0 upto=803")
	c.loses(time.Minute)
	c.answers(`"do":"login"`, "+ login alice waiting=0 last=803")
	c.rooms("#lobby", "#tea")
	c.answers(`"do":"since","number":803`, rowIn("#tea", "bob", 805, "z"), "+ since 1 upto=805")
	c.quiet()
	tea := c.s.Thread("#tea")
	c.has("#tea", "805 bob: z")
	c.s.Show(tea)
	c.answers(`"do":"history","name":"#tea","count":100,"tag"`, rowIn("#tea", "bob", 801, "x"), rowIn("#tea", "bob", 802, "y"), rowIn("#tea", "bob", 805, "z"), "+ history 3")
	c.has("#tea", "801 bob: x", "802 bob: y", "805 bob: z")
}

// The server may read in which rooms the account is, then hear that it joins one or leaves one, tell that, and only then answer.
func TestRoomsReadBeforeAChange(t *testing.T) {
	for _, change := range []struct {
		what   string
		events []string
		isIn   []string
	}{
		{"joins", []string{"* join #den alice number=801 at=2026-11-19T12:00:00Z"}, []string{"#den", "#lobby", "#tea"}},
		{"leaves", []string{"* leave #tea alice number=801 at=2026-11-19T12:00:00Z"}, []string{"#lobby"}},
	} {
		t.Run(change.what, func(t *testing.T) {
			c := begins(t)
			c.loses(time.Minute)
			c.answers(`"do":"login"`, "+ login alice waiting=0 last=800")
			c.hears(change.events...)
			c.rooms("#lobby", "#tea")
			c.rooms(change.isIn...)
			c.answers(`"do":"since"`, rowIn("#tea", "bob", 800, "x"), "+ since 1 upto=801") // read before, too
			c.isIn(change.isIn...)
			c.is(Online)
		})
	}
	// What is told of the one room that was joined does not bring it back, either.
	c := begins(t)
	c.hears("* join #den alice number=801 at=2026-11-19T12:00:00Z", "* leave #den alice number=802 at=2026-11-19T12:00:00Z")
	c.answers("/rooms #den", "= room #den members=3 here=2", "+ rooms 1")
	c.isIn("#lobby", "#tea")
}

// Without the rooms, nothing that was missed is asked for.
func TestRoomsUnavailable(t *testing.T) {
	c := begins(t)
	c.loses(time.Minute)
	c.answers(`"do":"login"`, "+ login alice waiting=0 last=800")
	c.answers("/rooms", "- rooms unavailable retry=3: Later.")
	c.is(Returning)
	c.passes(2 * time.Second)
	c.sends()
	if in := c.s.Wake().Sub(c.now); in != time.Second {
		t.Errorf("it wakes in %v", in)
	}
	c.passes(time.Second)
	c.passes(time.Second)
	c.sends("#t4 /rooms")
	c.hears("#t4 = room #tea members=3 here=2 unread=3", "#t4 + rooms 1")
	c.answers(`"do":"since"`, "+ since 0 upto=800")
	c.isIn("#tea")
	if unread := c.s.Thread("#tea").Unread; unread != 0 {
		t.Errorf("%d are unread, of which nothing came", unread)
	}

	// The next connection asks at once, and once.
	c.loses(time.Minute)
	c.answers(`"do":"login"`, "+ login alice waiting=0 last=800")
	c.answers("/rooms", "- rooms unavailable retry=3: Later.")
	c.loses(time.Second)
	c.answers(`"do":"login"`, "+ login alice waiting=0 last=800")
	c.passes(3 * time.Second)
	c.sends("#t3 /rooms")

	// At the first login they are asked for once more as well.
	c = newTalk(t, Options{Name: "alice", Secret: "correct horse"})
	c.connects()
	c.answers(`"do":"login"`, "+ login alice waiting=0 last=700")
	c.answers("/rooms", "- rooms busy retry=1: Later.")
	c.quiet()
	c.passes(time.Second)
	c.answers("/rooms", "= room #tea members=3 here=2 unread=3", "+ rooms 1")
	if tea := c.s.Thread("#tea"); !tea.Member || tea.Unread != 3 {
		t.Errorf("%+v", tea)
	}

	// A server that knows no rooms keeps nobody out.
	c = begins(t)
	c.loses(time.Minute)
	c.answers(`"do":"login"`, "+ login alice waiting=0 last=800")
	c.answers("/rooms", "- rooms unknown-command: There is none.")
	c.answers(`"do":"since"`, "+ since 0 upto=800")
	c.is(Online)
}

// A history that was refused before the account had joined is asked for again.
func TestHistoryRefusedBeforeJoining(t *testing.T) {
	for _, shown := range []bool{true, false} {
		c := begins(t)
		den := c.s.Thread("#den")
		c.s.Show(den)
		if !shown {
			c.s.Show(c.s.Thread("#lobby"))
		}
		c.hears("* join #den alice number=801 at=2026-11-19T12:00:00Z", saysIn("#den", "bob", 802, "welcome"))
		c.answers(`"do":"history","name":"#den"`, "- history not-in-room #den: You are not in #den; /join #den first.")
		if den.Beginning {
			t.Error("it seems that nothing was said before")
		}
		c.s.Show(den)
		c.answers(`"do":"history","name":"#den","count":100,"tag"`, rowIn("#den", "bob", 700, "long ago"), rowIn("#den", "bob", 802, "welcome"), "+ history 2")
		c.has("#den", "700 bob: long ago", "801 * join #den alice number=801 at=2026-11-19T12:00:00Z", "802 bob: welcome")
	}
}

// What was asked before a /logout is nobody's when it is answered behind that.
func TestRoomsAskedBeforeLogout(t *testing.T) {
	c := newTalk(t, Options{Name: "alice", Secret: "correct horse"})
	c.connects()
	c.answers(`"do":"login"`, "+ login alice waiting=0 last=700")
	c.enters("#lobby", "/logout")
	c.hears("* join #den alice number=801 at=2026-11-19T12:00:00Z")
	c.answers("/rooms", "= room #tea members=3 here=2", "+ rooms 1") // too old, and asked for again
	c.hears("* leave #den alice number=802 at=2026-11-19T12:00:00Z")
	c.answers("/logout", "+ logout")
	c.s.Login("alice", "correct horse")
	c.answers("/rooms", "- rooms login-required: Please /login first.")
	c.answers(`"do":"login"`, "- login busy retry=1: Later.")
	for _, line := range c.takes() {
		if strings.HasSuffix(line, " /rooms") {
			t.Error("the rooms are asked for, though nobody is logged in")
		}
	}
	c.is(Entering)
}

// isIn wants the account to be in these rooms.
func (c *talk) isIn(want ...string) {
	c.t.Helper()
	var rooms []string
	for _, t := range c.s.Threads() {
		if t.Member {
			rooms = append(rooms, t.Name)
		}
	}
	slices.Sort(rooms)
	if !slices.Equal(rooms, want) {
		c.t.Errorf("alice is in %v, want %v", rooms, want)
	}
}
