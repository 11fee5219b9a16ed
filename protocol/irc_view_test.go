package protocol

import (
	"strings"
	"testing"

	"parley/internal/language"
)

// answer writes an answer to an IRC client: rows, Done lines and failures.
func answer(a IRCAsk, parts ...any) (b []byte) {
	if a.Nick == "" {
		a.Nick = "bob"
	}
	tag := a.Tag()
	for _, part := range parts {
		switch part := part.(type) {
		case *Line:
			part.Tag = tag
			b = IRC.AppendLine(b, part)
		case *Event:
			b = IRC.AppendMessageRow(b, tag, part)
		case *Error:
			b = IRC.AppendFailure(b, tag, "command", part)
		}
	}
	return b
}

func row(word, text string, fields ...Field) *Line {
	l := &Line{Type: Row, Word: word, Fields: fields}
	if text != "" {
		l.Text = []byte(text)
	}
	return l
}

func done(text string, fields ...Field) *Line {
	l := row("done", text, fields...)
	l.Type = Done
	return l
}

// user is a row of somebody who is online.
func user(name string, more ...Field) *Line {
	return row("user", "", append([]Field{Word("name", name), Number("idle", 35), Number("sessions", 1)}, more...)...)
}

// named gives the person of a row a real name.
func named(l *Line, real string) *Line {
	l.Real = real
	return l
}

// offline is a row of a member who is not.
func offline(name string) *Line { return row("user", "", Word("name", name), Flag("away")) }

var (
	anOwner, anOp = Word("role", "owner"), Word("role", "op")
	aRoom         = Word("room", "#tea")
)

func TestIRCTalk(t *testing.T) {
	say := IRCAsk{View: ViewSay, Command: "PRIVMSG", Arg: "alice"}
	to := Word("to", "alice")
	wantLines(t, answer(say, done("", to, Number("number", 813), Number("sent", 1))))
	wantLines(t, answer(say, done("", to, Number("number", 813), Flag("stored"))), ":irc.parley 301 bob alice :is not here; the message waits")
	wantLines(t, answer(say, done("Out for lunch", to, Number("sent", 1), Flag("away"))), ":irc.parley 301 bob alice :Out for lunch")
	wantLines(t, answer(say, done("", to, Number("sent", 1), Flag("away"))), ":irc.parley 301 bob alice :is away")
	say.Command = "NOTICE"
	wantLines(t, answer(say, done("Out for lunch", to, Number("sent", 1), Flag("away"))))
	wantLines(t, answer(say, Errorf(NoSuchUser, "There is no account called alice.").With("name", "alice")))
	wantLines(t, answer(IRCAsk{View: ViewAway}, done("x")), ":irc.parley 306 bob :You have been marked as being away")
	wantLines(t, answer(IRCAsk{View: ViewBack}, done("")), ":irc.parley 305 bob :You are no longer marked as being away")
}

func TestIRCNames(t *testing.T) {
	names := IRCAsk{View: ViewNames, Arg: "#tea"}
	wantLines(t, answer(names, user("alice", anOwner), offline("dora"), user("bob"), user("carol", anOp), done("")),
		":irc.parley 353 bob = #tea :~alice bob @carol", ":irc.parley 366 bob #tea :End of /NAMES list")
	names.Caps = UserhostInNames
	wantLines(t, answer(names, user("alice", Word("role", "voice"))), ":irc.parley 353 bob = #tea :+alice!alice@parley")
	end := ":irc.parley 366 bob #tea :End of /NAMES list"
	wantLines(t, answer(names, Errorf(NotInRoom, "You are not in #tea.").With("room", "#tea")), end)
	wantLines(t, answer(names, Errorf(Unavailable, "Please try again.")), ":irc.parley FAIL * unavailable #tea :Please try again.", end)
	names.Caps = 0
	const start = ":irc.parley 353 bob = #tea :"
	var parts []any
	name := strings.Repeat("n", 32)
	for range 20 {
		parts = append(parts, user(name))
	}
	full := start + strings.Repeat(name+" ", 14) + name[:0]
	wantLines(t, answer(names, parts...), strings.TrimSuffix(full, " "), strings.TrimSuffix(start+strings.Repeat(name+" ", 6), " "))
	attach := IRCAsk{View: ViewAttach}
	other := Word("room", "#b")
	wantLines(t, answer(attach, user("alice", aRoom), row("names-end", "", aRoom), user("alice", other), row("names-end", "", other), done("")),
		":irc.parley 353 bob = #tea :alice", ":irc.parley 366 bob #tea :End of /NAMES list",
		":irc.parley 353 bob = #b :alice", ":irc.parley 366 bob #b :End of /NAMES list")
}

