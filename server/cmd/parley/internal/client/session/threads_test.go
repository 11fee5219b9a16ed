package session

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

func TestUnread(t *testing.T) {
	c := begins(t)
	c.hears(saysIn("#lobby", "bob", 801, "Alice, look"))
	lobby, tea := c.s.Thread("#lobby"), c.s.Thread("#tea")
	if !c.s.Rang() || c.s.Rang() || lobby.Unread != 0 || lobby.Mentioned {
		t.Errorf("what is shown is unread: %+v", lobby)
	}
	c.hears(saysIn("#tea", "bob", 802, "tea?"), saysIn("#tea", "alice", 803, "by another device"), saysIn("#tea", "carol", 804, "malice"))
	if tea.Unread != 2 || tea.Mentioned || c.s.Rang() {
		t.Errorf("%+v", tea)
	}
	c.hears(saysIn("#tea", "carol", 805, "where is @ALICE?"), saysIn("#tea", "carol", 805, "where is @ALICE?"))
	if tea.Unread != 3 || !tea.Mentioned || !c.s.Rang() {
		t.Errorf("%+v", tea)
	}
	c.s.Show(tea)
	if tea.Unread != 0 || tea.Mentioned || tea.NewFrom != 0 {
		t.Errorf("%+v", tea)
	}
	c.answers(`"do":"history","name":"#tea"`, rowIn("#tea", "bob", 700, "old"), rowIn("#tea", "bob", 802, "tea?"), "+ history 2")
	c.has("#tea", "700 bob: old", "802 bob: tea?", "803 alice: by another device", "804 carol: malice", "805 carol!: where is @ALICE?")
	if tea.NewFrom != 1 {
		t.Errorf("new is from %d on", tea.NewFrom)
	}
	c.hears(saysIn("#tea", "bob", 806, "more"))
	c.s.Show(lobby)
	c.s.Show(tea)
	if tea.NewFrom != -1 {
		t.Errorf("new is from %d on, though all was seen", tea.NewFrom)
	}
}

// What the server has counted is found among the lines when they are there.
func TestUnreadBeforeTheLogin(t *testing.T) {
	for _, shownFirst := range []bool{false, true} {
		c := newTalk(t, Options{Name: "alice", Secret: "correct horse"})
		c.connects()
		c.answers(`"do":"login"`, "+ login alice waiting=0 last=700")
		if shownFirst {
			c.s.Show(c.s.Thread("#tea"))
		}
		c.answers("/rooms", "= room #tea members=3 here=2 unread=3", "+ rooms 1")
		c.answers("/threads 50", "= thread #tea 704 at=2026-11-19T12:00:00Z", "+ threads 1")
		tea := c.s.Thread("#tea")
		if !shownFirst {
			if tea.Unread != 3 {
				t.Errorf("%d are unread", tea.Unread)
			}
			// They come once more by /since, and are not counted twice.
			c.loses(time.Second)
			c.answers(`"do":"login"`, "+ login alice waiting=0 last=700")
			c.rooms("#lobby", "#tea")
			c.answers(`"do":"since","number":700`, rowIn("#tea", "bob", 704, "before"), rowIn("#tea", "bob", 705, "behind"), "+ since 2 upto=705")
			if tea.Unread != 4 {
				t.Errorf("%d are unread", tea.Unread)
			}
			c.s.Show(tea)
		}
		c.hears(saysIn("#tea", "carol", 706, "x"))
		c.answers(`"do":"history","name":"#tea"`, rowIn("#tea", "bob", 700, "seen"), rowIn("#tea", "bob", 701, "1"), rowIn("#tea", "alice", 702, "own"),
			rowIn("#tea", "bob", 703, "2"), rowIn("#tea", "bob", 704, "3"), rowIn("#tea", "bob", 705, "4"), "+ history 6 more=700")
		want := 1 + map[bool]int{true: 2}[shownFirst]
		if tea.NewFrom != want {
			t.Errorf("new is from %d on, want %d (%v)", tea.NewFrom, want, shownFirst)
		}
	}
}

