package irc

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"parley/protocol"
)

func plainOf(name, password string) string {
	return base64.StdEncoding.EncodeToString([]byte("\x00" + name + "\x00" + password))
}

// has reports whether some line begins so.
func has(lines []string, begin string) bool {
	for _, line := range lines {
		if strings.HasPrefix(line, begin) {
			return true
		}
	}
	return false
}

func TestNobodyIsWelcomedBeforeNickAndUser(t *testing.T) {
	w := newTalk(t, false)
	w.want("JOIN #tea", "451 * :You have not registered")
	w.want("BREW", "451 * :You have not registered")
	w.want("NICK", "431 * :No nickname given")
	w.want("NICK :two words", "432 * two?words :A name has letters…")
	w.want("NICK operator", "432 * operator :That name is reserved. Please take another.")
	w.want("USER alice", "461 * USER :Not enough parameters")
	w.want("USER  0 * x", "461 * USER :Not enough parameters")
	w.want("PING 1", "PONG irc.parley 1")
	w.want("NICK alice", "")
	w.want("nick bob", "")
	got := w.say("USER alice 0 * alice")
	if !has(got, "001 bob :Welcome") || !has(got, "005 bob ") || !has(got, "376 bob ") || !has(got, ":NickServ!NickServ@parley NOTICE bob :You are not logged in.") {
		t.Errorf("%q", got)
	}
	w.want("USER alice 0 * alice", "462 bob :You may not reregister")
	w.want("PASS x", "462 bob :You may not reregister")
	w.want("JOIN #tea", "477 bob #tea :You are not logged in. …")
	w.want("WHO bob", "FAIL WHO login-required :You are not logged in. …")
	w.want("PRIVMSG alice hi", "FAIL PRIVMSG login-required :You are not logged in. …")
	w.want("NOTICE alice hi", "")
	w.want("BREW tea", "421 bob BREW :Unknown command")
	w.want("NICK carol", ":bob!bob@parley NICK carol")
}

func TestCapabilitiesHoldTheWelcomeBack(t *testing.T) {
	w := newTalk(t, false)
	w.want("CAP LS 302", "CAP * LS :account-notify account-tag …")
	if w.chat.caps != protocol.CapNotify {
		t.Errorf("it has %b", w.chat.caps)
	}
	w.say("NICK alice", "USER alice 0 * alice")
	w.want("CAP REQ :server-time batch", "CAP alice ACK :server-time batch")
	w.want("CAP REQ :echo-message brewing", "CAP alice NAK :echo-message brewing")
	w.want("CAP LIST", "CAP alice LIST :batch cap-notify server-time")
	w.want("CAP REQ -batch", "CAP alice ACK -batch")
	w.want("CAP REQ -cap-notify", "CAP alice NAK -cap-notify")
	w.want("CAP LIST", "CAP alice LIST :cap-notify server-time")
	w.want("CAP BREW", "410 alice BREW :Invalid CAP command")
	w.want("CAP", "461 alice CAP :Not enough parameters")
	if w.client.welcome {
		t.Fatal("it is welcomed already")
	}
	if !has(w.say("CAP END"), "001 alice ") {
		t.Fatal("it is not welcomed")
	}
	w.want("CAP REQ echo-message", "CAP alice ACK echo-message")
	w.want("CAP END", "")
}

// Who does not know version 302 is told no values, and everything in one message.
func TestCapabilitiesOfAnOldClient(t *testing.T) {
	w := newTalk(t, false)
	got := w.say("CAP LS")
	if len(got) != 1 || strings.Contains(got[0], "=") || !strings.Contains(got[0], " sasl ") {
		t.Errorf("%q", got)
	}
	w.want("CAP LIST", "CAP * LIST :")
}

func TestCapabilitiesOfALoggedInClientAreChangedInOrder(t *testing.T) {
	w := in(t, "batch")
	before := w.chat.caps
	w.want("CAP REQ :-batch server-time", fmt.Sprint("> caps ", int(protocol.SASL|protocol.ServerTime)))
	if w.chat.caps != before {
		t.Error("they were changed at once")
	}
}