func TestIRCWho(t *testing.T) {
	who := IRCAsk{View: ViewWho, Arg: "#tea"}
	wantLines(t, answer(who, user("alice", anOwner, Flag("operator"), Flag("bot")), offline("dora"), user("carol", Flag("away")), done("")),
		":irc.parley 352 bob #tea alice parley irc.parley alice H*~B :0 alice",
		":irc.parley 352 bob #tea carol parley irc.parley carol G :0 carol",
		":irc.parley 315 bob #tea :End of WHO list")
	for mask, want := range map[string]string{
		"AL*": "alice", "0": "alice carol", "*": "alice carol", "carol": "carol", "*!*@parley": "alice carol", "x": "", "c*!*@*": "carol",
	} {
		got := string(answer(IRCAsk{View: ViewWho, Arg: mask}, user("alice", anOwner), user("carol")))
		for _, name := range []string{"alice", "carol"} {
			line := ":irc.parley 352 bob * " + name + " parley irc.parley " + name + " H :0 " + name + "\r\n"
			if strings.Contains(got, line) != strings.Contains(want, name) {
				t.Errorf("WHO %s shows %q", mask, got)
			}
		}
	}
	for fields, want := range map[string]string{
		"%tcuihsnfdlaor,42": "42 #tea alice 255.255.255.255 parley irc.parley alice H~ 0 35 alice n/a :alice",
		"%na":               "alice alice",
		"%tnf,7":            "7 alice H~",
		"%r":                ":alice",
		"%zn":               "alice",
	} {
		wantLines(t, answer(IRCAsk{View: ViewWho, Arg: "#tea " + fields}, user("alice", anOwner)), ":irc.parley 354 bob "+want)
	}
	wantLines(t, answer(IRCAsk{View: ViewWho, Arg: "#tea %nr"}, named(user("alice"), "Alice L.")), ":irc.parley 354 bob alice :Alice L.")
	wantLines(t, answer(IRCAsk{View: ViewWho, Arg: "alice"}, named(user("alice"), "Alice L.")), ":irc.parley 352 bob * alice parley irc.parley alice H :0 Alice L.")
	wantLines(t, answer(IRCAsk{View: ViewWho, Arg: "al* %ca"}, user("alice", Flag("guest"))), ":irc.parley 354 bob * 0")
	wantLines(t, answer(who, Errorf(NotInRoom, "You are not in #tea.").With("room", "#tea")), ":irc.parley 315 bob #tea :End of WHO list")
}

func TestIRCWhois(t *testing.T) {
	whois := IRCAsk{View: ViewWhois, Arg: "Alice"}
	away := user("alice", Time("since", morning), Flag("operator"), Flag("bot"), Flag("away"))
	away.Text, away.Real = []byte("x :irc.parley 311 bob y * :z"), "Alice L."
	wantLines(t, answer(whois, away, row("room", "", aRoom, anOwner), row("room", "", Word("room", "#b")), done("")),
		":irc.parley 311 bob alice alice parley * :Alice L.",
		":irc.parley 312 bob alice irc.parley :parley",
		":irc.parley 301 bob alice :x :irc.parley 311 bob y * :z",
		":irc.parley 313 bob alice :is an IRC operator",
		":irc.parley 335 bob alice :is a bot",
		":irc.parley 317 bob alice 35 1795330865 :seconds idle, signon time",
		":irc.parley 330 bob alice alice :is logged in as",
		":irc.parley 319 bob Alice :~#tea #b",
		":irc.parley 318 bob Alice :End of /WHOIS list")
	wantLines(t, answer(whois, user("alice", Flag("guest"), Time("since", morning))),
		":irc.parley 311 bob alice alice parley * :alice",
		":irc.parley 312 bob alice irc.parley :parley",
		":irc.parley 317 bob alice 35 1795330865 :seconds idle, signon time")
	wantLines(t, answer(whois, offline("alice")),
		":irc.parley 311 bob alice alice parley * :alice",
		":irc.parley 312 bob alice irc.parley :parley",
		":irc.parley 301 bob alice :is not here; messages wait")
	wantLines(t, answer(whois, Errorf(NoSuchUser, "There is no account called Alice.").With("name", "Alice")),
		":irc.parley 401 bob Alice :There is no account called Alice.", ":irc.parley 318 bob Alice :End of /WHOIS list")
	whois.View = ViewWhowas
	wantLines(t, answer(whois, named(user("alice"), "Alice L."), row("room", "", aRoom), done("")),
		":irc.parley 314 bob alice alice parley * :Alice L.", ":irc.parley 312 bob alice irc.parley :parley", ":irc.parley 369 bob Alice :End of WHOWAS")
	wantLines(t, answer(whois, Errorf(NoSuchUser, "There is no account called Alice.").With("name", "Alice")),
		":irc.parley 406 bob Alice :There was no such nickname", ":irc.parley 369 bob Alice :End of WHOWAS")
}

