package protocol

import (
	"strings"
	"testing"
	"time"
)

var morning = time.Date(2026, 11, 22, 7, 1, 5, 123e6, time.UTC)

// wantLines compares what was written with lines.
func wantLines(t *testing.T, written []byte, want ...string) {
	t.Helper()
	if len(want) > 0 {
		want = append(want, "")
	}
	if got := string(written); got != strings.Join(want, "\r\n") {
		t.Errorf("got\n%swant\n%s", got, strings.Join(want, "\n"))
	}
}

func TestIRCEvents(t *testing.T) {
	all := IRCFormat(ServerTime | MessageTags | AccountTag)
	room := Event{Kind: RoomMessage, Number: 813, At: morning, From: "alice", Room: "#tea", Text: []byte("is it green?")}
	private := Event{Kind: PrivateMessage, Number: 814, At: morning, From: "alice", With: "alice", To: "bob", Text: []byte("/me waves")}
	with := func(e Event, change func(*Event)) *Event { change(&e); return &e }
	for _, c := range []struct {
		format Format
		event  *Event
		want   string
	}{
		{IRC, &room, ":alice!alice@parley PRIVMSG #tea :is it green?"},
		{all, &room, "@time=2026-11-22T07:01:05.123Z;msgid=813;account=alice :alice!alice@parley PRIVMSG #tea :is it green?"},
		{IRCFormat(ServerTime), &room, "@time=2026-11-22T07:01:05.123Z :alice!alice@parley PRIVMSG #tea :is it green?"},
		{IRCFormat(MessageTags), &room, "@msgid=813 :alice!alice@parley PRIVMSG #tea :is it green?"},
		{IRCFormat(AccountTag), &room, "@account=alice :alice!alice@parley PRIVMSG #tea :is it green?"},
		{IRCFormat(AccountTag), with(room, func(e *Event) { e.Guest = true }), ":alice!alice@parley PRIVMSG #tea :is it green?"},
		{IRC, &private, ":alice!alice@parley PRIVMSG bob :\x01ACTION waves\x01"},
		{IRC, with(private, func(e *Event) { e.Text = []byte("/notice hi") }), ":alice!alice@parley NOTICE bob :hi"},
		{IRC, with(private, func(e *Event) { e.Text = []byte("/ctcp VERSION") }), ":alice!alice@parley PRIVMSG bob :\x01VERSION\x01"},
		{IRC, with(private, func(e *Event) { e.Text = []byte("/notice /ctcp VERSION x") }), ":alice!alice@parley NOTICE bob :\x01VERSION x\x01"},
		{IRC, with(private, func(e *Event) { e.Late = true }), ":alice!alice@parley PRIVMSG bob :\x01ACTION [2026-11-22 07:01] waves\x01"},
		{IRC, with(room, func(e *Event) { e.Late = true }), ":alice!alice@parley PRIVMSG #tea :[2026-11-22 07:01] is it green?"},
		{IRC, with(private, func(e *Event) { e.Late, e.Text = true, []byte("/ctcp PING 1") }), ":alice!alice@parley PRIVMSG bob :\x01PING 1\x01"},
		{all, with(private, func(e *Event) { e.Late, e.Batch = true, "waiting" }),
			"@batch=waiting;time=2026-11-22T07:01:05.123Z;msgid=814;account=alice :alice!alice@parley PRIVMSG bob :\x01ACTION waves\x01"},
		{IRC, with(private, func(e *Event) { e.To, e.With = "", "carol" }), ":alice!alice@parley PRIVMSG carol :\x01ACTION waves\x01"},
		{IRC, with(room, func(e *Event) { e.Text = []byte("\x1b[2J\x01\r\nQUIT") }), ":alice!alice@parley PRIVMSG #tea :\uFFFD[2J\uFFFD\uFFFD\uFFFDQUIT"},
	} {
		wantLines(t, c.format.AppendEvent(nil, c.event), c.want)
	}
}

