package main

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"parley/storage/storagetest"
)

// Two servers on one Redis are one chat.

// startTwo starts two nodes on a Redis.
func startTwo(t *testing.T, flags ...string) (store string, one, two *killable) {
	t.Helper()
	store = "unix://" + storagetest.StartRedis(t).Socket()
	return store, startKillable(t, store, append(flags, "--node", "n1")...), startKillable(t, store, append(flags, "--node", "n2")...)
}

// answers says a line and compares the last line of the answer.
func (p *plain) answers(line, pattern string) {
	p.t.Helper()
	p.says("%s", line)
	p.hears(pattern)
}

// TestMessagesAcrossNodes: what is said on one node is heard on the other at once, in the one order.
func TestMessagesAcrossNodes(t *testing.T) {
	_, one, two := startTwo(t, "--message-rate", "unlimited")
	alice, bob := dialAs(t, one.address, "alice"), dialAs(t, two.address, "bob")
	alice.answers("/msg bob hi", `\+ msg bob \d+ sent=1`)
	bob.hears(`\* msg alice \d+: hi`)
	bobToo := one.entersAs("bob")
	alice.answers("/msg bob both", `\+ msg bob \d+ sent=2`)
	bob.hears(`\* msg alice \d+: both`)
	bobToo.hears(`\* msg alice \d+: both`)
	bob.answers("/msg alice well", `\+ msg alice \d+ sent=1`)
	bobToo.hears(`\* msg bob \d+ to=alice: well`)
	alice.hears(`\* msg bob \d+: well`)
	alice.answers("/join #tea", `\+ join #tea members=1 here=1`)
	bob.answers("/join #tea", `\+ join #tea members=2 here=2`)
	alice.hears(`\* join #tea bob`)
	bobToo.hears(`\* join #tea bob`)

	// Both talk at the same time, in the lobby and in a room. Two who only listen, one on each node, hear the same.
	carol, dave := dialAs(t, one.address, "carol"), dialAs(t, two.address, "dave")
	for _, p := range []*plain{carol, dave} {
		p.answers("/join #tea", `\+ join #tea .*`)
	}
	carol.hears(`\* join #tea dave`)
	const lines = 300
	said := make(chan struct{}, 2)
	for _, p := range []*plain{alice, bob} {
		go func() {
			for i := range lines {
				p.says("/all %d\n/msg #tea %d", i, i)
			}
			said <- struct{}{}
		}()
	}
	heard := func(p *plain) []string {
		var all []string
		for len(all) < 4*lines {
			if line := p.line(); strings.HasPrefix(line, "* all ") || strings.HasPrefix(line, "* say ") {
				all = append(all, line)
			}
		}
		return all
	}
	first, second := heard(carol), heard(dave)
	<-said
	<-said
	for i := range first {
		if first[i] != second[i] {
			t.Fatalf("line %d is %q on one node, and %q on the other", i, first[i], second[i])
		}
	}
}

// TestWhoIsHereAcrossNodes: people are seen, watched and counted wherever they are.
func TestWhoIsHereAcrossNodes(t *testing.T) {
	_, one, two := startTwo(t)
	alice := dialAs(t, one.address, "alice")
	register(t, two.address, "bob")
	alice.answers("/watch bob", `\+ watch 1`)
	bob := two.entersAs("bob")
	alice.hears(`\* here bob`)
	bobToo := one.entersAs("bob")
	alice.says("/who")
	alice.hears(`= user alice idle=\d+ sessions=1`)
	alice.hears(`= user bob idle=\d+ sessions=2`)
	alice.hears(`\+ who 2`)
	alice.answers("/rooms", `= room #lobby members=2 here=2`)
	bob.answers("/away lunch", `\+ away: lunch`)
	alice.answers("/msg bob hi", `\+ msg bob \d+ sent=2 away: lunch`)
	alice.answers("/who #lobby", `= user bob idle=\d+ sessions=2 away: lunch`)
	bobToo.conn.Close()
	alice.asksUntil("/msg bob hi", "sent=1 away: lunch")
	bob.says("/quit")
	alice.hears(`\* gone bob`)
	alice.answers("/who", `\+ who 1`)
	alice.answers("/msg bob hi", `\+ msg bob \d+ stored`)
	bob = one.entersAs("bob")
	alice.hears(`\* here bob`)
	bob.answers("/msg bob note", `\+ msg bob \d+ sent=1`) // and he is not away any more
}