func TestIRCIsonAndUserhost(t *testing.T) {
	ison := IRCAsk{View: ViewIson, Arg: "ALICE dora carol"}
	wantLines(t, answer(ison, user("alice"), user("bob"), user("carol"), done("")), ":irc.parley 303 bob :alice carol")
	wantLines(t, answer(ison, user("bob"), done("")), ":irc.parley 303 bob :")
	userhost := IRCAsk{View: ViewUserhost, Arg: "alice carol"}
	wantLines(t, answer(userhost, user("alice", Flag("operator")), user("bob"), user("carol", Flag("away")), done("")),
		":irc.parley 302 bob :alice*=+alice@parley carol=-carol@parley")
	wantLines(t, answer(userhost, done("")), ":irc.parley 302 bob :")
}

func TestIRCMonitor(t *testing.T) {
	monitor := IRCAsk{View: ViewMonitor, Arg: "alice,carol,dora"}
	name := func(word, name string) *Line { return row(word, "", Word("name", name)) }
	wantLines(t, answer(monitor, name("online", "alice"), name("online", "carol"), name("offline", "dora"), done("", Word("action", "+"))),
		":irc.parley 730 bob :alice!alice@parley,carol!carol@parley", ":irc.parley 731 bob :dora")
	wantLines(t, answer(monitor, name("monitored", "alice"), name("monitored", "dora"), done("", Word("action", "L"))),
		":irc.parley 732 bob :alice,dora", ":irc.parley 733 bob :End of MONITOR list")
	full := Errorf(TooMany, "A session watches 2 people and rooms at most.")
	full.Fields = []Field{Number("limit", 2)}
	wantLines(t, answer(monitor, full), ":irc.parley 734 bob 2 alice,carol,dora :Monitor list is full.")
	wantLines(t, answer(monitor, full.With("name", "carol,dora")), ":irc.parley 734 bob 2 carol,dora :Monitor list is full.")
}

func TestIRCRooms(t *testing.T) {
	tea := func(text string, more ...Field) *Line {
		return row("room", text, append([]Field{aRoom, Number("members", 3), Number("here", 2)}, more...)...)
	}
	origin := []Field{Time("created", morning), Word("by", "alice"), Time("at", morning)}
	topic := []string{":irc.parley 332 bob #tea :Green only", ":irc.parley 333 bob #tea alice 1795330865"}
	wantLines(t, answer(IRCAsk{View: ViewTopic}, tea("Green only", origin...), done("")), topic...)
	wantLines(t, answer(IRCAsk{View: ViewTopic}, tea("Green only")), topic[0])
	wantLines(t, answer(IRCAsk{View: ViewTopic}, tea("")), ":irc.parley 331 bob #tea :No topic is set")
	wantLines(t, answer(IRCAsk{View: ViewJoinTopic}, tea("")))
	wantLines(t, answer(IRCAsk{View: ViewJoinTopic}, tea("Green only", origin...)), topic...)
	wantLines(t, answer(IRCAsk{View: ViewMode}, tea("", append(origin, Flag("private"), Flag("quiet"))...)),
		":irc.parley 324 bob #tea +imnt", ":irc.parley 329 bob #tea 1795330865")
	wantLines(t, answer(IRCAsk{View: ViewMode}, tea("")), ":irc.parley 324 bob #tea +nt")
	bans := IRCAsk{View: ViewBans, Arg: "#tea"}
	ban := row("ban", "x", Word("name", "carol"), Word("by", "alice"), Time("at", morning))
	wantLines(t, answer(bans, ban, row("mute", "", Word("name", "dora"), Time("at", morning)), done("")),
		":irc.parley 367 bob #tea carol!*@* alice 1795330865", ":irc.parley 367 bob #tea m:dora!*@* irc.parley 1795330865",
		":irc.parley 368 bob #tea :End of channel ban list")
	wantLines(t, answer(IRCAsk{View: ViewInvite, Arg: "carol #tea"}, done("", aRoom, Word("name", "carol"))), ":irc.parley 341 bob carol #tea")
	for _, view := range []IRCView{ViewJoin, ViewPart, ViewSetTopic, ViewChangeMode, ViewKick, ViewKill, ViewNothing, ViewPass} {
		wantLines(t, answer(IRCAsk{View: view}, done("", aRoom)))
	}
}