func TestIRCLongTexts(t *testing.T) {
	const start = ":alice!alice@parley PRIVMSG #tea :"
	most := 512 - len("\r\n") - len(start)
	e := &Event{Number: 813, At: morning, From: "alice", Room: "#tea", Text: []byte(strings.Repeat("x", 2*most+1))}
	full := strings.Repeat("x", most)
	wantLines(t, IRC.AppendEvent(nil, e), start+full, start+full, start+"x")
	e.Text = []byte(strings.Repeat("x", most))
	wantLines(t, IRC.AppendEvent(nil, e), start+full)
	e.Text = []byte(strings.Repeat("x", most-10) + " and so on and so on")
	wantLines(t, IRCFormat(MessageTags).AppendEvent(nil, e), "@msgid=813 "+start+full[10:]+" and so ", "@msgid=813.2 "+start+"on and so on")
	full = full[len("\x01ACTION \x01"):]
	e.Text = []byte("/me " + full + full)
	wantLines(t, IRC.AppendEvent(nil, e), start+"\x01ACTION "+full+"\x01", start+"\x01ACTION "+full+"\x01")
	e.Text = []byte("/notice " + strings.Repeat("x", most+2))
	notice := strings.Replace(start, "PRIVMSG", "NOTICE", 1)
	wantLines(t, IRC.AppendEvent(nil, e), notice+strings.Repeat("x", most+1), notice+"x")
}

func TestIRCNotices(t *testing.T) {
	at, by := Time("at", morning), Word("by", "alice")
	tea, bob := Word("room", "#tea"), Word("name", "bob")
	for _, c := range []struct {
		word   string
		fields []Field
		text   string
		want   []string
	}{
		{"join", []Field{tea, bob, Number("number", 5), at}, "", []string{":bob!bob@parley JOIN #tea"}},
		{"leave", []Field{tea, bob}, "", []string{":bob!bob@parley PART #tea"}},
		{"leave", []Field{tea, bob}, "see you", []string{":bob!bob@parley PART #tea :see you"}},
		{"topic", []Field{tea, bob}, "Green only", []string{":bob!bob@parley TOPIC #tea :Green only"}},
		{"topic", []Field{tea, bob}, "", []string{":bob!bob@parley TOPIC #tea :"}},
		{"room", []Field{tea, bob, Word("setting", "private")}, "", []string{":bob!bob@parley MODE #tea +i"}},
		{"room", []Field{tea, bob, Word("setting", "public")}, "", []string{":bob!bob@parley MODE #tea -i"}},
		{"room", []Field{tea, bob, Word("setting", "quiet")}, "", []string{":bob!bob@parley MODE #tea +m"}},
		{"room", []Field{tea, bob, Word("setting", "open")}, "", []string{":bob!bob@parley MODE #tea -m"}},
		{"room", []Field{tea, bob, Word("setting", "new")}, "", nil},
		{"role", []Field{tea, bob, Word("role", "owner"), Word("was", "none"), by}, "", []string{":alice!alice@parley MODE #tea +q bob"}},
		{"role", []Field{tea, bob, Word("role", "op"), Word("was", "voice"), by}, "", []string{":alice!alice@parley MODE #tea -v+o bob bob"}},
		{"role", []Field{tea, bob, Word("role", "none"), Word("was", "op"), by}, "", []string{":alice!alice@parley MODE #tea -o bob"}},
		{"role", []Field{tea, bob, Word("role", "voice"), Word("was", "none")}, "", []string{":irc.parley MODE #tea +v bob"}},
		{"role", []Field{tea, bob, Word("role", "op"), Word("was", "op"), by}, "", nil},
		{"kick", []Field{tea, bob, by}, "This is a quiet room", []string{":alice!alice@parley KICK #tea bob :This is a quiet room"}},
		{"kick", []Field{tea, bob, by}, "", []string{":alice!alice@parley KICK #tea bob :alice"}},
		{"kick", []Field{tea, bob}, "", []string{":irc.parley KICK #tea bob"}},
		{"ban", []Field{tea, bob, by}, "x", []string{":alice!alice@parley MODE #tea +b bob!*@*"}},
		{"ban", []Field{tea, bob, by, Flag("member")}, "x", []string{":alice!alice@parley MODE #tea +b bob!*@*", ":alice!alice@parley KICK #tea bob :x"}},
		{"unban", []Field{tea, bob, by}, "", []string{":alice!alice@parley MODE #tea -b bob!*@*"}},
		{"mute", []Field{tea, bob, by}, "", []string{":alice!alice@parley MODE #tea +b m:bob!*@*"}},
		{"unmute", []Field{tea, bob}, "", []string{":irc.parley MODE #tea -b m:bob!*@*"}},
		{"mute", []Field{bob, by}, "be nice", []string{":irc.parley NOTICE carol :You can't speak on this server: be nice"}},
		{"unmute", []Field{bob, by}, "", []string{":irc.parley NOTICE carol :You can speak on this server again"}},
		{"removed", []Field{tea}, "", []string{":irc.parley KICK #tea carol :An operator has removed this room"}},
		{"invite", []Field{tea, Word("from", "alice")}, "", []string{":alice!alice@parley INVITE carol #tea"}},
		{"invite", []Field{tea, Word("from", "alice"), bob}, "", []string{":alice!alice@parley INVITE bob #tea"}},
		{"here", []Field{bob}, "", []string{":irc.parley 730 carol :bob!bob@parley"}},
		{"gone", []Field{bob}, "", []string{":irc.parley 731 carol :bob"}},
		{"announce", []Field{Word("name", "alice"), at}, "Restart at noon.", []string{":alice!alice@parley NOTICE carol :Restart at noon."}},
		{"quit", []Field{bob}, "good night", []string{":bob!bob@parley QUIT :good night"}},
		{"quit", []Field{bob}, "", []string{":bob!bob@parley QUIT :Connection closed"}},
		{"away", []Field{bob}, "Out for lunch", []string{":bob!bob@parley AWAY :Out for lunch"}},
		{"away", []Field{bob}, "", []string{":bob!bob@parley AWAY"}},
		{"account", []Field{bob}, "", []string{":bob!bob@parley ACCOUNT bob"}},
		{"setname", []Field{bob}, "Bob B.", []string{":bob!bob@parley SETNAME :Bob B."}},
		{"batch", []Field{Word("start", "w1"), Word("kind", "irc.parley/waiting")}, "", []string{":irc.parley BATCH +w1 irc.parley/waiting"}},
		{"batch", []Field{Word("end", "w1")}, "", []string{":irc.parley BATCH -w1"}},
		{"kill", []Field{by}, "spam", []string{":alice!alice@parley KILL carol :spam"}},
		{"kill", nil, "", []string{":irc.parley KILL carol :Killed"}},
		{"hello", nil, "Welcome", nil},
	} {
		l := &Line{Type: Notice, Word: c.word, Fields: c.fields, To: "carol"}
		if c.text != "" {
			l.Text = []byte(c.text)
		}
		wantLines(t, IRC.AppendLine(nil, l), c.want...)
	}
}