// TestModerationAcrossNodes: who is kicked, banned, revoked or has a new password is out on every node.
func TestModerationAcrossNodes(t *testing.T) {
	store, one, two := startTwo(t)
	alice := dialAs(t, one.address, "alice")
	register(t, two.address, "bob")
	alice.answers("/join #tea", `\+ join #tea .*`)
	bob := two.entersAs("bob")
	bob.answers("/join #tea", `\+ join #tea .*`)
	alice.answers("/kick #tea bob", `\+ kick #tea bob`)
	bob.hears(`\* kick #tea bob by=alice`)
	bob.answers("/msg #tea still here", `- msg not-in-room #tea: .*`)
	alice.answers("/ban #tea bob", `\+ ban #tea bob`)
	bob.hears(`\* ban #tea bob by=alice`)
	bob.answers("/join #tea", `- join banned #tea: .*`)

	operates(t, store, "", "user", "role", "alice", "operator")
	alice.asksUntil("/banned", "+ banned 0")
	alice.answers("/kick bob", `\+ kick bob`)
	bob.hears(`! ended: .*`)
	bob = two.entersAs("bob")
	alice.answers("/ban bob", `\+ ban bob`)
	bob.hears(`! banned: .*`)
	late := dial(t, two.address)
	late.answers("/login bob "+aPassword, `- login banned: .*`)
	alice.answers("/unban bob", `\+ unban bob`)
	late.answers("/login bob "+aPassword, `\+ login bob .*`)
	alice.answers("/lockdown on", `\+ lockdown on`)
	alice.answers("/all nobody comes in", `\+ all \d+`)
	late.hears(`\* all alice: nobody comes in`) // behind the lockdown
	dial(t, two.address).answers("/register eve "+aPassword, `- register forbidden: .*`)
	alice.answers("/stats", `\+ stats 12`)
	heard := alice.heard.String()
	for _, want := range []string{`= stat accounts=2: `, `= stat sessions=2: `, `= stat nodes=2: `, `= node \S+ address=n1 `, `= node \S+ address=n2 .* sessions=1 `} {
		if !regexp.MustCompile(want).MatchString(heard) {
			t.Errorf("no %s among\n%s", want, heard)
		}
	}
}

// TestOneselfAcrossNodes: sessions, tokens and the password are the account's, whichever node it is on.
func TestOneselfAcrossNodes(t *testing.T) {
	_, one, two := startTwo(t)
	bob := dialAs(t, one.address, "bob")
	bob.answers("/token", `\+ token .*`)
	_, secret, _ := strings.Cut(bob.heard.String(), " parley_")
	id := regexp.MustCompile(`\+ token (\S+) `).FindStringSubmatch(bob.heard.String())[1]
	bot, other := dial(t, two.address), two.entersAs("bob")
	bot.answers("/login bob parley_"+strings.Fields(secret)[0], `\+ login bob .*`)
	bob.says("/sessions")
	bob.hears(`= session \d+ from=127\.0\.0\.1 since=\S+ client=text token=` + id)
	bob.hears(`\+ sessions 3`)
	ids := regexp.MustCompile(`= session (\d+) .*text\r\n`).FindStringSubmatch(bob.heard.String())
	bob.answers("/end "+ids[1], `\+ end `+ids[1])
	other.hears(`! ended: You have ended this session\.`)
	bob.answers("/revoke "+id, `\+ revoke `+id)
	bot.hears(`! ended: The token of this session was revoked\.`)
	other = two.entersAs("bob")
	bob.says("/passwd\n%s\nbattery staple", aPassword)
	bob.hears(`\+ passwd`)
	other.hears(`! replaced: .*`)
	late := dial(t, two.address)
	late.answers("/login bob "+aPassword, `- login bad-credentials: .*`)
}

