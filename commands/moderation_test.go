package commands

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"parley/storage"
)

// What those hear who are kicked, banned or muted, and what the operator of the server finds in the log.

// operator is a member who moderates the server.
func (r *room) operator(name string) *visitor {
	r.t.Helper()
	v := r.member(name)
	if err := r.store.operate(storage.Ask{Kind: storage.SetOperator, To: name, Order: &storage.Order{May: true}}); err != nil {
		r.t.Fatal(err)
	}
	v.wants("noted", "+ all ") // the event comes with this commit at the latest
	v.wants("/stats", "+ stats ")
	v.took()
	return v
}

// TestOperatorEndsSessions: without a room, /kick and /ban are about the server.
func TestOperatorEndsSessions(t *testing.T) {
	r := newRoom(t)
	root, bob := r.operator("rita"), r.member("bob")
	bobToo := r.again("bob")
	root.wants("/kick bob come back later", "+ kick bob")
	for _, v := range []*visitor{bob, bobToo} {
		v.hears("! ended: An operator has ended your session. come back later\r\n")
	}
	bob = r.again("bob")
	root.wants("/ban bob for=1h spam", "+ ban bob until=")
	bob.hears("! banned: You are banned from this server until ")
	bob.wants("/login bob correct horse", "- login banned until=")
	root.wants("/unban bob", "+ unban bob")
	bob.wants("/login bob correct horse", "+ login bob ")
}

// TestBanDuringALogin: the address is banned when a login from there has begun, or the account is.
func TestBanDuringALogin(t *testing.T) {
	for _, whom := range []string{"192.0.2.7", "192.0.2.0/24", "::ffff:192.0.2.7", "bob"} {
		r := newRoom(t)
		root := r.operator("rita")
		r.member("bob").leave()
		begun, goOn := make(chan struct{}), make(chan struct{})
		r.once(func() { close(begun); <-goOn })
		bob := r.from("192.0.2.7")
		bob.sends("/login bob correct horse")
		<-begun
		root.wants("/ban "+whom+" spam", "+ ban ")
		close(goOn)
		r.answered()
		if whom == "bob" {
			bob.hears("- login banned: You are banned: spam\r\n")
		} else {
			bob.hears("+ login bob ", "! banned: You are banned from this server: spam\r\n")
		}
		if bob.session.LoggedIn() {
			t.Errorf("the session goes on after a ban of %s", whom)
		}
	}
}

// TestSanctionsInARoom: what somebody hears who may not speak, or not come in, and what the others hear of it.
func TestSanctionsInARoom(t *testing.T) {
	r := newRoom(t)
	tea := r.inTea("alice", "bob", "carol")
	alice, bob, carol := tea[0], tea[1], tea[2]

	_, until, _ := strings.Cut(alice.asks("/mute #tea bob for=2h you shout"), "+ mute #tea bob until=")
	bob.hears("* mute #tea bob by=alice until=" + until + ": you shout\r\n")
	bob.wants("/msg #tea HELLO", "- msg muted #tea until="+until+": You are muted until "+until+": you shout")
	bob.wants("/all hello", "+ all ")
	alice.wants("/unmute #tea bob", "+ unmute #tea bob")
	alice.wants("/unmute #tea bob", "- unmute not-muted bob: bob is not muted there.")
	bob.wants("/msg #tea hello", "+ msg #tea ")
	alice.wants("/mute #tea bob", "+ mute #tea bob")
	bob.wants("/msg #tea hello", "- msg muted #tea: You are muted.")
	carol.wants("/unmute #tea bob", "- unmute forbidden: Only an owner or an op of the room may do that")

	carol.took()
	alice.wants("/ban #tea bob go away.", "+ ban #tea bob")
	carol.hears("* ban #tea bob by=alice: go away.\r\n")
	bob.wants("/join #tea", "- join banned #tea: You are banned: go away.")
	alice.wants("/invite #tea bob", "- invite banned #tea: bob is banned from there; /unban first.")
	alice.wants("/unban #tea bob", "+ unban #tea bob")
	alice.wants("/unban #tea bob", "- unban not-banned bob: bob is not banned there.")
	bob.wants("/join #tea", "+ join #tea ")
	alice.wants("/kick #tea alice", "- kick forbidden: ")
	alice.wants("/kick #tea dave", "- kick no-such-user dave: ")
	r.member("dave")
	alice.wants("/kick #tea dave", "- kick not-in-room #tea name=dave: dave is not in #tea.")
	carol.wants("/kick #beer bob", "- kick no-such-room #beer: There is no room #beer. /rooms all lists the public ones.")
	carol.wants("/kick bob", "- kick forbidden: Only operators of this server may do that.")
	alice.wants("/ban 192.0.2.7", "- ban forbidden: Only operators of this server may do that.")
}

