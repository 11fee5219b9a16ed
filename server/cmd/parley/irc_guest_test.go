package main

import "testing"

// TestIRCGuest: somebody without an account comes to look, stays, and becomes one who has an account.
func TestIRCGuest(t *testing.T) {
	server := startIRC(t, "--guests", "10")
	ann := teaParty(t, server)
	zoe := irssi
	zoe.follows = func(t *testing.T, server *ircServer) *ircSeat { return openIrssi(t, server, "guest") }
	seat := zoe.open(t, server)
	seat.shows("#lobby", seat.joined, "zoe")
	seat.shows("", `.*You are a guest, .*/msg NickServ REGISTER .*`)
	seat.types("", "/j #tea")
	ann.hears(`\* join #tea zoe`)
	seat.types("#tea", "may I look around?")
	ann.hears(`\* say #tea zoe: may I look around\?`)
	ann.says("/msg zoe you are welcome")
	seat.shows("ann", seat.said, "ann", "you are welcome")

	seat.types("", "/msg NickServ REGISTER correct-horse")
	seat.shows("nickserv", `.*Your account zoe is made, and you are logged in\..*`)
	seat.types("#tea", "I shall stay")
	ann.hears(`\* say #tea zoe: I shall stay`)
	ann.says("/watch zoe")
	ann.hears(`\+ watch.*`)
	seat.types("", seat.quit)
	ann.hears(`\* gone zoe`)
	ann.says("/who #tea")
	ann.hears(`= user zoe away`)
	ann.says("/msg zoe see you")
	ann.hears(`\+ msg zoe \d+ stored`)
	again := dial(t, server.text)
	again.says("/login zoe correct-horse")
	again.hears(`\* msg ann \d+ at=.*: see you`)
	again.says("/rooms")
	again.hears(`= room #tea .*`)
}