func TestIRCList(t *testing.T) {
	for asked, want := range map[string]string{
		"": "#tea #milk", "#tea": "#tea", "#TEA,#x": "#tea", "*ea": "#tea", "!*ea": "#milk", ">2": "#milk", "<3": "#tea", ">1,<9": "#tea #milk",
		"#m*,>9": "", "#tea,#milk": "#tea #milk", "* >2": "#milk", ">x": "#tea #milk",
	} {
		var lines []string
		for _, room := range []string{"#tea 2", "#milk 9"} {
			if name, _, _ := strings.Cut(room, " "); strings.Contains(want, name) && !(asked == ">1,<9" && name == "#milk") {
				lines = append(lines, ":irc.parley 322 bob "+room+" :Green only")
			}
		}
		lines = append(lines, ":irc.parley 323 bob :End of /LIST")
		wantLines(t, answer(IRCAsk{View: ViewList, Arg: asked}, row("room", "Green only", aRoom, Number("here", 2)),
			row("room", "Green only", Word("room", "#milk"), Number("here", 9)), done("")), lines...)
	}
	wantLines(t, answer(IRCAsk{View: ViewList, Arg: "#x"}, Errorf(NoSuchRoom, "There is no room #x.").With("room", "#x")), ":irc.parley 323 bob :End of /LIST")
}

func TestIRCEnter(t *testing.T) {
	enter := IRCAsk{View: ViewEnter, Before: ":irc.parley 001 bob :Welcome\r\n"}
	shown := row("room", "Green only", aRoom, Word("by", "alice"), Time("at", morning))
	wantLines(t, answer(enter, row("welcome", ""), shown, row("room", "", Word("room", "#b")), done("")),
		":irc.parley 001 bob :Welcome", ":bob!bob@parley JOIN #tea", ":irc.parley 332 bob #tea :Green only", ":irc.parley 333 bob #tea alice 1795330865",
		":bob!bob@parley JOIN #b")
	enter.Caps = ExtendedJoin
	wantLines(t, answer(enter, row("room", "", aRoom)), ":bob!bob@parley JOIN #tea bob :bob")
	wantLines(t, answer(enter, row("room", "", aRoom, Flag("guest"))), ":bob!bob@parley JOIN #tea * :bob")

	name := Word("name", "bob")
	wantLines(t, answer(IRCAsk{View: ViewVerify, Nick: "*"}, done("", name)),
		":irc.parley 900 * bob!bob@parley bob :You are now logged in as bob", ":irc.parley 903 * :SASL authentication successful")
	wrong := Errorf(BadCredentials, "The name or the password is wrong.")
	wantLines(t, answer(IRCAsk{View: ViewVerify}, wrong), ":irc.parley 904 bob :The name or the password is wrong.")
	wantLines(t, answer(IRCAsk{View: ViewPass}, wrong), ":irc.parley 464 bob :The name or the password is wrong.")
	wantLines(t, answer(IRCAsk{View: ViewIdentify}, wrong), ":NickServ!NickServ@parley NOTICE bob :The name or the password is wrong.")
	wantLines(t, answer(IRCAsk{View: ViewIdentify}, done("", name)), ":NickServ!NickServ@parley NOTICE bob :You are now identified for bob.",
		":irc.parley 900 bob bob!bob@parley bob :You are now logged in as bob")
	wantLines(t, answer(IRCAsk{View: ViewRegister}, row("welcome", ""), row("room", "", aRoom), done("", name)),
		":bob!bob@parley JOIN #tea", ":irc.parley REGISTER SUCCESS bob :Account successfully registered",
		":irc.parley 900 bob bob!bob@parley bob :You are now logged in as bob")
	wantLines(t, answer(IRCAsk{View: ViewCaps, Arg: "batch server-time"}, done("")), ":irc.parley CAP bob ACK :batch server-time")
	wantLines(t, answer(IRCAsk{View: ViewSetName, Caps: SetName, Arg: "Bob B."}, done("")), ":bob!bob@parley SETNAME :Bob B.")
	wantLines(t, answer(IRCAsk{View: ViewSetName, Arg: "Bob B."}, done("")))
}