// TestBanOfSomebodyElsewhere: who is banned from a room without being in it is told, and loses nothing.
func TestBanOfSomebodyElsewhere(t *testing.T) {
	r := newRoom(t)
	alice, bob := r.inTea("alice")[0], r.member("bob")
	bobToo := r.again("bob")
	alice.wants("/ban #tea bob", "+ ban #tea bob")
	bob.hears("* ban #tea bob by=alice\r\n")
	bobToo.hears("* ban #tea bob by=alice\r\n")
	alice.wants("/all hello", "+ all ")
	bob.hears("* all alice: hello\r\n")
}

// TestModerationIsLogged: the log says who has done what to whom, and nothing that anybody wrote.
func TestModerationIsLogged(t *testing.T) {
	r := newRoom(t)
	root := r.operator("rita")
	tea := r.inTea("alice", "bob")
	alice := tea[0]
	for _, line := range []string{
		"/topic #tea unlogged", "/role #tea bob op", "/role #tea bob none", "/mute #tea bob unlogged", "/unmute #tea bob",
		"/kick #tea bob unlogged", "/ban #tea bob for=1h unlogged", "/unban #tea bob", "/away unlogged", "/msg bob unlogged",
	} {
		alice.wants(line, "+ ")
	}
	for _, line := range []string{"/announce unlogged", "/lockdown on", "/lockdown off", "/ban 192.0.2.0/24 unlogged", "/unban 192.0.2.0/24", "/kick bob unlogged"} {
		root.wants(line, "+ ")
	}
	if err := r.store.operate(storage.Ask{Kind: storage.RemoveRoom, Order: &storage.Order{Room: "#tea"}}); err != nil {
		t.Fatal(err)
	}
	root.wants("noted", "+ all ")
	log := r.log.take()
	if strings.Contains(log, "unlogged") {
		t.Errorf("the log has what somebody wrote: %s", log)
	}
	var lines []string
	for line := range strings.Lines(log) {
		if _, fields, ok := strings.Cut(line, `"msg":"moderation",`); ok {
			lines = append(lines, untilWhen.ReplaceAllString(strings.TrimSpace(fields), `"until":T}`))
		}
	}
	want := []string{
		`"what":"operator","by":"the command line","whom":"rita","on":true}`,
		`"what":"mute","by":"alice","whom":"bob","room":"#tea"}`,
		`"what":"unmute","by":"alice","whom":"bob","room":"#tea"}`,
		`"what":"kick","by":"alice","whom":"bob","room":"#tea"}`,
		`"what":"ban","by":"alice","whom":"bob","room":"#tea","until":T}`,
		`"what":"unban","by":"alice","whom":"bob","room":"#tea"}`,
		`"what":"announce","by":"rita"}`,
		`"what":"lockdown","by":"rita","on":true}`,
		`"what":"lockdown","by":"rita","on":false}`,
		`"what":"ban","by":"rita","whom":"192.0.2.0/24"}`,
		`"what":"unban","by":"rita","whom":"192.0.2.0/24"}`,
		`"what":"kick","by":"rita","whom":"bob"}`,
		`"what":"removed","by":"the command line","room":"#tea"}`,
	}
	if !slices.Equal(lines, want) {
		t.Errorf("the log has\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
}

var untilWhen = regexp.MustCompile(`"until":[0-9.e+]+}$`)