// TestKilledNode: what a dead node had is gone within five seconds, and its people come back elsewhere.
func TestKilledNode(t *testing.T) {
	_, one, two := startTwo(t)
	alice, bob := dialAs(t, one.address, "alice"), dialAs(t, two.address, "bob")
	alice.answers("/watch bob", `\+ watch 1`)
	bob.answers("/away soon back", `\+ away: .*`)
	two.kill()
	killed := time.Now()
	alice.hears(`\* gone bob`)
	t.Logf("the others knew after %v", time.Since(killed).Round(time.Millisecond))
	alice.answers("/who", `\+ who 1`)
	alice.answers("/msg bob are you there?", `\+ msg bob \d+ stored`)
	alice.answers("/rooms", `= room #lobby members=2 here=1`)
	bob = dial(t, one.address)
	bob.answers("/login bob "+aPassword, `\+ login bob waiting=1 .*`)
	alice.hears(`\* here bob`)
	alice.answers("/msg bob welcome", `\+ msg bob \d+ sent=1`)
	two.start()
	bob = two.entersAs("bob")
	alice.answers("/msg bob and here", `\+ msg bob \d+ sent=2`)
	bob.hears(`\* msg alice \d+: and here`)
}

// TestIRCAcrossNodes: an IRC client sees who comes and goes in its rooms, on whichever node.
func TestIRCAcrossNodes(t *testing.T) {
	_, one, two := startTwo(t, "--guests", "10")
	bob := dialAs(t, two.address, "bob")
	bob.answers("/join #tea", `\+ join #tea .*`)
	register(t, one.address, "ann")
	ann := dial(t, one.address)
	ann.sends("CAP REQ :away-notify account-notify\r\nPASS :ann:" + aPassword + "\r\nNICK ann\r\nUSER a 0 * a\r\nCAP END\r\nJOIN #tea\r\n")
	ann.hears(`:irc\.parley 353 ann = #tea :ann ~bob`)
	ann.sends("MONITOR + bob,gus\r\n")
	ann.hears(`:irc\.parley 730 ann :bob!bob@parley`)
	ann.hears(`:irc\.parley 731 ann :gus`)
	bob.answers("/away lunch", `\+ away: lunch`)
	ann.hears(`:bob!bob@parley AWAY :lunch`)
	bob.says("/quit and back")
	ann.hears(`:bob!bob@parley QUIT :Quit: and back`)
	ann.hears(`:irc\.parley 731 ann :bob`)
	bob = two.entersAs("bob")
	ann.hears(`:bob!bob@parley JOIN #tea`)
	ann.hears(`:irc\.parley MODE #tea \+q bob`)
	ann.hears(`:irc\.parley 730 ann :bob!bob@parley`)

	gus := dial(t, two.address)
	gus.answers("/guest gus", `\+ guest gus: .*`)
	ann.hears(`:gus!gus@parley JOIN #lobby`)
	gus.answers("/join #tea", `\+ join #tea .*`)
	ann.hears(`:gus!gus@parley JOIN #tea`)
	alice := dialAs(t, one.address, "alice")
	alice.says("/who")
	alice.hears(`= user gus idle=\d+ sessions=1 guest`)
	gus.answers("/register gus "+aPassword, `\+ register gus`)
	ann.hears(`:gus!gus@parley ACCOUNT gus`)
	gus.conn.Close()
	ann.hears(`:gus!gus@parley QUIT :Connection closed`)

	hal := dial(t, two.address)
	hal.answers("/guest hal", `\+ guest hal: .*`)
	hal.answers("/join #tea", `\+ join #tea .*`)
	bob.hears(`\* join #tea hal`)
	hal.conn.Close()
	ann.hears(`:hal!hal@parley QUIT :Connection closed`)
	bob.hears(`\* leave #tea hal`)
	ann.sends("PING 1\r\n")
	if line := ann.line(); !strings.Contains(line, "PONG") {
		t.Errorf("got %q", line)
	}
}
