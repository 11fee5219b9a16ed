package server

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"
)

// ircPorts has a server listen for IRC, too.
func ircPorts(o *setup) { o.IRC.Listen = []string{"127.0.0.1:0"} }

// withGuests lets clients in that have no account.
func withGuests(o *setup) { o.Chat.Guests = 100 }

// dialIRC connects to a port for IRC, where nothing is said first.
func (s *testServer) dialIRC() *user {
	s.t.Helper()
	return s.dialAt("tcp", s.IRCAddrs()[0].String())
}

// until reads up to a line that has these words, and returns it.
func (u *user) until(words string) string {
	u.t.Helper()
	var before []string
	for {
		line, err := u.next()
		if err != nil {
			u.t.Fatalf("no line with %q: %v, after %q", words, err, before)
		}
		if strings.Contains(line, words) {
			return line
		}
		before = append(before, line)
	}
}

// joinIRC connects as an IRC client that is logged in to a new account.
func (s *testServer) joinIRC(name string, caps ...string) *user {
	s.t.Helper()
	s.join(name).Close()
	return s.loginIRC(name, caps...)
}

// loginIRC connects as an IRC client that is logged in.
func (s *testServer) loginIRC(name string, caps ...string) *user {
	s.t.Helper()
	u := s.dialIRC()
	u.say("CAP REQ :sasl "+strings.Join(caps, " "), "AUTHENTICATE PLAIN", "AUTHENTICATE "+saslPlain(name), "NICK "+name, "USER "+name+" 0 * "+name, "CAP END")
	u.until(" 376 ")
	u.sync()
	return u
}

func saslPlain(name string) string {
	return base64.StdEncoding.EncodeToString([]byte("\x00" + name + "\x00" + password))
}

// sync reads up to here.
func (u *user) sync() {
	u.t.Helper()
	u.say("PING sync")
	u.until("PONG irc.parley sync")
}

// A client is known by its first line, on any port; the greeting has gone out then.
func TestIRCIsKnownByItsFirstLine(t *testing.T) {
	s := startSecure(t, ircPorts, func(o *setup) { o.IRC.ListenTLS = []string{"127.0.0.1:0"} })
	for _, first := range []string{"CAP LS 302", "nick alice", "USER alice 0 * alice", "PASS x"} {
		u := s.dial()
		u.say(first, "PING 1")
		u.until("PONG irc.parley 1")
		u.say("QUIT")
		u.until("ERROR ")
		u.wantEnd()
	}
	u := s.dial()
	u.say("/ping nick", "NICK alice", "/ping")
	u.want("+ ping: nick")
	u.want("- all login-required")
	u.want("+ ping")

	u = s.dialIRC()
	u.say("PING 1")
	u.want(":irc.parley PONG irc.parley 1")
	u = s.secureUser(s.dialAt("tcp", s.IRCTLSAddrs()[0].String()).Conn)
	u.say("PING 1")
	u.want(":irc.parley PONG irc.parley 1")
	u = s.dialAt("tcp", s.IRCTLSAddrs()[0].String())
	u.say("NICK alice")
	u.want("ERROR ")
}

func TestOthersOnAPortForIRC(t *testing.T) {
	s := start(t, ircPorts)
	u := s.dialIRC()
	u.say("GET / HTTP/1.1", "Host: x", "")
	u.want("ERROR ")
	u.wantEnd()
	u = s.dialIRC()
	u.send("\x16\x03\x01\x00\x05hello")
	u.want("ERROR ")
	u.wantEnd()
}

func TestIRCOnAllLoops(t *testing.T) {
	s := start(t, ircPorts, func(o *setup) { o.Shards = 3; o.Listen = append(o.Listen, "unix:"+shortDir(t)+"/chat") })
	for range 12 {
		u := s.dialIRC()
		u.say("PING 1")
		u.want(":irc.parley PONG irc.parley 1")
		s.dial()
	}
}

// A client that speaks IRC and one that does not are in the same rooms.
func TestIRCAndText(t *testing.T) {
	s := start(t, ircPorts)
	bob := s.join("bob")
	alice := s.joinIRC("alice", "server-time", "message-tags")
	alice.say("JOIN #tea")
	alice.until(":alice!alice@parley JOIN #tea")
	alice.until(" 353 alice = #tea :~alice")
	alice.until(" 366 ")
	bob.ask("/join #tea")
	alice.until(":bob!bob@parley JOIN #tea")
	bob.ask("/msg #tea hello there")
	if line := alice.until(":bob!bob@parley PRIVMSG #tea :hello there"); !strings.HasPrefix(line, "@") || !strings.Contains(line, "msgid=") {
		t.Errorf("%q", line)
	}
	alice.say("PRIVMSG #tea :\x01ACTION waves\x01", "PRIVMSG bob :\x02hi\x02 there")
	bob.want("* say #tea alice: /me waves")
	bob.want("* msg alice ")
	alice.say("TOPIC #tea :green", "PART #tea :too hot")
	alice.until(":alice!alice@parley TOPIC #tea :green")
	alice.until(":alice!alice@parley PART #tea :too hot")
	bob.want("* topic #tea alice: green")
	bob.want("* leave #tea alice")
}