func TestSASL(t *testing.T) {
	w := newTalk(t, false)
	w.want("AUTHENTICATE PLAIN", "904 * :Ask for the capability sasl first")
	w.say("CAP REQ sasl", "NICK alice", "USER alice 0 * alice")
	w.want("AUTHENTICATE EXTERNAL", "908 alice PLAIN :are available SASL mechanisms", "904 alice :SASL authentication failed")
	w.want("AUTHENTICATE PLAIN", "AUTHENTICATE +")
	w.want("AUTHENTICATE *", "906 alice :SASL authentication aborted")
	w.want("AUTHENTICATE plain", "AUTHENTICATE +")
	w.want("AUTHENTICATE "+strings.Repeat("A", 401), "905 alice :SASL message too long")
	for _, bad := range []string{"!", "+", plainOf("alice", ""), base64.StdEncoding.EncodeToString([]byte("bob\x00alice\x00wonderland"))} {
		w.say("AUTHENTICATE PLAIN")
		w.want("AUTHENTICATE "+bad, "904 alice :SASL authentication failed")
	}
	w.say("AUTHENTICATE PLAIN")
	w.want("AUTHENTICATE "+plainOf("alice", "looking glass"), "> verify alice looking glass: bad-credentials")
	w.say("AUTHENTICATE PLAIN")
	w.want("AUTHENTICATE "+plainOf("ALICE", "wonderland"), "> verify ALICE wonderland")
	w.want("AUTHENTICATE PLAIN", "907 alice :You have already authenticated using SASL")
	w.want("CAP END", "> enter", "> attach")
	w.want("AUTHENTICATE PLAIN", "907 alice :You have already authenticated using SASL")
}

// A long answer comes in pieces of 400 bytes. If the last one is whole, a "+" ends it.
func TestSASLInPieces(t *testing.T) {
	for _, size := range []int{281, 292, 293, 592, 900} {
		password := strings.Repeat("x", size)
		text := plainOf("alice", password)
		w := newTalk(t, false)
		w.say("CAP REQ sasl", "AUTHENTICATE PLAIN")
		for len(text) >= saslPiece {
			w.want("AUTHENTICATE "+text[:saslPiece], "")
			text = text[saslPiece:]
		}
		if text == "" {
			text = "+"
		}
		w.want("AUTHENTICATE "+text, "> verify alice "+password+": bad-credentials")
	}
	w := newTalk(t, false)
	w.say("CAP REQ sasl", "AUTHENTICATE PLAIN")
	for range saslMost / saslPiece {
		w.want("AUTHENTICATE "+strings.Repeat("A", saslPiece), "")
	}
	w.want("AUTHENTICATE "+strings.Repeat("A", saslPiece), "905 * :SASL message too long")
}

func TestRegistrationEndsAnAuthentication(t *testing.T) {
	w := newTalk(t, false)
	w.say("CAP REQ sasl", "NICK alice", "USER alice 0 * alice", "AUTHENTICATE PLAIN")
	if got := w.say("CAP END"); !has(got, "906 alice ") || !has(got, "001 alice ") {
		t.Errorf("%q", got)
	}
}

func TestPass(t *testing.T) {
	for _, pass := range []string{"alice:wonderland", "wonderland"} {
		w := newTalk(t, false)
		w.say("PASS "+pass, "NICK alice")
		w.want("USER alice 0 * alice", "> verify alice wonderland", "> enter", "> attach")
	}
	for _, pass := range []string{":looking glass", "looking glass"} {
		w := newTalk(t, false)
		w.say("PASS "+pass, "NICK alice")
		w.want("USER alice 0 * alice", "> verify alice looking glass: bad-credentials", "ERROR…")
		if !w.closed {
			t.Error("the connection goes on")
		}
	}
}

// The nick is the account's name.
func TestNickOfAnotherAccount(t *testing.T) {
	w := newTalk(t, false)
	w.say("PASS alice:wonderland", "NICK bob")
	w.want("USER alice 0 * alice", "> verify alice wonderland", "432 * bob :Your nick is the name of your account: NICK alice")
	w.want("NICK ALICE", "> enter", "> attach")
	w.want("NICK bob", "432 alice bob :Your nick is the name of your account. …")
	w.want("NICK Alice", "")
}

