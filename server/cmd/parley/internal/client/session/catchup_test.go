package session

import (
	"testing"
	"time"
)

func TestReturns(t *testing.T) {
	c := begins(t)
	c.hears(saysIn("#tea", "bob", 801, "is it green?"))
	c.enters("#lobby", "hello")
	c.sends(`{"do":"msg","to":"#lobby","text":"hello","once":"k1","tag":"t11"}`)
	c.s.Lost("cut", c.now)
	c.is(Offline)
	if got := c.s.Reason(); got != "cut" {
		t.Errorf("the reason is %q", got)
	}
	c.has("#lobby", "0 alice: hello (unsure)")
	c.passes(5 * time.Minute)
	c.connects()
	// Whether the message was kept is asked before what was missed, so that no row of it is taken for another one.
	c.answers(`"do":"login"`, "+ login alice waiting=1 last=799", "* msg carol 805 at=2026-11-19T12:00:00Z thread=carol: are you there?")
	c.sends(`{"do":"msg","to":"#lobby","text":"hello","once":"k1","tag":"t3"}`, "#t4 /rooms")
	c.is(Returning)
	c.hears("#t3 + msg #lobby 802", "#t4 = room #lobby members=3 here=2", "#t4 = room #tea members=3 here=2", "#t4 + rooms 2")
	c.sends(`{"do":"since","number":801,"count":200,"tag":"t5"}`)
	c.hears(saysIn("#tea", "bob", 807, "while it catches up"))
	c.hears("#t5 "+rowIn("#lobby", "alice", 802, "hello"), "#t5 "+rowIn("#tea", "bob", 803, "no, black"), "#t5 + since 2 upto=803 more=803")
	c.sends(`{"do":"since","number":803,"count":200,"tag":"t6"}`)
	c.hears("#t6 "+rowIn("#lobby", "bob", 804, "hi alice"), "#t6 = msg carol 805 at=2026-11-19T12:00:00Z thread=carol: are you there?",
		"#t6 = msg alice 806 at=2026-11-19T12:00:00Z to=carol thread=carol: by another device", "#t6 "+rowIn("#tea", "bob", 807, "while it catches up"))
	c.is(Returning)
	c.hears("#t6 + since 3 upto=808")
	c.is(Online)
	c.has("#lobby", "802 alice: hello", "gap 5m0s", "804 bob!: hi alice")
	c.has("#tea", "801 bob: is it green?", "gap 5m0s", "803 bob: no, black", "807 bob: while it catches up")
	c.has("carol", "805 carol!: are you there?", "806 alice: by another device")
	if tea, carol := c.s.Thread("#tea"), c.s.Thread("carol"); tea.Unread != 3 || carol.Unread != 1 || !carol.Mentioned || tea.Mentioned {
		t.Errorf("unread are %d and %d", tea.Unread, carol.Unread)
	}
	c.s.Show(c.s.Thread("#tea"))
	if at := c.s.Thread("#tea").NewFrom; at != 0 {
		t.Errorf("new is from %d on", at)
	}
}

// Only what was surely heard is not asked for again.
func TestSinceWhat(t *testing.T) {
	steps := []struct {
		what  string
		do    func(c *talk)
		since string
	}{
		{"nothing was heard", func(*talk) {}, "800"},
		{"a message was heard", func(c *talk) { c.hears(saysIn("#tea", "bob", 812, "x")) }, "812"},
		{"an event was heard", func(c *talk) { c.hears("* join #tea bob number=813 at=2026-11-19T12:00:00Z") }, "813"},
		{"an own message was answered", func(c *talk) { c.enters("#tea", "x"); c.answers(`"do":"msg"`, "+ msg #tea 814") }, "814"},
		{"a row of history was read", func(c *talk) {
			c.s.Show(c.s.Thread("#tea"))
			c.answers(`"do":"history","name":"#tea"`, rowIn("#tea", "bob", 815, "x"), "+ history 1")
		}, "800"},
		{"a list of threads was read", func(c *talk) {
			c.enters("#tea", "/threads")
			c.answers("/threads", "= thread #tea 816 at=2026-11-19T12:00:00Z", "+ threads 1")
		}, "800"},
		{"the connection was lost while it caught up", func(c *talk) {
			c.loses(time.Minute)
			c.answers(`"do":"login"`, "+ login alice waiting=0 last=817")
			c.rooms("#lobby", "#tea")
			c.hears(saysIn("#tea", "bob", 818, "x"))
			c.answers(`"do":"since","number":800`, rowIn("#tea", "bob", 805, "y"), "+ since 1 upto=805 more=805")
			c.hears(saysIn("#tea", "bob", 819, "x"))
			c.answers(`"do":"since","number":805`, rowIn("#tea", "bob", 806, "y")) // and no more of it
		}, "805"},
		{"the server could not say", func(c *talk) {
			c.loses(time.Minute)
			c.answers(`"do":"login"`, "+ login alice waiting=0 last=817")
			c.rooms("#lobby", "#tea")
			c.answers(`"do":"since"`, "- since unavailable retry=3: Later.")
			c.is(Returning)
			c.passes(2 * time.Second)
			c.sends()
			c.passes(time.Second)
			c.answers(`"do":"since","number":800`, "+ since 0 upto=820")
			c.is(Online)
		}, "820"},
	}
	for _, step := range steps {
		t.Run(step.what, func(t *testing.T) {
			c := begins(t)
			step.do(c)
			c.loses(time.Minute)
			c.answers(`"do":"login"`, "+ login alice waiting=0 last=900")
			c.rooms("#lobby", "#tea")
			c.answers(`{"do":"since","number":`+step.since+`,"count":200`, "+ since 0 upto=900")
			c.is(Online)
		})
	}
}