func TestIRCNoticeTags(t *testing.T) {
	join := &Line{Type: Notice, Word: "join", Fields: []Field{Word("room", "#tea"), Word("name", "bob"), Time("at", morning)}}
	wantLines(t, IRCFormat(ServerTime|MessageTags|AccountTag|ExtendedJoin).AppendLine(nil, join),
		"@time=2026-11-22T07:01:05.123Z;account=bob :bob!bob@parley JOIN #tea bob :bob")
	join.Fields = append(join.Fields, Flag("guest"))
	wantLines(t, IRCFormat(AccountTag|ExtendedJoin).AppendLine(nil, join), ":bob!bob@parley JOIN #tea * :bob")
	kick := &Line{Type: Notice, Word: "kick", Fields: []Field{Word("room", "#tea"), Word("name", "bob"), Time("at", morning)}}
	wantLines(t, IRCFormat(ServerTime|AccountTag).AppendLine(nil, kick), "@time=2026-11-22T07:01:05.123Z :irc.parley KICK #tea bob")
}

func TestIRCClosing(t *testing.T) {
	wantLines(t, IRC.AppendLine(nil, &Line{Type: Closing, Word: "bye", Text: []byte("See you.")}), "ERROR :bye: See you.")
	wantLines(t, IRC.AppendLine(nil, &Line{Type: Closing, Word: "bye"}), "ERROR :bye")
}