// Clients try the next nick of their list when one is refused. None of them is the account's, so they get that as what they are.
func TestNickOfAnotherAccountOnceMore(t *testing.T) {
	for _, nicks := range [][2]string{{"bob", "bob_"}, {"[alice]", "[alice]_"}, {"alice|away", "bob"}} {
		w := newTalk(t, false)
		w.want("PASS alice:wonderland", "")
		w.say("USER alice 0 * alice")
		if got := w.say("NICK " + nicks[0]); !strings.HasPrefix(got[len(got)-1], "432 * "+nicks[0]) {
			t.Errorf("%q", got)
		}
		if w.say("NICK " + nicks[1]); w.chat.name != "alice" || w.client.nick != "alice" {
			t.Errorf("%s: it is %q, and its nick %q", nicks, w.chat.name, w.client.nick)
		}
	}
	// It has said its nick before it has shown who it is.
	w := newTalk(t, false)
	w.say("CAP REQ sasl", "NICK [alice]", "USER alice 0 * alice", "AUTHENTICATE PLAIN")
	w.want("AUTHENTICATE "+plainOf("alice", "wonderland"), "> verify alice wonderland")
	w.want("CAP END", "> enter", "> attach")
	w = newTalk(t, false)
	w.say("CAP REQ sasl", "NICK bob", "USER alice 0 * alice", "AUTHENTICATE PLAIN", "AUTHENTICATE "+plainOf("alice", "wonderland"))
	w.want("CAP END", "432 * bob :Your nick is the name of your account: NICK alice")
	w.want("NICK bob_", "> enter", "> attach")
	// A wrong password is none.
	w = newTalk(t, false)
	w.say("PASS alice:looking-glass", "USER alice 0 * alice", "NICK [alice]")
	w.want("NICK [alice]_", "> verify alice looking-glass: bad-credentials", "ERROR…")
}

func TestGuests(t *testing.T) {
	w := newTalk(t, true)
	w.say("NICK taken")
	w.want("USER u 0 * u", "433 * taken :Nickname is already in use")
	w.want("NICK bob", "> guest bob", "> attach", ":NickServ!NickServ@parley NOTICE bob :You are a guest, …")
	w.chat.rooms = []string{"#lobby", "#tea"}
	w.want("NICK carol", ":bob!bob@parley NICK carol")
	if w.chat.name != "carol" {
		t.Errorf("it is %s", w.chat.name)
	}
	w.want("NICK taken", "433 carol taken :Nickname is already in use")
	if w.chat.name != "carol" {
		t.Errorf("it is %s", w.chat.name)
	}
	w.want("NS IDENTIFY alice wonderland", "> verify alice wonderland", ":carol!carol@parley PART #lobby", ":carol!carol@parley PART #tea",
		"> verify alice wonderland", "> enter", "> attach")
	if w.chat.name != "alice" || w.chat.guest {
		t.Errorf("it is %s", w.chat.name)
	}
}

// Where guests are let in, somebody whose nick is an account's is asked for the password.
func TestGuestWithTheNameOfAnAccount(t *testing.T) {
	w := newTalk(t, true)
	w.say("NICK alice")
	if got := w.say("USER u 0 * u"); !has(got, "001 alice ") || !has(got, ":NickServ!NickServ@parley NOTICE alice :This nick belongs to somebody. Say /msg NickServ IDENTIFY") {
		t.Errorf("%q", got)
	}
	w.want("NICK taken", "433 alice taken :Nickname is already in use")
	w.want("PRIVMSG nickserv :IDENTIFY wonderland", "> verify alice wonderland", "> enter", "> attach")
}

func TestNickServ(t *testing.T) {
	w := newTalk(t, false)
	w.say("NICK bob", "USER bob 0 * bob")
	w.want("PRIVMSG NickServ REGISTER", ":NickServ!NickServ@parley NOTICE bob :It is used as REGISTER <password>.")
	w.want("PRIVMSG NickServ :IDENTIFY looking-glass", "> verify bob looking-glass: bad-credentials")
	w.want("PRIVMSG NickServ :IDENTIFY looking glass", "> verify looking glass: bad-credentials",
		":NickServ!NickServ@parley NOTICE bob :A password with blanks needs the account in front: IDENTIFY <account> <password>.")
	w.want("PRIVMSG NickServ :IDENTIFY bob looking  glass", "> verify bob looking  glass: bad-credentials", ":NickServ!…")
	w.want("PRIVMSG NickServ :REGISTER looking  glass bob@example.org", "> register bob looking  glass",
		"900 bob bob!bob@parley bob :You are now logged in as bob", ":NickServ!NickServ@parley NOTICE bob :Your account bob is made…", "> attach")
	w.want("NS REGISTER x", ":NickServ!NickServ@parley NOTICE bob :You are logged in as bob.")
	w.chat.rooms = []string{"#lobby"}
	w.want("NS LOGOUT", ":bob!bob@parley PART #lobby", "901 bob bob!bob@parley :You are now logged out")
	w.want("NS LOGOUT", ":NickServ!NickServ@parley NOTICE bob :You are not logged in.")
	w.say("NICK alice")
	w.want("NS REGISTER x", ":NickServ!NickServ@parley NOTICE alice No.")
	w.want("NS BREW", ":NickServ!NickServ@parley NOTICE alice :I don't know that…")
}