func TestHistory(t *testing.T) {
	c := begins(t)
	tea := c.s.Thread("#tea")
	c.hears(saysIn("#tea", "bob", 805, "five"))
	c.s.Show(tea)
	c.answers(`{"do":"history","name":"#tea","count":100,"tag"`, rowIn("#tea", "bob", 804, "four"), rowIn("#tea", "bob", 805, "five"), "+ history 2 more=804")
	if tea.Beginning || tea.Loading {
		t.Errorf("%+v", tea)
	}
	c.s.Older(tea)
	c.s.Older(tea)
	if !tea.Loading {
		t.Error("it does not load")
	}
	c.hears(saysIn("#tea", "bob", 806, "six"))
	// A page that does not come whole is none.
	c.answers(`"before":804`, rowIn("#tea", "bob", 801, "one"))
	c.loses(time.Second)
	c.answers(`"do":"login"`, "+ login alice waiting=0 last=806")
	c.rooms("#lobby", "#tea")
	c.answers(`"do":"since"`, "+ since 0 upto=806")
	c.has("#tea", "804 bob: four", "805 bob: five", "806 bob: six", "gap 1s")
	c.s.Older(tea)
	c.answers(`"before":804`, "- history unavailable retry=5: Later.")
	c.quiet()
	c.s.Older(tea)
	c.sends()
	c.passes(5 * time.Second)
	c.s.Older(tea)
	c.answers(`"before":804`, rowIn("#tea", "bob", 803, "three"), "+ history 1")
	c.has("#tea", "803 bob: three", "804 bob: four", "805 bob: five", "806 bob: six", "gap 1s")
	if !tea.Beginning {
		t.Error("it has no beginning")
	}
	c.s.Older(tea)
	c.sends()

	c.s.Show(c.s.Thread("nobody"))
	c.answers(`"do":"history","name":"nobody"`, "- history no-such-user nobody: There is no account called nobody.")
	c.has("nobody", "0 - history no-such-user nobody")
}

// What was heard of a thread that was never shown need not be all that was said last.
func TestOlderBeforeTheFirstPage(t *testing.T) {
	c := begins(t)
	c.hears(saysIn("#tea", "bob", 805, "five"))
	tea := c.s.Thread("#tea")
	c.s.Older(tea)
	c.answers(`{"do":"history","name":"#tea","count":100,"tag"`, rowIn("#tea", "bob", 804, "four"), rowIn("#tea", "bob", 805, "five"), "+ history 2 more=804")
	c.s.Older(tea)
	c.answers(`"before":804`, "+ history 0")
	c.has("#tea", "804 bob: four", "805 bob: five")
}

// A room has many lines only while it is shown, and gets the others back.
func TestManyLines(t *testing.T) {
	c := begins(t)
	tea := c.s.Thread("#tea")
	c.enters("#tea", "on its way")
	for n := range 2*mostLines + 1 {
		c.hears(saysIn("#tea", "bob", 1000+n, "x"))
		if len(tea.Lines) > mostLines+1 {
			t.Fatalf("there are %d lines", len(tea.Lines))
		}
	}
	if len(c.s.Unsent()) != 1 || tea.Unread != 2*mostLines+1 {
		t.Errorf("%d are unsent, %d unread", len(c.s.Unsent()), tea.Unread)
	}
	c.s.Show(tea)
	c.answers(`"do":"history","name":"#tea"`, rowIn("#tea", "bob", 1000+2*mostLines, "x"), "+ history 1 more=9000")
	for range 3 {
		oldest := tea.oldest()
		c.s.Older(tea)
		var rows []string
		for n := oldest - 200; n < oldest; n++ {
			rows = append(rows, rowIn("#tea", "bob", int(n), "x"))
		}
		c.answers(fmt.Sprintf(`"before":%d`, oldest), append(rows, "+ history 200 more=1")...)
	}
	for i, last := 0, int64(0); i < len(tea.Lines); i++ {
		if n := tea.Lines[i].Number; n != 0 && last != 0 && n != last+1 {
			t.Fatalf("%d stands behind %d", n, last)
		} else if n != 0 {
			last = n
		}
	}
	for n := range timesShown*mostLines + 1 {
		c.hears(saysIn("#tea", "bob", 20_000+n, "x"))
	}
	if len(tea.Lines) > timesShown*mostLines {
		t.Errorf("there are %d lines", len(tea.Lines))
	}
	c.s.Show(nil)
	if len(tea.Lines) > keptLines+1 {
		t.Errorf("there are %d lines", len(tea.Lines))
	}
}