// 10,000 channels in lines that come at once: each is answered in its place, under the label of its line.
func TestManyJoins(t *testing.T) {
	s := start(t, ircPorts)
	alice := s.joinIRC("alice", "batch", "labeled-response")
	var b strings.Builder
	for i := range 500 {
		b.WriteString("@label=" + fmt.Sprint("j", i) + " JOIN tea" + strings.Repeat(",x", 19) + "\r\n")
	}
	go alice.send(b.String())
	for i := range 500 {
		alice.want(fmt.Sprintf("@label=j%d :irc.parley BATCH +", i))
		for range 20 {
			alice.want("@batch=l")
		}
		alice.want(":irc.parley BATCH -")
	}
}

func TestPingsAmongMessages(t *testing.T) {
	const messages = 1000
	s := start(t, ircPorts)
	alice := s.joinIRC("alice", "echo-message")
	alice.say("JOIN #tea")
	alice.until(" 366 ")
	var b strings.Builder
	for i := range messages {
		fmt.Fprintf(&b, "PRIVMSG #tea :m%d\r\n", i)
		if i%10 == 0 {
			fmt.Fprintf(&b, "PING p%d\r\n", i)
		}
	}
	go alice.send(b.String())
	for i := range messages {
		alice.want(fmt.Sprintf(":alice!alice@parley PRIVMSG #tea :m%d", i))
		if i%10 == 0 {
			alice.want(fmt.Sprintf(":irc.parley PONG irc.parley p%d", i))
		}
	}
}

func TestLongLines(t *testing.T) {
	s := start(t, ircPorts)
	alice := s.joinIRC("alice", "batch", "labeled-response", "message-tags")
	tags := func(size int) string { return "@label=x;+" + strings.Repeat("a", size-len("@label=x;+ ")) + " " }
	alice.say(tags(4096)+"PING 1", tags(4097)+"PING 2", tags(8191)+"PING 3", tags(100_000)+"PING 4", "PING :"+strings.Repeat("b", 504), "PING :"+strings.Repeat("b", 506), "PING 5")
	alice.want("@label=x :irc.parley PONG irc.parley 1")
	alice.want(":irc.parley 417 alice ")
	alice.want(":irc.parley 417 alice ")
	alice.want(":irc.parley 417 alice ")
	alice.want(":irc.parley PONG irc.parley bbb")
	alice.want(":irc.parley 417 alice ")
	alice.want(":irc.parley PONG irc.parley 5")
	alice.send("PRIVMSG bob :\xff\r\nPRIVMSG bob :a\x00b\r\n\r\nPING 6\n")
	alice.want(":irc.parley FAIL PRIVMSG INVALID_UTF8 ")
	alice.want(":irc.parley FAIL * bad-char ")
	alice.want(":irc.parley PONG irc.parley 6")
}

// What others say in a room does not come before the client knows that it is in the room, even if the answer has a label.
func TestLabelOfAJoinInAFlood(t *testing.T) {
	s := start(t, ircPorts)
	bob := s.join("bob")
	bob.ask("/join #tea")
	alice := s.joinIRC("alice", "batch", "labeled-response")
	stop := make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
				bob.ask(fmt.Sprint("/msg #tea m", i))
			}
		}
	}()
	for i := range 20 {
		alice.say(fmt.Sprintf("@label=j%d JOIN #tea", i))
		if line := alice.line(); !strings.HasPrefix(line, fmt.Sprintf("@label=j%d :irc.parley BATCH +", i)) {
			t.Fatalf("got %q", line)
		}
		alice.until(":alice!alice@parley JOIN #tea")
		alice.until("BATCH -")
		alice.say(fmt.Sprintf("@label=p%d PART #tea", i))
		alice.until(fmt.Sprintf("@label=p%d :alice!alice@parley PART #tea", i))
	}
	close(stop)
	<-done
}

// Another session of the account joins a room: the client is shown the room.
func TestAnotherSessionJoins(t *testing.T) {
	s := start(t, ircPorts)
	alice := s.joinIRC("alice")
	other := s.join("alice")
	other.ask("/join #tea")
	alice.until(":alice!alice@parley JOIN #tea")
	alice.until(" 353 alice = #tea :~alice")
	alice.until(" 366 alice #tea ")
	other.ask("/leave #tea")
	alice.until(":alice!alice@parley PART #tea")
}