func TestIRCHistory(t *testing.T) {
	e := &Event{Kind: RoomMessage, Number: 813, At: morning, From: "alice", Room: "#tea", Text: []byte("/me waves")}
	history := IRCAsk{View: ViewHistory, Arg: "LATEST #tea"}
	begin := row("history", "", aRoom)
	wantLines(t, answer(history, begin, e, done("")), ":alice!alice@parley PRIVMSG #tea :\x01ACTION [2026-11-22 07:01] waves\x01")
	history.Caps = Batch | ServerTime | MessageTags
	wantLines(t, answer(history, begin, e, done("")), ":irc.parley BATCH +history chathistory #tea",
		"@batch=history;time=2026-11-22T07:01:05.123Z;msgid=813 :alice!alice@parley PRIVMSG #tea :\x01ACTION waves\x01", ":irc.parley BATCH -history")
	wantLines(t, answer(history, row("history", "", Word("name", "alice")), done("")), ":irc.parley BATCH +history chathistory alice", ":irc.parley BATCH -history")
	history.View = ViewAttach
	wantLines(t, answer(history, begin, row("history-end", ""), done("")), ":irc.parley BATCH +history chathistory #tea", ":irc.parley BATCH -history")

	targets := IRCAsk{View: ViewTargets, Arg: "TARGETS", Caps: Batch}
	thread := row("thread", "", Word("name", "#tea"), Word("at", "2026-11-22T07:01:05.123Z"))
	wantLines(t, answer(targets, row("history", ""), thread, row("thread", "", Word("name", "alice"), Time("at", morning)), done("")),
		":irc.parley BATCH +history draft/chathistory-targets",
		"@batch=history :irc.parley CHATHISTORY TARGETS #tea 2026-11-22T07:01:05.123Z",
		"@batch=history :irc.parley CHATHISTORY TARGETS alice 2026-11-22T07:01:05.123Z",
		":irc.parley BATCH -history")
	targets.Caps = 0
	wantLines(t, answer(targets, row("history", ""), thread, done("")), ":irc.parley CHATHISTORY TARGETS #tea 2026-11-22T07:01:05.123Z")
}

func TestIRCServer(t *testing.T) {
	n := func(name string, n int64) Field { return Number(name, n) }
	counted := done("", n("accounts", 5), n("guests", 2), n("operators", 1), n("rooms", 3), n("sessions", 7), n("most", 9))
	wantLines(t, answer(IRCAsk{View: ViewCounts}, counted),
		":irc.parley 251 bob :There are 3 users and 2 guests on 1 server", ":irc.parley 252 bob 1 :operators online",
		":irc.parley 253 bob 0 :unknown connections", ":irc.parley 254 bob 3 :channels formed", ":irc.parley 255 bob :I have 7 clients and 0 servers",
		":irc.parley 265 bob 7 9 :Current local users 7, max 9", ":irc.parley 266 bob 7 9 :Current global users 7, max 9")
	service := IRCAsk{View: ViewService, Arg: "parley"}
	wantLines(t, answer(service, row("stat", "The protocol.", Figure("version", "1.0")), done("")),
		":parley!parley@parley NOTICE bob := stat version=1.0: The protocol.", ":parley!parley@parley NOTICE bob :+ done")
	wantLines(t, answer(service, Errorf(Forbidden, "Only operators of this server may do that.")),
		":parley!parley@parley NOTICE bob :- command forbidden: Only operators of this server may do that.")
	long := strings.Repeat("x", 395)
	wantLines(t, answer(service, row("say", long+long)), ":parley!parley@parley NOTICE bob := say: "+long[:393],
		":parley!parley@parley NOTICE bob :"+long+long[:2])
}