// What was asked for before lines were taken away does not fit any more.
func TestPageIsLate(t *testing.T) {
	c := begins(t)
	tea := c.s.Thread("#tea")
	c.s.Show(tea)
	c.hears("* kick #tea alice by=bob number=801 at=2026-11-19T12:00:00Z", "* join #tea alice number=803 at=2026-11-19T12:00:00Z",
		saysIn("#tea", "bob", 804, "hello again"))
	c.answers(`"do":"history","name":"#tea"`, rowIn("#tea", "bob", 700, "old"), "+ history 1")
	c.answers(`"do":"history","name":"#tea"`, rowIn("#tea", "bob", 700, "old"), rowIn("#tea", "bob", 802, "meanwhile"), "+ history 2")
	c.has("#tea", "700 bob: old", "802 bob: meanwhile", "803 * join #tea alice number=803 at=2026-11-19T12:00:00Z", "804 bob: hello again")
}

func TestEvents(t *testing.T) {
	c := begins(t)
	tea, bob := c.s.Thread("#tea"), c.s.Thread("bob")
	c.hears(
		"* topic #tea bob number=801 at=2026-11-19T12:00:00Z: Two cups",
		"* role #tea alice op by=bob was=none number=802 at=2026-11-19T12:00:00Z",
		"* invite #ops bob 803 at=2026-11-19T12:00:00Z",
		"* invite #ops bob 803 at=2026-11-19T12:00:00Z",
		"* announce bob number=804 at=2026-11-19T12:00:00Z: At noon",
		"* mute alice by=bob number=805 at=2026-11-19T12:00:00Z",
		"* ban #zoo alice by=bob number=806 at=2026-11-19T12:00:00Z",
		"* motd: Be kind.",
		"* news #tea number=807",
		"* join #tea dora number=808 at=2026-11-19T12:00:00Z",
		"* kick #tea dora by=bob number=809 at=2026-11-19T12:00:00Z",
	)
	c.has("#tea", "801 * topic #tea bob number=801 at=2026-11-19T12:00:00Z", "802 * role #tea alice op by=bob was=none number=802 at=2026-11-19T12:00:00Z",
		"808 * join #tea dora number=808 at=2026-11-19T12:00:00Z", "809 * kick #tea dora by=bob number=809 at=2026-11-19T12:00:00Z")
	c.has("bob", "803 * invite #ops bob 803 at=2026-11-19T12:00:00Z")
	c.has("#lobby", "804 * announce bob number=804 at=2026-11-19T12:00:00Z", "805 * mute alice by=bob number=805 at=2026-11-19T12:00:00Z",
		"806 * ban #zoo alice by=bob number=806 at=2026-11-19T12:00:00Z", "0 * motd", "807 * news #tea number=807")
	if tea.Topic != "Two cups" || tea.Role != "op" || !tea.Member || tea.Members != 3 || bob.Unread != 1 || !bob.Mentioned || !c.s.Rang() {
		t.Errorf("%+v %+v", tea, bob)
	}
	c.hears("* removed #tea number=810 at=2026-11-19T12:00:00Z")
	if tea.Member {
		t.Error("alice is in a room that was removed")
	}
}

