package server

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/commands"
	"parley/commands/ratelimit"
	"parley/protocol"
	"parley/storage"
)

// wants reads lines that begin so.
func (u *user) wants(prefixes ...string) {
	u.t.Helper()
	for _, prefix := range prefixes {
		u.want(prefix)
	}
}

// heard reads up to here, and returns the lines.
func (u *user) heard() (lines []string) {
	u.t.Helper()
	u.say("PING heard")
	for {
		line := u.line()
		if strings.HasSuffix(line, " PONG irc.parley heard") {
			return lines
		}
		lines = append(lines, line)
	}
}

// wantHeard wants exactly these lines up to here.
func (u *user) wantHeard(want ...string) {
	u.t.Helper()
	if got := u.heard(); strings.Join(got, "\n") != strings.Join(want, "\n") {
		u.t.Errorf("heard\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// Those are in a room who are online there, with their roles. Who speaks text sees nothing of that.
func TestIRCSeesWhoComesAndGoes(t *testing.T) {
	s := start(t, ircPorts)
	bob, carol := s.join("bob"), s.join("carol")
	bob.ask("/join #tea")
	carol.ask("/join #tea")
	alice := s.joinIRC("alice")
	alice.say("JOIN #tea")
	alice.until(" 366 alice #tea ")
	bob.wants("* join #tea carol", "* join #tea alice")

	second := s.join("bob")
	second.say("/quit not the last one")
	second.until("! bye")
	alice.wantHeard()
	bob.say("/quit tea is ready")
	bob.until("! bye")
	alice.want(":bob!bob@parley QUIT :Quit: tea is ready")
	alice.wantHeard()

	bob = s.join("bob")
	alice.wants(":bob!bob@parley JOIN #lobby", ":bob!bob@parley JOIN #tea", ":irc.parley MODE #tea +q bob")
	bob.ask("/logout")
	alice.want(":bob!bob@parley QUIT")
	alice.wantHeard()
	carol.ask("/ping")
	carol.say("/leave #tea too hot")
	carol.until("+ leave #tea")
	alice.wantHeard(":carol!carol@parley PART #tea :too hot")

	dora := s.join("dora")
	alice.wantHeard(":dora!dora@parley JOIN #lobby")
	dora.ask("/join #tea")
	alice.wantHeard(":dora!dora@parley JOIN #tea")
}

// The client itself is shown its rooms, once each, whoever else of the account is here.
func TestIRCClientComesIn(t *testing.T) {
	s := start(t, ircPorts)
	alice := s.join("alice")
	alice.ask("/join #tea")
	watcher := s.joinIRC("watcher")
	watcher.say("JOIN #tea")
	watcher.until(" 366 ")
	alice.Close()
	watcher.want(":alice!alice@parley QUIT")
	for range 2 {
		u := s.dialIRC()
		u.say("PASS :alice:"+password, "NICK alice", "USER a 0 * a")
		u.until(" 376 ")
		count := map[string]int{}
		for _, line := range u.heard() {
			count[line]++
		}
		for _, want := range []string{":alice!alice@parley JOIN #lobby", ":alice!alice@parley JOIN #tea"} {
			if count[want] != 1 {
				t.Errorf("%q comes %d times", want, count[want])
			}
		}
	}
	watcher.wantHeard(":alice!alice@parley JOIN #lobby", ":alice!alice@parley JOIN #tea", ":irc.parley MODE #tea +q alice")
}

func TestNotificationsOfIRC(t *testing.T) {
	s := start(t, ircPorts, withGuests)
	bob := s.join("bob")
	bob.ask("/join #tea")
	all := s.joinIRC("eve", "away-notify", "account-notify", "invite-notify", "setname", "extended-join", "account-tag")
	plain := s.joinIRC("plain")
	for _, u := range []*user{all, plain} {
		u.say("JOIN #tea")
		u.until(" 366 ")
	}
	all.until("JOIN #tea plain")
	bob.wants("* join #tea eve", "* join #tea plain")

	bob.ask("/away Out for lunch")
	bob.ask("/back")
	bob.ask("/away")
	s.join("carol").Close()
	bob.ask("/invite #tea carol")
	all.wants("@account=bob :bob!bob@parley AWAY :Out for lunch", "@account=bob :bob!bob@parley AWAY", "@account=bob :bob!bob@parley AWAY :away")
	all.wants("@account=carol :carol!carol@parley JOIN #lobby carol :carol", "@account=carol :carol!carol@parley QUIT")
	all.want("@account=bob :bob!bob@parley INVITE carol #tea")
	all.wantHeard()
	plain.wants(":carol!carol@parley JOIN #lobby", ":carol!carol@parley QUIT")
	plain.wantHeard()

	guest := s.dialIRC()
	guest.say("NICK gus", "USER g 0 * :Gus the guest")
	guest.until(" 366 gus #lobby ")
	all.want(":gus!gus@parley JOIN #lobby * :gus")
	guest.say("PRIVMSG #lobby :hello", "NS REGISTER correct-horse")
	guest.until("900 gus ")
	all.wants(":gus!gus@parley PRIVMSG #lobby :hello", "@account=gus :gus!gus@parley ACCOUNT gus")
	guest.say("CAP REQ setname", "SETNAME :Gus with an account")
	guest.until("SETNAME :Gus with an account")
	all.want("@account=gus :gus!gus@parley SETNAME :Gus with an account")
	all.wantHeard()
	plain.wants(":gus!gus@parley JOIN #lobby", ":gus!gus@parley PRIVMSG #lobby :hello")
	plain.wantHeard()
}

// A guest goes with the connection, and leaves its rooms by quitting.
func TestGuestsAreGone(t *testing.T) {
	s := start(t, ircPorts, withGuests)
	bob := s.join("bob")
	bob.ask("/join #tea")
	alice := s.joinIRC("alice")
	alice.say("JOIN #tea")
	alice.until(" 366 ")
	bob.want("* join #tea alice")
	guest := s.dialIRC()
	guest.say("NICK gus", "USER g 0 * g", "JOIN #tea")
	guest.until(" 366 gus #tea ")
	bob.want("* join #tea gus")
	alice.wants(":gus!gus@parley JOIN #lobby", ":gus!gus@parley JOIN #tea")
	guest.Close()
	bob.want("* leave #tea gus")
	alice.wantHeard(":gus!gus@parley QUIT :Connection closed")
	bob.say("/msg gus are you there?")
	bob.want("- msg no-such-user gus")
}

// An account that an operator removes is gone from all rooms.
func TestRemovedAccountsQuit(t *testing.T) {
	s := start(t, ircPorts)
	bob := s.join("bob")
	bob.ask("/join #tea")
	alice := s.joinIRC("alice")
	alice.say("PART #lobby", "JOIN #tea")
	alice.until(" 366 ")
	carol := s.joinIRC("carol")
	account, err := s.store.Account(context.Background(), "bob")
	if err != nil {
		t.Fatal(err)
	}
	s.operate(storage.Ask{Kind: storage.Remove, Account: account.ID})
	carol.want(":bob!bob@parley QUIT")
	alice.wants(":bob!bob@parley MODE #tea +q alice", ":bob!bob@parley QUIT")
	alice.wantHeard()
	carol.wantHeard()
}

// What was missed comes at the login: in rooms once, and what was said in private with its batch.
func TestWhatAnIRCClientMissed(t *testing.T) {
	s := start(t, ircPorts)
	bob := s.join("bob")
	bob.ask("/join #tea")
	alice := s.join("alice")
	alice.ask("/join #tea")
	bob.want("* join #tea alice")
	bob.ask("/watch alice")
	alice.Close()
	bob.want("* gone alice")
	bob.say("/msg #tea one", "/msg #tea two", "/msg alice psst")
	bob.until("+ msg alice")

	history := s.loginIRC("alice", "draft/chathistory", "batch")
	history.say("QUIT")
	history.until("ERROR ")
	bob.want("* here alice")
	bob.want("* gone alice")
	bob.say("/msg alice still there?")
	bob.until("+ msg alice")
	u := s.dialIRC()
	u.say("CAP REQ :batch server-time message-tags", "PASS :alice:"+password, "NICK alice", "USER a 0 * a", "CAP END")
	u.until(" 376 ")
	u.until(":irc.parley BATCH +waiting irc.parley/waiting")
	if line := u.line(); !strings.HasPrefix(line, "@batch=waiting;time=") || !strings.HasSuffix(line, ":bob!bob@parley PRIVMSG alice :still there?") {
		t.Errorf("got %q", line)
	}
	u.want(":irc.parley BATCH -waiting")
	lines := strings.Join(u.heard(), "\n")
	for _, once := range []string{"PRIVMSG #tea :one", "PRIVMSG #tea :two"} {
		if strings.Count(lines, once) != 1 {
			t.Errorf("%q is not shown once:\n%s", once, lines)
		}
	}
	u.say("QUIT")
	u.until("ERROR ")
	u = s.loginIRC("alice")
	if lines := strings.Join(u.heard(), "\n"); strings.Contains(lines, "PRIVMSG") {
		t.Errorf("it is shown again:\n%s", lines)
	}
}

func TestChathistory(t *testing.T) {
	s := start(t, ircPorts)
	bob := s.join("bob")
	bob.ask("/join #tea")
	alice := s.joinIRC("alice", "draft/chathistory", "message-tags", "server-time")
	alice.say("JOIN #tea")
	alice.until(" 366 ")
	bob.want("* join #tea alice")
	var ids, times []string
	for _, text := range []string{"1", "2", "3", "4", "5", "6"} {
		bob.ask("/msg #tea " + text)
		line := alice.until("PRIVMSG #tea :" + text)
		tags, _, _ := strings.Cut(strings.TrimPrefix(line, "@"), " ")
		for tag := range strings.SplitSeq(tags, ";") {
			if name, value, _ := strings.Cut(tag, "="); name == "msgid" {
				ids = append(ids, "msgid="+value)
			} else if name == "time" {
				times = append(times, "timestamp="+value)
			}
		}
	}
	for _, test := range []struct{ ask, want string }{
		{"LATEST #tea * 3", "456"},
		{"LATEST #tea " + ids[3] + " 10", "56"},
		{"BEFORE #tea " + ids[3] + " 2", "23"},
		{"BEFORE #tea " + ids[3] + ".2 2", "23"},
		{"AFTER #tea " + ids[3] + " 1", "5"},
		{"AROUND #tea " + ids[3] + " 3", "345"},
		{"AROUND #tea " + ids[3] + " 1", "4"},
		{"BETWEEN #tea " + ids[0] + " " + ids[5] + " 2", "23"},
		{"BETWEEN #tea " + ids[5] + " " + ids[0] + " 2", "45"},
		{"BEFORE #tea " + times[0] + " 10", ""},
		{"AFTER #tea timestamp=2000-01-01T00:00:00.000Z 2", "12"},
		{"LATEST #tea timestamp=2000-01-01T00:00:00.000Z 2", "56"},
		{"BETWEEN #tea timestamp=2000-01-01T00:00:00.000Z timestamp=2100-01-01T00:00:00.000Z 2", "12"},
		{"BETWEEN #tea timestamp=2100-01-01T00:00:00.000Z timestamp=2000-01-01T00:00:00.000Z 2", "56"},
		{"BETWEEN #tea timestamp=2100-01-01T00:00:00.000Z " + ids[2] + " 10", "456"},
		{"LATEST #tea * 1000", "123456"},
	} {
		alice.say("CHATHISTORY " + test.ask)
		got := ""
		for _, line := range alice.heard() {
			if _, text, found := strings.Cut(line, "PRIVMSG #tea :"); found {
				got += text
			} else {
				t.Errorf("%s: %q", test.ask, line)
			}
		}
		if got != test.want {
			t.Errorf("%s shows %q, want %q", test.ask, got, test.want)
		}
	}
	for _, wrong := range []string{"LATEST #tea * 0", "LATEST #tea * x", "BEFORE #tea * 3", "BETWEEN #tea " + ids[0] + " * 3", "NEVER #tea * 3", "AFTER #tea 1 3", "AFTER #tea timestamp=now 3"} {
		alice.say("CHATHISTORY " + wrong)
		alice.want(":irc.parley FAIL CHATHISTORY INVALID_PARAMS ")
	}
	alice.say("CHATHISTORY LATEST #milk * 3", "CHATHISTORY LATEST nobody * 3")
	alice.wants(":irc.parley FAIL CHATHISTORY INVALID_TARGET ", ":irc.parley FAIL CHATHISTORY INVALID_TARGET ")

	alice.say("PRIVMSG bob :are you there?")
	bob.until("* msg alice")
	bob.ask("/msg alice yes")
	alice.until("PRIVMSG alice :yes")
	alice.say("CHATHISTORY LATEST bob * 3")
	if first := alice.until("PRIVMSG"); !strings.Contains(first, ":alice!alice@parley PRIVMSG bob :are you there?") {
		t.Errorf("got %q", first)
	}
	alice.until(":bob!bob@parley PRIVMSG alice :yes")
	early, late := "timestamp=2000-01-01T00:00:00.000Z", "timestamp=2100-01-01T00:00:00.000Z"
	alice.say("CHATHISTORY TARGETS " + early + " " + late + " 10")
	alice.wants(":irc.parley CHATHISTORY TARGETS #tea ", ":irc.parley CHATHISTORY TARGETS bob ")
	alice.say("CHATHISTORY TARGETS " + late + " " + early + " 1")
	alice.want(":irc.parley CHATHISTORY TARGETS bob ")
	alice.say("CHATHISTORY TARGETS " + early + " " + late + " 1")
	alice.want(":irc.parley CHATHISTORY TARGETS #tea ")
	alice.wantHeard()
}

func TestMonitor(t *testing.T) {
	s := start(t, ircPorts, func(o *setup) { o.Chat.Watches = 3 })
	alice := s.joinIRC("alice", "extended-monitor", "away-notify")
	alice.say("PART #lobby")
	alice.until("PART #lobby")
	bob := s.join("bob")
	alice.say("MONITOR + Bob,nobody", "MONITOR + carol", "MONITOR + one,two")
	alice.wants(":irc.parley 730 alice :bob!bob@parley", ":irc.parley 731 alice :nobody", ":irc.parley 731 alice :carol", ":irc.parley 734 alice 3 ")
	bob.ask("/away lunch")
	alice.want(":bob!bob@parley AWAY :lunch")
	s.join("carol").Close()
	alice.wants(":irc.parley 730 alice :carol!carol@parley", ":irc.parley 731 alice :carol")
	alice.say("MONITOR - bob", "MONITOR L", "MONITOR S")
	alice.wants(":irc.parley 732 alice :nobody,carol", ":irc.parley 733 alice ", ":irc.parley 731 alice :nobody,carol")
	bob.ask("/logout")
	alice.say("MONITOR C", "MONITOR L")
	alice.wantHeard(":irc.parley 733 alice :End of MONITOR list")
}

// What only IRC clients are told does not keep others from hearing what comes behind it in another room.
func TestWordsForIRCAlone(t *testing.T) {
	s := start(t)
	bob := s.join("bob")
	bob.ask("/join #tea")
	var rooms []storage.ID
	s.onLoop(s.shards[0], func() { rooms = slices.Collect(maps.Keys(s.shards[0].audiences)) })
	join := protocol.Line{Type: protocol.Notice, Word: "join", Fields: []protocol.Field{protocol.Word("room", "#x"), protocol.Word("name", "alice")}}
	for i, room := range rooms {
		var d commands.Delivery
		d.SayLine(rooms[1-i], 0, &join, commands.Formats{protocol.IRC})
		d.Say(room, &protocol.Event{Number: 1 << 40, Room: "#x", From: "alice", Text: []byte("hello")}, commands.Formats{protocol.Text, protocol.IRC})
		s.shards[0].Deliver(&d)
		bob.want("* say #x alice: hello")
	}
}

// Guests come and go, so the rooms that they make are counted by their address.
func TestRoomsOfGuestsAreCountedByAddress(t *testing.T) {
	s := start(t, balanced(t), withGuests, func(o *setup) { o.Chat.NewRoomRate = ratelimit.Per(2, time.Hour) })
	from := func(address string) *user {
		u := s.throughBalancer("PROXY TCP4 " + address + " 203.0.113.1 4711 8888\r\n")
		u.want("* hello")
		return u
	}
	for i, room := range []string{"#one", "#two", "#three"} {
		u := from("203.0.113.9")
		u.ask(fmt.Sprintf("/guest gus%d", i))
		u.say("/join " + room)
		if i < 2 {
			u.want("+ join " + room)
		} else {
			u.want("- join rate-limited")
		}
	}
	other := from("203.0.113.10")
	other.ask("/guest other")
	other.ask("/join #three")
}

// What a guest's client is told of itself.
func TestWhatAGuestIsTold(t *testing.T) {
	s := start(t, ircPorts, withGuests)
	u := s.dialIRC()
	u.say("CAP REQ extended-join", "NICK gus", "USER g 0 * g", "CAP END")
	u.until(":gus!gus@parley JOIN #lobby * :gus")
	u.until(":NickServ!NickServ@parley NOTICE gus :You are a guest, ")
	u.say("ISON :nobody gus")
	u.until(" 303 gus :gus")
}

// Who joins while being away is shown as away, and a bot as a bot.
func TestWhatIsKnownOfWhoJoins(t *testing.T) {
	s := start(t, ircPorts)
	alice := s.joinIRC("alice", "away-notify message-tags")
	alice.say("JOIN #tea")
	alice.until(" 366 alice #tea ")
	bob := s.joinIRC("bob")
	bob.say("AWAY :lunch", "MODE bob +B", "JOIN #tea", "PRIVMSG #tea :I count")
	alice.until(":bob!bob@parley JOIN #tea")
	alice.want(":bob!bob@parley AWAY :lunch")
	if line := alice.line(); !strings.HasPrefix(line, "@msgid=") || !strings.HasSuffix(line, ";bot :bob!bob@parley PRIVMSG #tea :I count") {
		t.Errorf("the bot says %q", line)
	}
}

// An operator's KILL is told to who is killed, and the others see them quit.
func TestKill(t *testing.T) {
	s := start(t, ircPorts)
	s.operator("olga")
	olga := s.dialIRC()
	olga.say("PASS olga:"+password, "NICK olga", "USER o 0 * o")
	olga.until(" 366 olga #lobby ")
	bob := s.joinIRC("bob")
	olga.say("KILL bob :spam")
	bob.want(":olga!olga@parley KILL bob :spam")
	bob.want("ERROR :ended: ")
	olga.until(":bob!bob@parley QUIT :")
	olga.say("KILL nobody :x")
	olga.until(" 401 olga nobody ")
}

// Who may not see the bans of a room sees none: clients ask for them whenever they join.
func TestBansAreForModerators(t *testing.T) {
	s := start(t, ircPorts)
	alice := s.joinIRC("alice")
	alice.say("MODE #lobby b")
	alice.want(":irc.parley 368 alice #lobby ")
}