func TestIRCFailures(t *testing.T) {
	tea, name := "#tea", "carol"
	to := func(view IRCView, command, arg string) IRCAsk { return IRCAsk{View: view, Command: command, Arg: arg} }
	for _, c := range []struct {
		ask  IRCAsk
		err  *Error
		want string
	}{
		{to(ViewSay, "PRIVMSG", name), Errorf(NoSuchUser, "S.").With("name", name), "401 bob carol :S."},
		{to(ViewSay, "PRIVMSG", tea), Errorf(NoSuchRoom, "S.").With("room", tea), "403 bob #tea :S."},
		{to(ViewSay, "PRIVMSG", tea), Errorf(NotInRoom, "S.").With("room", tea), "404 bob #tea :S."},
		{to(ViewSay, "PRIVMSG", tea), Errorf(QuietOnly, "S.").With("room", tea), "404 bob #tea :S."},
		{to(ViewSay, "PRIVMSG", tea), Errorf(Muted, "S."), "404 bob #tea :S."},
		{to(ViewSay, "PRIVMSG", name), Errorf(Muted, "S."), "FAIL PRIVMSG muted carol :S."},
		{to(ViewSay, "PRIVMSG", name), Errorf(InboxFull, "S.").With("name", name), "FAIL PRIVMSG inbox-full carol :S."},
		{to(ViewSay, "PRIVMSG", tea), errNoText, "412 bob :No text to send"},
		{to(ViewBans, "MODE", tea), &Error{Code: Forbidden, Sentence: language.Say("S.")}, "368 bob #tea :End of channel ban list"},
		{to(ViewSay, "PRIVMSG", tea), &Error{Code: RateLimited, Retry: 3, Sentence: language.Say("S.")}, "263 bob PRIVMSG :S. Try again in 3 s."},
		{to(ViewJoin, "JOIN", tea), Errorf(InviteOnly, "S.").With("room", tea), "473 bob #tea :S."},
		{to(ViewJoin, "JOIN", tea), Errorf(Banned, "S.").With("room", tea), "474 bob #tea :S."},
		{to(ViewJoin, "JOIN", tea), Errorf(RoomFull, "S.").With("room", tea), "471 bob #tea :S."},
		{to(ViewJoin, "JOIN", tea), Errorf(TooManyRooms, "S."), "405 bob #tea :S."},
		{to(ViewJoin, "JOIN", tea), Errorf(BadRoom, "S.").With("room", tea), "476 bob #tea :S."},
		{to(ViewJoin, "JOIN", tea), Errorf(RoomTaken, "S.").With("room", tea), "FAIL JOIN room-taken #tea :S."},
		{to(ViewJoin, "JOIN", tea), Errorf(LoginRequired, "S."), "477 bob #tea :S."},
		{to(ViewJoin, "JOIN", tea), Errorf(AlreadyInRoom, "S.").With("room", tea), ""},
		{to(ViewPart, "PART", tea), Errorf(NotInRoom, "S.").With("room", tea), "442 bob #tea :S."},
		{to(ViewSetTopic, "TOPIC", tea), Errorf(Forbidden, "S."), "482 bob #tea :S."},
		{to(ViewSetTopic, "TOPIC", tea), Errorf(TextTooLong, "S."), "FAIL TOPIC text-too-long #tea :S."},
		{to(ViewKick, "KICK", tea+" "+name), Errorf(NotInRoom, "S.").With("room", tea).With("name", name), "441 bob carol #tea :S."},
		{to(ViewKick, "KICK", tea+" "+name), Errorf(NotInRoom, "S.").With("room", tea), "442 bob #tea :S."},
		{to(ViewKick, "KICK", tea+" "+name), Errorf(Forbidden, "S."), "482 bob #tea :S."},
		{to(ViewKill, "KILL", name), Errorf(Forbidden, "S."), "481 bob :S."},
		{to(ViewInvite, "INVITE", name+" "+tea), Errorf(AlreadyInRoom, "S.").With("room", tea).With("name", name), "443 bob carol #tea :S."},
		{to(ViewChangeMode, "MODE", tea+" "+name), Errorf(TooMany, "S."), "478 bob #tea b :S."},
		{to(ViewChangeMode, "MODE", tea+" "+name), Errorf(NotBanned, "S.").With("name", name), "FAIL MODE not-banned carol :S."},
		{IRCAsk{View: ViewEnter, Nick: "*", Command: "NICK"}, Errorf(NameTaken, "S.").With("name", name), "433 * carol :S."},
		{IRCAsk{View: ViewEnter, Nick: "*", Command: "NICK"}, Errorf(NameReserved, "S.").With("name", name), "432 * carol :S."},
		{to(ViewEnter, "*", ""), Errorf(Banned, "S."), "465 bob :S."},
		{to(ViewEnter, "*", ""), Errorf(LoginRequired, "S."), "FAIL * ACCOUNT_REQUIRED :S."},
		{to(ViewEnter, "*", ""), Errorf(Forbidden, "S."), "FAIL * forbidden :S."},
		{to(ViewHistory, "CHATHISTORY", "LATEST #tea"), Errorf(NotInRoom, "S.").With("room", tea), "FAIL CHATHISTORY INVALID_TARGET LATEST #tea :S."},
		{to(ViewHistory, "CHATHISTORY", "LATEST #tea"), Errorf(Usage, "S."), "FAIL CHATHISTORY INVALID_PARAMS LATEST :S."},
		{to(ViewHistory, "CHATHISTORY", "LATEST #tea"), Errorf(Unavailable, "S."), "FAIL CHATHISTORY MESSAGE_ERROR LATEST #tea :S."},
		{to(ViewTargets, "CHATHISTORY", "TARGETS"), Errorf(Usage, "S."), "FAIL CHATHISTORY INVALID_PARAMS TARGETS :S."},
		{to(ViewRegister, "REGISTER", ""), Errorf(NameTaken, "S.").With("name", "bob"), "FAIL REGISTER ACCOUNT_EXISTS bob :S."},
		{to(ViewRegister, "REGISTER", ""), Errorf(WeakPassword, "S."), "FAIL REGISTER WEAK_PASSWORD bob :S."},
		{to(ViewAway, "AWAY", ""), Errorf(BadUTF8, "S."), "FAIL AWAY INVALID_UTF8 :S."},
		{to(ViewAway, "AWAY", ""), Errorf(LoginRequired, "S."), "451 bob :S."},
		{to(ViewNothing, "X", ""), Errorf(UnknownCommand, "S.").With("word", "X"), "421 bob X :S."},
		{to(ViewNothing, "X", ""), Errorf(Usage, "S."), "461 bob X :S."},
		{IRCAsk{View: ViewNothing}, errIRCTooLong, "417 bob :Input line was too long"},
		{IRCAsk{View: ViewNothing}, Errorf(Internal, "S."), "FAIL * internal :S."},
		{IRCAsk{View: ViewJoinTopic, Arg: tea}, Errorf(NoSuchRoom, "S."), ""},
	} {
		var want []string
		if c.want != "" {
			want = []string{":irc.parley " + c.want}
		}
		wantLines(t, answer(c.ask, c.err), want...)
	}
	wantLines(t, IRC.AppendFailure(nil, nil, "", Errorf(BadChar, "S.")), ":irc.parley FAIL * bad-char :S.")
}

// Some of its bytes may be missing, or be those of a client that spoke another format: then it is that of a client without a nick.
func TestIRCAskIsRead(t *testing.T) {
	ask := IRCAsk{View: ViewHistory, Caps: Batch | AccountRegistration, Nick: "bob", Command: "CHATHISTORY", Arg: "LATEST #tea", Before: "x"}
	tag := ask.Tag()
	a := readIRCAsk(tag)
	if got := (IRCAsk{a.view, a.caps, string(a.nick), string(a.command), string(a.arg), string(a.before)}); got != ask {
		t.Errorf("%+v is read as %+v", ask, got)
	}
	for n := range tag {
		if a := readIRCAsk(tag[:n]); string(a.nick) != "*" || a.view != ViewNothing {
			t.Errorf("%q is read as %+v", tag[:n], a)
		}
	}
}
