package server

import (
	"context"
	"strings"
	"testing"

	"parley/storage"
)

// An account that is removed quits, for those in its rooms as for those who monitor it.
func TestIRCSeesWhoIsRemoved(t *testing.T) {
	s := start(t, ircPorts, withGuests)
	bob := s.joinIRC("bob")
	bob.say("JOIN #tea")
	bob.until(" 366 bob #tea")
	alice := s.joinIRC("alice")
	alice.say("JOIN #tea")
	bob.until(":alice!alice@parley JOIN #tea")
	gus := s.dialIRC()
	gus.say("NICK gus", "USER g 0 * :g", "JOIN #tea")
	bob.until(":gus!gus@parley JOIN #tea")
	away := s.join("carol")
	away.ask("/quit")
	bob.until(":carol!carol@parley QUIT")

	s.operate(storage.Ask{Kind: storage.Remove, Account: s.accountID("carol")})
	for _, name := range []string{"alice", "gus"} {
		s.operate(storage.Ask{Kind: storage.Remove, Account: s.accountID(name)})
		bob.want(":" + name + "!" + name + "@parley QUIT")
	}
	next := s.dialIRC()
	next.say("NICK gus", "USER g 0 * :g")
	bob.wants(":gus!gus@parley JOIN #lobby")
	next.until(" 366 ")
	next.Close()
	bob.want(":gus!gus@parley QUIT")
	bob.wantHeard()
}

func (s *testServer) accountID(name string) storage.ID {
	s.t.Helper()
	a, err := s.store.Account(context.Background(), name)
	if err != nil {
		s.t.Fatal(err)
	}
	return a.ID
}

// A guest who leaves without knowing whether the name is an account now has one, if the store has made it.
func TestGuestWhoMayHaveAnAccount(t *testing.T) {
	s := start(t, ircPorts, withGuests)
	gus := s.dialIRC()
	gus.say("NICK gus", "USER g 0 * :g")
	gus.until("You are a guest")
	id := s.accountID("gus")
	s.store.doubt(func(a *storage.Ask) bool { return a.Kind == storage.Register })
	gus.say("NS REGISTER :" + strings.ReplaceAll(password, " ", "-"))
	gus.until("The store did not say whether")
	gus.Close()
	eventually(t, "the guest has gone", func() bool { return s.chat.Counts().Accounts == 0 })
	commits := s.store.commits.Load()
	eventually(t, "the store knows it", func() bool { return s.store.commits.Load() > commits+1 })
	if got := s.accountID("gus"); got != id {
		t.Errorf("the account is %v, want %v", got, id)
	}
}

// The last line, which has no end, waits for what a client is shown because another session of its account has joined a room.
func TestLastLineOfIRCWaitsForTheNames(t *testing.T) {
	s := start(t, ircPorts)
	alice, text := s.joinIRC("alice"), s.join("alice")
	alice.sync()
	rooms := s.store.holdRooms()
	alice.send("PING last")
	var c *conn
	s.waitFor(s.shards[0], "a line has begun", func(one *conn) bool {
		c = one
		return c.in.unfinished()
	})
	text.ask("/join #tea")
	s.waitWorking(s.shards[0])
	alice.halfClose()
	s.onLoop(s.shards[0], func() { c.peek() }) // as its timer does
	rooms()
	alice.wants(":alice!alice@parley JOIN #tea", ":irc.parley 353 alice = #tea :~alice", ":irc.parley 366 alice #tea ", ":irc.parley PONG irc.parley last")
	alice.wantEnd()
}

// A guest who takes another name is in the same rooms, if that may be, and is told of the others; and it is still a bot.
func TestGuestTakesAnotherName(t *testing.T) {
	s := start(t, ircPorts, withGuests)
	bob := s.joinIRC("bob")
	bob.say("JOIN #tea,#milk")
	bob.until(" 366 bob #milk")
	gus := s.dialIRC()
	gus.say("NICK gus", "USER g 0 * :Gus the bot", "JOIN #tea,#milk", "MODE gus +B")
	bob.until(":gus!gus@parley JOIN #milk")
	gus.until(" 366 gus #milk ")
	gus.until(" MODE gus +B")
	bob.say("MODE #tea +i", "PRIVMSG #tea :closed")
	gus.until("PRIVMSG #tea :closed")
	gus.say("NICK zed", "WHOIS zed")
	gus.wants(":gus!gus@parley PART #tea", ":gus!gus@parley NICK zed", ":irc.parley 311 zed zed zed parley * :Gus the bot")
	gus.until(" 335 zed zed ")
	gus.until(" 318 ")
	bob.until(":zed!zed@parley JOIN #milk")
	gus.say("NICK bob")
	gus.want(":irc.parley 433 zed bob ")
	gus.wantHeard()

	limbo := s.dialIRC()
	limbo.say("NICK bob", "USER b 0 * :b")
	limbo.until("NOTICE bob :This nick belongs to somebody.")
	limbo.say("NICK zed", "NICK gus")
	limbo.wants(":irc.parley 433 bob zed ", ":bob!bob@parley NICK gus", ":gus!gus@parley JOIN #lobby")
}