func TestAccountRegistration(t *testing.T) {
	w := newTalk(t, false)
	w.want("REGISTER * * secret", "FAIL REGISTER COMPLETE_CONNECTION_REQUIRED…")
	w.say("NICK bob", "USER bob 0 * bob")
	w.want("REGISTER carol * secret", "FAIL REGISTER ACCOUNT_NAME_MUST_BE_NICK carol…")
	w.want("REGISTER BOB * secret", "> register bob secret", "> attach")
	w.want("REGISTER * * secret", "FAIL REGISTER ALREADY_AUTHENTICATED bob…")
}

func TestMessages(t *testing.T) {
	w := in(t, "batch")
	w.want("PRIVMSG", "411 alice :No recipient given (PRIVMSG)")
	w.want("PRIVMSG bob", "412 alice :No text to send")
	w.want("PRIVMSG bob :", "412 alice :No text to send")
	w.want("PRIVMSG a,b,c,d,e hi", "407 alice a,b,c,d,e :Too many recipients")
	w.want("NOTICE a,b,c,d,e hi", "")
	w.want("PRIVMSG bob,#tea :hi there", "> msg bob hi there", "> msg #tea hi there")
	w.want("PRIVMSG #tea :\x01ACTION waves\x01", "> msg #tea /me waves")
	w.want("NOTICE bob :hi", "> msg bob /notice hi")
	w.want("PRIVMSG parley :/who", "> who")
	w.want("PRIVMSG parley :hello", ":parley!parley@parley NOTICE alice :Commands begin with a slash…")
	w.want("PRIVMSG parley :/login bob x", ":parley!parley@parley NOTICE alice :Say /msg NickServ IDENTIFY…")
	w.want("PRIVMSG parley :/passwd", ":parley!parley@parley NOTICE alice :It asks for a password…")
	w.want("TAGMSG bob", "421 alice TAGMSG :Unknown command")
}

func TestChannels(t *testing.T) {
	w := in(t, "batch")
	w.want("JOIN #tea,pot,#milk key", "> join #tea", "> rooms #tea", "> who #tea", "403 alice pot :No such channel", "> join #milk", "> rooms #milk", "> who #milk")
	w.chat.rooms = []string{"#tea", "#milk"}
	w.want("JOIN 0", "> leave #tea", "> leave #milk")
	w.want("PART #tea,#milk :too hot", "> leave #tea too hot", "> leave #milk too hot")
	w.want("TOPIC #tea", "> rooms #tea")
	w.want("TOPIC #tea :", "> topic #tea -")
	w.want("TOPIC #tea :green tea", "> topic #tea green tea")
	w.want("NAMES", "366 alice * :End of /NAMES list")
	w.want("NAMES #tea,pot", "> who #tea", "366 alice pot :End of /NAMES list")
	w.want("LIST", "> rooms all")
	w.want("LIST #tea", "> rooms #tea")
	w.want("LIST #t*", "> rooms all")
	w.want("KICK #tea a,b,c,d,e :no sugar", "> kick #tea a no sugar", "> kick #tea b no sugar", "> kick #tea c no sugar", "> kick #tea d no sugar")
	w.want("INVITE bob #tea", "> invite #tea bob")
	w.want("KICK #tea,#milk bob", "> kick #tea bob", "> kick #milk bob")
	w.want("KICK #tea,#milk bob,carol :no sugar", "> kick #tea bob no sugar", "> kick #milk carol no sugar")
	w.want("KICK #tea,#milk a,b,c", "461 alice KICK :Not enough parameters")
	// Another session of the account joins a room.
	w.out = nil
	w.do(w.client.Joined("#milk"))
	if got := string(w.out); got != "> rooms #milk\r\n> who #milk\r\n" {
		t.Errorf("%q", got)
	}
}