func TestPresence(t *testing.T) {
	c := begins(t)
	c.shows("bob")
	c.answers("/watch bob", "+ watch 1")
	c.shows("#tea")
	c.answers("/watch #tea", "+ watch 1")
	c.answers("/who #tea", "= user alice idle=0 sessions=1 role=owner", "= user bob away role=op", "= user carol idle=3 sessions=1 away: Lunch",
		"= user dora idle=9 sessions=2", "+ who 4")
	tea, bob := c.s.Thread("#tea"), c.s.Thread("bob")
	members := func(want ...Person) {
		t.Helper()
		if got := c.s.People(tea); !slices.Equal(got, want) {
			t.Errorf("in #tea are %+v", got)
		}
		here := 0
		for _, one := range want {
			if one.Here {
				here++
			}
		}
		if tea.Members != len(want) || tea.HereCount != here {
			t.Errorf("#tea has %d members, %d here", tea.Members, tea.HereCount)
		}
	}
	members(Person{"alice", true, false, "owner"}, Person{"carol", true, true, ""}, Person{"dora", true, false, ""}, Person{"bob", false, false, "op"})
	c.hears("* here bob", "* gone dora")
	if !bob.Here {
		t.Error("bob is not here")
	}
	members(Person{"alice", true, false, "owner"}, Person{"bob", true, false, "op"}, Person{"carol", true, true, ""}, Person{"dora", false, false, ""})
	c.hears("* join #tea eve number=801 at=2026-11-19T12:00:00Z", "* leave #tea dora number=802 at=2026-11-19T12:00:00Z",
		"* role #tea eve voice by=alice was=none number=803 at=2026-11-19T12:00:00Z", "* role #tea bob none by=alice was=op number=804 at=2026-11-19T12:00:00Z")
	members(Person{"alice", true, false, "owner"}, Person{"bob", true, false, ""}, Person{"carol", true, true, ""}, Person{"eve", true, false, "voice"})
	c.s.Show(bob)
	c.s.Show(tea)
	for _, line := range c.takes() {
		t.Errorf("asked once more: %s", line)
	}
	c.loses(time.Second)
	if c.s.People(tea) != nil {
		t.Error("who is here is known without a connection")
	}
}

func TestKeys(t *testing.T) {
	for name, want := range map[string]string{"Alice": "alice", "#TEA": "#tea", "ＡＬＩＣＥ": "alice", "ОЛЬГА": "ольга", "#茶室": "#茶室", "a b": "a b", "": "", "#": "#"} {
		if got := key(name); got != want {
			t.Errorf("the key of %q is %q", name, got)
		}
	}
}

func TestMentions(t *testing.T) {
	for _, tt := range []struct {
		text, name string
		want       bool
	}{
		{"alice: hi", "alice", true}, {"hi ALICE", "alice", true}, {"(alice)", "Alice", true}, {"@alice's", "alice", true}, {"alice", "alice", true},
		{"malice", "alice", false}, {"alices", "alice", false}, {"alice2", "alice", false}, {"alice_b", "alice", false}, {"malice alice", "alice", true},
		{"小明你好", "小明", true}, {"问小明吧", "小明", true}, {"问alice吧", "alice", true}, {"Ольга!", "ольга", true}, {"Ольгана", "ольга", false},
		{"", "alice", false}, {"x", "", false}, {"aaa", "aa", false}, {"a-b", "b", true},
	} {
		if got := mentions(tt.text, tt.name); got != tt.want {
			t.Errorf("%q mentions %q: %v", tt.text, tt.name, got)
		}
	}
}

// History that could not be read just then is asked for again without a key being pressed.
func TestHistoryIsAskedForAgain(t *testing.T) {
	c := begins(t)
	c.s.Show(c.s.Thread("#tea"))
	c.answers(`"do":"history","name":"#tea"`, "- history unavailable retry=3: Later.")
	if wait := c.s.Wake().Sub(c.now); wait > 3*time.Second {
		t.Errorf("it wakes in %v", wait)
	}
	c.passes(3 * time.Second)
	c.answers(`"do":"history","name":"#tea"`, rowIn("#tea", "bob", 700, "long ago"), "+ history 1")
	c.has("#tea", "700 bob: long ago")
}
