package render

import (
	"testing"
	"time"

	"parley/protocol"
)

func TestRender(t *testing.T) {
	now := time.Date(2026, 11, 20, 9, 0, 0, 0, time.FixedZone("", 3600))
	for _, c := range []struct{ line, want string }{
		{"* hello parley/1.0 line=4096: Welcome.", "Welcome."},
		{"* all alice: hi: you", "alice: hi: you"},
		{"* msg alice 813: hi there", "alice → you: hi there"},
		{"* msg alice 813 to=bob: hi there", "alice → bob: hi there"},
		{"* msg alice 814 at=2026-11-19T21:04:11Z: call me", "2026-11-19 22:04 alice → you: call me"},
		{"* msg alice 814 at=2026-11-20T07:04:11Z: call me", "08:04 alice → you: call me"},
		{"* joined carol", "* joined carol"},
		{"* prompt password: Password:", ""},
		{"* say #tea alice: hi: you", "#tea alice: hi: you"},
		{"* join #tea alice", "alice joined #tea"},
		{"* join #tea me", "you joined #tea"},
		{"* leave #tea alice", "alice left #tea"},
		{"* topic #tea alice: green", "alice set the topic of #tea: green"},
		{"* topic #tea alice", "alice cleared the topic of #tea"},
		{"* room #tea alice private", "alice made #tea private"},
		{"* role #tea me op by=alice", "alice made you an op in #tea"},
		{"* role #tea bob none by=me", "you made bob an ordinary member in #tea"},
		{"* kick #tea bob by=alice: enough", "alice took bob out of #tea: enough"},
		{"* kick #tea bob", "an operator took bob out of #tea"},
		{"* ban #tea bob until=2026-11-20T10:04:11Z by=alice: enough", "alice banned bob in #tea until 11:04: enough"},
		{"* unban #tea bob by=alice", "alice took the ban of bob back in #tea"},
		{"* mute me by=alice: too loud", "alice muted you: too loud"},
		{"* unmute me", "an operator let you speak again"},
		{"* invite #tea alice 815", "alice invites you to #tea; /join #tea accepts"},
		{"* removed #tea", "#tea was removed by an operator"},
		{"* here alice", "alice is here"},
		{"* gone alice", "alice is gone"},
		{"* announce alice: a restart at ten", "alice announces: a restart at ten"},
		{"* motd: Mind the cat.", "Mind the cat."},
		{"* here", "* here"},
		{"= user alice idle=0 sessions=1", "  alice: online"},
		{"= user bob idle=125 sessions=2 role=op", "  bob (op): online, silent for 2 min"},
		{"= user bob idle=7300 sessions=2 guest", "  bob (guest): online, silent for 2 h"},
		{"= user bob idle=125 sessions=2 away: Out for lunch", "  bob: away: Out for lunch"},
		{"= user bob idle=125 sessions=2 away", "  bob: away"},
		{"= user bob away role=op", "  bob (op): not online"},
		{"= room #ops members=2 here=1", "  #ops (members: 2, here: 1)"},
		{"= room #tea members=2 here=1 role=owner unread=3: green", "  #tea (members: 2, here: 1, owner, unread: 3): green"},
		{"= say #tea alice 812 at=2026-11-20T07:04:11Z: good morning", "  08:04 #tea alice: good morning"},
		{"= invite #tea alice 815 at=2026-11-20T07:04:11Z", "  08:04 alice invites you to #tea"},
		{"= all alice 812 at=2026-11-20T07:04:11Z: good morning", "  08:04 alice: good morning"},
		{"= help who: /who - Lists who is here.", "  /who - Lists who is here."},
		{"= later a=1: some text", "  a=1: some text"},
		{"+ all 812", ""},
		{"+ msg bob 813 sent=2", "sent to bob"},
		{"+ msg carol 814 stored", "kept for carol until the next login"},
		{"+ msg bob 815 sent=1 away: at lunch", "sent to bob, who is away: at lunch"},
		{"+ msg #tea 816", ""},
		{"+ join #tea members=2 here=1: green", "you joined #tea (members: 2, here: 1): green"},
		{"+ join #tea members=1 here=1", "you joined #tea (members: 1, here: 1)"},
		{"+ go #lobby", "you are in #lobby"},
		{"+ leave #tea", "you left #tea"},
		{"+ who 2", "in all: 2"},
		{"+ ping: a b", "ping: a b"},
		{"#a1 + who 2", "#a1 in all: 2"},
		{"- msg no-such-user nobody: There is no account called nobody.", "There is no account called nobody."},
		{"- msg internal", "msg internal"},
		{"! bye: See you.", "See you."},
	} {
		reply, err := protocol.ParseReply([]byte(c.line))
		if err != nil {
			t.Fatalf("%q: %v", c.line, err)
		}
		if got := (Style{Self: "me", Now: now}).Line(reply); got != c.want {
			t.Errorf("Line(%q) = %q, want %q", c.line, got, c.want)
		}
	}
}

func TestColourIsSparse(t *testing.T) {
	reply, _ := protocol.ParseReply([]byte("- who login-required: Log in first."))
	if got, want := (Style{Colour: true}).Line(reply), "\x1b[31mLog in first.\x1b[0m"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