func TestEmptyTargets(t *testing.T) {
	w := in(t, "batch")
	for _, line := range []string{"JOIN :", "JOIN ,", "PART :", "MODE :", "TOPIC :", "TOPIC  :", "KICK #tea :", "KICK , bob", "INVITE bob :", "INVITE , #tea"} {
		command, _, _ := strings.Cut(line, " ")
		w.want(line, "461 alice "+command+" :Not enough parameters")
	}
}

func TestPasswordsWithBlanks(t *testing.T) {
	for text, want := range map[string]string{
		"looking glass": "looking glass", "glass@home": "glass@home", "glass a@b": "glass", "looking glass a@b": "looking glass", "a@b looking glass": "a@b looking glass",
	} {
		w := newTalk(t, false)
		w.say("NICK bob", "USER bob 0 * bob")
		if got := w.say("PRIVMSG NickServ :REGISTER " + text); got[0] != "> register bob "+want {
			t.Errorf("%s: %q", text, got)
		}
	}
	w := in(t, "batch")
	w.say("NS LOGOUT")
	w.want("NS IDENTIFY alice wonderland", "> verify alice wonderland", "> enter", "> attach")
}

func TestModes(t *testing.T) {
	w := in(t, "batch")
	w.want("MODE #tea", "> rooms #tea")
	w.want("MODE #tea b", "> banned #tea")
	w.want("MODE #tea +o-v+q bob carol dan", "> role #tea bob op", "> role #tea carol none", "> role #tea dan owner")
	w.want("MODE #tea +o", "")
	w.want("MODE #tea +im-m+nt", "> room #tea private", "> room #tea quiet", "> room #tea open")
	w.want("MODE #tea +bb-b bob!*@* m:carol dan", "> ban #tea bob", "> mute #tea carol", "> unban #tea dan")
	w.want("MODE #tea +b *!*@host", "696 alice #tea b *!*@host :A ban is for an account…")
	w.want("MODE #tea +kl secret 9", "472 alice k :is unknown mode char to me for #tea", "472 alice l :is unknown mode char to me for #tea")
	w.want("MODE #tea +vvvvvvvvvvvv a b c d e f g h i j k l", "> role #tea a voice", "> role #tea b voice", "> role #tea c voice", "> role #tea d voice",
		"> role #tea e voice", "> role #tea f voice", "> role #tea g voice", "> role #tea h voice", "> role #tea i voice", "> role #tea j voice")
	w.want("MODE alice", "221 alice +i")
	w.want("MODE alice +B", ":alice!alice@parley MODE alice +B")
	w.want("MODE alice", "221 alice +Bi")
	w.want("MODE alice +xi", "501 alice :Unknown MODE flag")
	w.want("MODE alice +w", "501 alice :Unknown MODE flag")
	w.want("MODE alice -i+o", "")
	w.want("MODE bob", "502 alice :Can't change the modes of others")
}

func TestUsersAndHistory(t *testing.T) {
	w := in(t, "batch")
	w.want("WHO #tea %nt,42", "> who #tea")
	w.want("WHO bob", "> who")
	w.want("WHOIS", "431 alice :No nickname given")
	w.want("WHOIS irc.parley bob", "> whois bob")
	w.want("WHOWAS bob 2", "> whois bob")
	w.want("ISON bob carol", "> who")
	w.want("AWAY :lunch", "> away lunch")
	w.want("AWAY", "> back")
	w.want("AWAY :", "> back")
	w.want("MONITOR + bob,carol", "> monitor + bob,carol")
	w.want("MONITOR l", "> monitor L")
	w.want("MONITOR +", "461 alice MONITOR :Not enough parameters")
	w.want("CHATHISTORY LATEST #tea *", "FAIL CHATHISTORY INVALID_PARAMS LATEST :Insufficient parameters")
	w.want("CHATHISTORY BREW #tea * 9", "FAIL CHATHISTORY INVALID_PARAMS BREW :Unknown command")
	w.want("CHATHISTORY LATEST #tea * many", "FAIL CHATHISTORY INVALID_PARAMS LATEST :The limit…")
	w.want("CHATHISTORY TARGETS timestamp=a timestamp=b 9", "> targets timestamp=a timestamp=b 9")
	w.want("SETNAME :Alice Liddell", "> profile Alice Liddell")
	w.want("LUSERS", "> counts")
}

