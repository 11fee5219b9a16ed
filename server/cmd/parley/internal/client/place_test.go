package client

import "testing"

// enter logs alice in.
func (s *fakeServer) enter(term *window) {
	s.t.Helper()
	term.types("/login alice horse battery\r")
	s.exchange("/login alice horse battery", "+ login alice waiting=0 last=7")
	term.shows("> /login alice ********", "login alice waiting=0 last=7", ">")
}

// join has alice join a room.
func (s *fakeServer) join(term *window, room string) {
	s.t.Helper()
	term.types("/join " + room + "\r")
	s.exchange("/join "+room, "+ join "+room+" members=2 here=1")
	term.shows("you joined "+room+" (members: 2, here: 1)", room+">")
}

func TestLinesGoToTheRoom(t *testing.T) {
	s, term := converse(t)
	s.enter(term)
	term.types("  in the lobby\r")
	s.exchange("  in the lobby", "+ all 1")
	s.join(term, "#tea")
	term.types("one\r#a1 //two\r")
	s.exchange("/msg #tea one", "+ msg #tea 2")
	s.exchange("#a1 /msg #tea /two", "#a1 + msg #tea 3", "* say #tea bob: three", "* all bob: four")
	term.shows("#tea> one", "#tea> #a1 //two", "#tea bob: three", "bob: four", "#tea>")
	term.types("/go #lobby\r")
	s.exchange("/go #lobby", "+ go #lobby")
	term.shows("#tea> /go #lobby", "you are in #lobby", ">")
	term.types("five\r")
	s.exchange("five", "+ all 4")
	term.types("/go #tea\r")
	s.exchange("/go #tea", "+ go #tea")
	term.shows("you are in #tea", "#tea>")
	term.types("/leave #tea\rsix\r")
	s.exchange("/leave #tea", "+ leave #tea")
	s.exchange("six", "+ all 5")
	term.shows("#tea> /leave #tea", "> six", "you left #tea", ">")
}

// What is typed before the room is lost, or was never joined, was not meant for the lobby.
func TestLinesForALostRoomAreRefused(t *testing.T) {
	s, term := converse(t)
	s.enter(term)
	term.types("/join #tea\rfor tea\r")
	s.expect("/join #tea")
	term.shows("> /join #tea", "#tea> for tea", "#tea>")
	s.say("- join invite-only #tea: It is private.")
	s.exchange("/msg #tea for tea", "- msg not-in-room #tea: You are not in #tea.")
	term.shows("It is private.", "You are not in #tea.", ">")
	s.join(term, "#go")
	s.say("* kick #go bob by=carol", "* kick #go alice by=carol: enough")
	term.shows("carol took bob out of #go", "carol took you out of #go: enough",
		"You are not in #go any more, so nothing that you type is said. /go #lobby takes you to the lobby.", "#go>")
	term.types("for go\r")
	s.exchange("/msg #go for go", "- msg not-in-room #go: You are not in #go.")
	term.types("/leave #go\rfor the lobby\r")
	s.exchange("/leave #go", "- leave not-in-room #go: You are not in #go.")
	s.exchange("/msg #lobby for the lobby", "+ msg #lobby 9")
}

func TestForgottenSlashInARoomPublishesNoPassword(t *testing.T) {
	s, term := converse(t)
	s.enter(term)
	s.join(term, "#tea")
	for _, line := range []string{"login alice horse battery", "#a1 passwd horse battery", " /register carol horse"} {
		term.types(line + "\r")
		s.exchange(line, "- * need-slash: Nothing was said.")
		term.shows("Nothing was said.", "#tea>")
	}
}

// A new login of the same account goes on in its room, if it is still a member; another account begins in the lobby.
func TestLoginGoesBackToTheRoom(t *testing.T) {
	s, term := converse(t)
	s.enter(term)
	s.join(term, "#tea")
	logout := func(room string) {
		term.types("/logout\r")
		s.exchange("/logout", "+ logout")
		term.shows(room+"> /logout", "logout", ">")
	}
	logout("#tea")
	term.types("/login alice\rhorse battery\r")
	s.exchange("/login alice", "* prompt password: Password:")
	s.exchange("horse battery", "+ login alice waiting=1 last=7")
	s.expect("/go #tea")
	s.say("* msg bob 8 at=2026-11-19T21:04:11Z: call me", "+ go #tea")
	term.shows("you are in #tea", "#tea>")
	logout("#tea")
	term.types("/login alice horse battery\r")
	s.exchange("/login alice horse battery", "+ login alice waiting=0 last=8")
	s.exchange("/go #tea", "- go not-in-room #tea: You are not in #tea.")
	term.shows("You are not in #tea.", ">")
	s.join(term, "#go")
	logout("#go")
	term.types("/login bob battery staple\r")
	s.exchange("/login bob battery staple", "+ login bob waiting=0 last=8")
	term.shows("> /login bob ********", "login bob waiting=0 last=8", ">")
	term.types("hello\r")
	s.exchange("hello", "+ all 9")
	term.shows("login bob waiting=0 last=8", "> hello", ">")
}

// A script goes on after a refusal. What it says then is refused too, and not said in the lobby.
func TestScriptInARoom(t *testing.T) {
	s := listen(t)
	done := start(t, Options{Address: s.address(), Send: []string{
		"/login alice horse battery", " in the lobby", "/join #tea", "for tea", "/msg #go for go", "/leave #tea", "in the lobby",
		"/join #tea", "for tea", "/logout", "/login bob battery staple", "in the lobby",
	}})
	s.accept()
	s.exchange("/login alice horse battery", "+ login alice waiting=0 last=0")
	s.exchange(" in the lobby", "+ all 1")
	s.exchange("/join #tea", "+ join #tea members=1 here=1")
	s.exchange("/msg #tea for tea", "+ msg #tea 2")
	s.exchange("/msg #go for go", "+ msg #go 3")
	s.exchange("/leave #tea", "- leave rate-limited retry=1: Too fast.")
	s.exchange("/msg #lobby in the lobby", "+ msg #lobby 4")
	s.exchange("/join #tea", "- join invite-only #tea: It is private.")
	s.exchange("/msg #tea for tea", "- msg not-in-room #tea: You are not in #tea.")
	s.exchange("/logout", "+ logout")
	s.exchange("/login bob battery staple", "+ login bob waiting=0 last=0")
	s.exchange("in the lobby", "+ all 5")
	s.expectEnd()
	s.hangUp()
	if got := <-done; got.exit != ExitFailed || got.err != "" {
		t.Errorf("exit %d, standard error %q", got.exit, got.err)
	}
}