func TestLoginsOfIRCClients(t *testing.T) {
	s := start(t, ircPorts)
	s.join("alice").Close()

	u := s.dialIRC()
	u.say("PASS :alice:"+password, "NICK alice", "USER a 0 * :Alice Liddell")
	u.want(":irc.parley 001 alice ")
	u.until(":alice!alice@parley JOIN #lobby")
	u.until(" 366 alice #lobby ")

	u = s.dialIRC()
	u.say("PASS :alice:"+password, "NICK alice_", "USER a 0 * a")
	u.want(":irc.parley 432 * alice_ ")
	u.say("NICK alice__")
	u.want(":irc.parley 001 alice ")
	u.until(" 366 alice #lobby ")

	u = s.dialIRC()
	u.say("PASS alice:wrong-password", "NICK alice", "USER a 0 * a")
	u.want(":irc.parley 464 alice ")
	u.want("ERROR ")
	u.wantEnd()

	u = s.dialIRC()
	u.say("NICK bob", "USER b 0 * b")
	u.want(":irc.parley 001 bob ")
	u.until("NOTICE bob ")
	u.say("LUSERS")
	u.until(" 251 bob ")
	u.say("NS IDENTIFY alice " + password)
	u.until(":bob!bob@parley NICK alice")
	u.until(":alice!alice@parley JOIN #lobby")
	u.until(" 366 alice #lobby ")
	u.say("NS LOGOUT", "JOIN #tea")
	u.until(":alice!alice@parley PART #lobby")
	u.until(" 901 alice ")
	u.until(" 477 alice #tea ")
	u.say("NICK carol", "REGISTER * * :short")
	u.until(":alice!alice@parley NICK carol")
	u.until("FAIL REGISTER WEAK_PASSWORD")
	u.say("REGISTER * * :" + password)
	u.until("JOIN #lobby")
	u.until("REGISTER SUCCESS carol")
	u.until(" 366 carol #lobby ")
}

func TestGuestsOfIRC(t *testing.T) {
	s := start(t, ircPorts, withGuests)
	bob := s.join("bob")
	u := s.dialIRC()
	u.say("NICK visitor", "USER v 0 * v")
	u.want(":irc.parley 001 visitor ")
	u.until(":visitor!visitor@parley JOIN #lobby")
	u.until(" 366 visitor #lobby ")
	bob.ask("/join #tea")
	u.say("JOIN #tea")
	u.until(" 366 visitor #tea ")

	second := s.dialIRC()
	second.say("NICK visitor", "USER v 0 * v")
	second.want(":irc.parley 433 * visitor ")
	second.say("NICK other")
	second.until(":other!other@parley JOIN #lobby")
	second.until(" 366 other #lobby ")

	u.say("NICK other")
	u.until(" 433 visitor other ")
	u.say("NICK guest1")
	u.until(":visitor!visitor@parley NICK guest1")
	bob.ask("/msg #tea still there?")
	u.until(":bob!bob@parley PRIVMSG #tea :still there?")
	u.say("PRIVMSG #tea :yes")
	bob.until("* say #tea guest1: yes")

	u.say("NS IDENTIFY bob " + password)
	u.until(":guest1!guest1@parley PART #tea")
	u.until(":guest1!guest1@parley NICK bob")
	u.until(":bob!bob@parley JOIN #tea")
	u.sync()

	second.say("NS REGISTER correct-horse")
	second.until("900 other ")
	second.say("QUIT")
	second.until("ERROR ")
	second = s.dialIRC()
	second.say("PASS other:correct-horse", "NICK other", "USER o 0 * o")
	second.until(" 366 other #lobby ")
}

// What a client can't know to be wrong does not keep it in a room, nor others in it.
func TestReasonsOfIRCClients(t *testing.T) {
	s := start(t, ircPorts)
	bob := s.join("bob")
	alice := s.joinIRC("alice")
	alice.say("JOIN #tea")
	alice.until(" 366 ")
	bob.ask("/join #tea")
	alice.say("AWAY :\x02lunch", "KICK #tea bob :\x0304"+strings.Repeat("é", 180))
	alice.until(" 306 alice ")
	alice.until(":alice!alice@parley KICK #tea bob :" + strings.Repeat("é", 150))
	alice.say("PART #tea :" + strings.Repeat("a", 400))
	if line := alice.until(":alice!alice@parley PART #tea :"); !strings.HasSuffix(line, ":"+strings.Repeat("a", 300)) {
		t.Errorf("%q", line)
	}
}

// An IRC client is told in its own words why the connection ends.
func TestClosingWordsOfIRC(t *testing.T) {
	s := start(t, ircPorts, func(o *setup) { o.LoginTime = 50 * time.Millisecond })
	u := s.dialIRC()
	u.say("NICK alice", "USER a 0 * a")
	u.until("ERROR ")
	u.wantEnd()
}

// The end of the input comes with the last line.
func TestHalfCloseOfIRC(t *testing.T) {
	s := start(t, ircPorts)
	alice := s.joinIRC("alice")
	alice.send("JOIN #tea,#milk\r\nPING 1")
	alice.halfClose()
	alice.until(" 366 alice #tea ")
	alice.until(" 366 alice #milk ")
	alice.until("PONG irc.parley 1")
	alice.wantEnd()
}