func TestTheServerItself(t *testing.T) {
	w := in(t, "batch")
	w.want("PING", "409 alice :No origin specified")
	w.want("PING :a b", "PONG irc.parley :a b")
	w.want("PONG x", "")
	w.want("MOTD elsewhere", "402 alice elsewhere :No such server")
	w.want("MOTD", "375 …", "372 …", "372 …", "372 …", "376 …")
	w.want("STATS x", "219 alice x :End of /STATS report")
	w.want("ADMIN", "423 alice irc.parley :No administrative info available")
	w.want("USERS", "446 …")
	w.want("SUMMON bob", "445 …")
	w.want("HELP brewing", "524 alice BREWING …")
	w.want("OPER root secret", "491 …")
	w.want("KILL bob", "481 …")
	w.want("WALLOPS :tea", "481 …")
	w.want("DIE", "481 …")
	for _, command := range []string{"VERSION", "TIME", "INFO", "LINKS", "HELP"} {
		if got := w.say(command); got[0] == "" {
			t.Errorf("%s is not answered", command)
		}
	}
	w.chat.name = "root"
	w.want("OPER root secret", "381 …")
	w.want("KILL bob :bye", "> kick bob bye")
	w.want("WALLOPS :tea", "> announce tea")
	w.want("QUIT :good night", "> quit good night")
}

func TestLabels(t *testing.T) {
	w := in(t, "batch labeled-response")
	w.want("@label=a PING 1", "@label=a PONG irc.parley 1")
	w.want("@label=b PONG 1", "@label=b ACK")
	w.want("@label=c", "@label=c ACK")
	w.want("@label=d MOTD", "@label=d BATCH +l4 labeled-response", "@batch=l4 375…", "@batch=l4 372…", "@batch=l4 372…", "@batch=l4 372…",
		"@batch=l4 376…", "BATCH -l4")
	w.want("@label=e JOIN #tea", "@label=e BATCH +l5 labeled-response", "@batch=l5 > join #tea", "@batch=l5 > rooms #tea", "@batch=l5 > who #tea", "BATCH -l5")
	w.want("@label=f NOTICE a,b,c,d,e hi", "@label=f ACK")
	w.want("@label="+strings.Repeat("x", 65)+" PING 1", "PONG irc.parley 1")
	w.want("@label=g BREW", "@label=g 421 alice BREW :Unknown command")
	w = in(t, "labeled-response")
	w.want("@label=a PING 1", "PONG irc.parley 1")
}

func TestLabelOnABatch(t *testing.T) {
	a := newAnswer("x", 1)
	whole := ":irc.parley BATCH +h chathistory #tea\r\n@batch=h;msgid=1 :b!b@parley PRIVMSG #tea :hi\r\n:irc.parley BATCH -h\r\n"
	if got := string(a.End(a.Append(nil, []byte(whole), false))); got != "@label=x "+whole {
		t.Errorf("%q", got)
	}
	a = newAnswer("x", 1)
	got := string(a.Append(nil, []byte("@time=now :irc.parley 900 a\r\n"), true))
	got += string(a.Append(nil, []byte(":irc.parley BATCH +w waiting\r\n@batch=w :b PRIVMSG a :hi\r\n:irc.parley BATCH -w\r\n"), false))
	got = string(a.End([]byte(got)))
	want := "@label=x :irc.parley BATCH +l1 labeled-response\r\n@batch=l1;time=now :irc.parley 900 a\r\n" +
		"@batch=l1 :irc.parley BATCH +w waiting\r\n@batch=w :b PRIVMSG a :hi\r\n@batch=l1 :irc.parley BATCH -w\r\n:irc.parley BATCH -l1\r\n"
	if got != want {
		t.Errorf("%q\nwant %q", got, want)
	}
}

func TestRefusedLines(t *testing.T) {
	w := in(t, "batch labeled-response")
	for _, c := range []struct {
		line string
		err  *protocol.Error
		want string
	}{
		{"@label=x PRIVMSG bob :\xff", errBadUTF8, "@label=x FAIL PRIVMSG INVALID_UTF8 :Message rejected"},
		{"PRIVMSG bob :a\rb", errBadChar, "FAIL * bad-char :Message rejected"},
		{"PRIVMSG bob :" + strings.Repeat("a", 500), errTooLong, "417 alice :Input line was too long"},
	} {
		w.out = nil
		w.do(w.client.Line([]byte(c.line), c.err))
		if got := strings.Replace(string(w.out), ":irc.parley ", "", 1); !strings.HasPrefix(got, c.want) {
			t.Errorf("%q: %q", c.line, got)
		}
	}
}