func TestRoomsChangeMeanwhile(t *testing.T) {
	c := begins(t)
	c.s.Show(c.s.Thread("#tea"))
	c.answers(`"do":"history","name":"#tea"`, rowIn("#tea", "bob", 700, "long ago"), "+ history 1")
	c.hears(saysIn("#lobby", "bob", 801, "x"))
	c.loses(time.Minute)
	c.answers(`"do":"login"`, "+ login alice waiting=0 last=900")
	c.rooms("#lobby", "#den")
	c.answers(`"do":"since"`, rowIn("#den", "bob", 850, "welcome"), "+ since 1 upto=900")
	if tea, den := c.s.Thread("#tea"), c.s.Thread("#den"); tea.Member || !den.Member || den.Unread != 1 {
		t.Errorf("%+v %+v", tea, den)
	}
	c.has("#tea", "700 bob: long ago", "gap 1m0s", "notice You are not in #tea any more.")

	// In again, as another session has it: what was said meanwhile is missing between, so all is read anew.
	c.quiet()
	c.hears("* join #tea alice number=910 at=2026-11-19T12:00:00Z")
	c.has("#tea", "910 * join #tea alice number=910 at=2026-11-19T12:00:00Z")
	c.answers(`"do":"history","name":"#tea"`, rowIn("#tea", "bob", 700, "long ago"), rowIn("#tea", "bob", 905, "between"), "+ history 2")
	c.has("#tea", "700 bob: long ago", "905 bob: between", "910 * join #tea alice number=910 at=2026-11-19T12:00:00Z")

	c.hears("* kick #tea alice by=bob number=911 at=2026-11-19T12:00:00Z: Enough")
	if c.s.Thread("#tea").Member {
		t.Error("alice is in #tea after the kick")
	}
	c.enters("#tea", "/join #tea")
	c.answers("/join #tea", "+ join #tea members=2 here=2: Green")
	c.has("#tea", "0 + join #tea members=2 here=2")
	c.hears("* leave #tea alice number=913 at=2026-11-19T12:00:00Z") // by another session
	for _, th := range c.s.Threads() {
		if th.Name == "#tea" {
			t.Error("a room that was left is still there")
		}
	}
	if th := c.s.Goto(); th == nil || th.Name != "#lobby" {
		t.Errorf("from the room that was left it goes to %+v", th)
	}
}

func TestGapsJoin(t *testing.T) {
	c := begins(t)
	c.hears(saysIn("#tea", "bob", 801, "x"))
	for range 3 {
		c.loses(time.Minute)
		c.answers(`"do":"login"`, "+ login alice waiting=0 last=801")
		c.rooms("#lobby", "#tea")
		c.answers(`"do":"since"`, "+ since 0 upto=801")
	}
	c.has("#tea", "801 bob: x", "gap 3m0s")
	c.has("#lobby")
}

// A server that does not come on is not asked without end.
func TestSinceComesToAnEnd(t *testing.T) {
	c := begins(t)
	c.loses(time.Minute)
	c.answers(`"do":"login"`, "+ login alice waiting=0 last=800")
	c.rooms("#lobby", "#tea")
	c.answers(`"do":"since","number":800`, "+ since 0 upto=800 more=800")
	c.is(Online)
}
