package protocol

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"parley/internal/language"
)

// FuzzParseIRC: any line is a message or too long, and a message that is written as it was read is read the same.
func FuzzParseIRC(f *testing.F) {
	for _, line := range []string{
		"PRIVMSG #tea :is it green?", "@label=a1;+typing=x :a!b@c privmsg  bob ::) ", "x 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16", ":", "@", "@a :b c :", "",
	} {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		if !utf8.Valid(line) || bytes.ContainsAny(line, "\x00\r\n\t") {
			return // the framer lets no such line through
		}
		m, err := ParseIRC(bytes.Clone(line))
		if err != nil {
			if len(line) < ircLine-1 {
				t.Errorf("a line of %d bytes is refused: %v", len(line), err)
			}
			return
		}
		if m.Len() > maxIRCParams || len(m.Command) == 0 && m.Len() > 0 || bytes.ContainsAny(m.Command, " abcxyz") {
			t.Fatalf("%q is read as %+v", line, m)
		}
		if m.Label != nil && !bytes.Contains(line, append([]byte("label="), m.Label...)) {
			t.Errorf("the label of %q is %q", line, m.Label)
		}
		var params []string
		for i := range m.Len() {
			params = append(params, string(m.Param(i)))
		}
		if long := len(line) > 400; long || firstUnsafe(line) >= 0 || !isIRCWord(m.Command) || m.Command[0] == '@' || !allWords(params) {
			return // it is not written as it is
		}
		written := AppendIRC(nil, IRCServer, string(m.Command), params...)
		again, err := ParseIRC(bytes.TrimSuffix(written, []byte(lineEnd)))
		if m.Label = nil; err != nil || shownMessage(&again) != shownMessage(&m) {
			t.Errorf("%q is written as %q and read as %q, %v", line, written, shownMessage(&again), err)
		}
	})
}

// allWords reports whether all parameters but the last one may stand in a message as they are.
func allWords(params []string) bool {
	for i, param := range params {
		if i < len(params)-1 && !isIRCWord(param) {
			return false
		}
	}
	return true
}

// harmless reads messages of the server. Each must be one whole line that a terminal only shows, whatever it was made of.
func harmless(t *testing.T, written []byte) (messages []IRCMessage) {
	t.Helper()
	if len(written) == 0 {
		return nil
	}
	body, ended := strings.CutSuffix(string(written), lineEnd)
	if !ended || !utf8.ValidString(body) {
		t.Fatalf("%q is no line of UTF-8", written)
	}
	for line := range strings.SplitSeq(body, lineEnd) {
		tags, message := "", line
		if strings.HasPrefix(line, "@") {
			tags, message, _ = strings.Cut(line, " ")
		}
		if len(message)+len(lineEnd) > 512 || len(tags)+1 > 4096 || message == "" {
			t.Fatalf("%q has %d bytes of tags and %d of a message", line, len(tags), len(message))
		}
		_, text, _ := strings.Cut(message, " :\x01")
		if inner, ok := strings.CutSuffix(text, "\x01"); ok {
			message = strings.Replace(message, " :\x01"+text, " :"+inner, 1)
		}
		if strings.ContainsFunc(tags+message, obeyed) {
			t.Fatalf("a terminal obeys %q", line)
		}
		m, err := ParseIRC([]byte(line))
		if err != nil || len(m.Command) == 0 {
			t.Fatalf("%q can't be read", line)
		}
		for i := range m.Len() - 1 {
			if len(m.Param(i)) == 0 {
				t.Fatalf("a parameter of %q is empty", line)
			}
		}
		messages = append(messages, m)
	}
	return messages
}

// FuzzIRCEvent: a message is whole lines, whatever is in it, and the texts of these together are the text.
func FuzzIRCEvent(f *testing.F) {
	long := strings.Repeat("good morning 👩\u200d👧 ", 100)
	f.Add(uint8(0), false, "#tea", "alice", "", int64(813), int64(1795122251), uint8(0), "is it green?")
	f.Add(uint8(15), true, "", "alice", "bob", int64(814), int64(0), uint8(7), "/me "+long)
	f.Add(uint8(3), false, "#tea time", "a\r\nQUIT :x", ":", int64(-1), int64(1)<<36, uint8(1), "/notice \x1b[2J\x01\xff"+long)
	f.Add(uint8(9), true, "", "a!b@c;d\\", "a,b", int64(1)<<53, int64(1), uint8(2), "/ctcp PING\u202E "+long)
	f.Fuzz(func(t *testing.T, variant uint8, private bool, room, from, to string, n, unix int64, flags uint8, text string) {
		e := Event{Kind: RoomMessage, Number: n, At: time.UnixMilli(unix & (1<<37 - 1)), Room: room, From: from, With: to, Text: []byte(text)}
		e.Late, e.Copy, e.Guest = flags&1 != 0, flags&2 != 0, flags&8 != 0
		if flags&4 != 0 {
			e.Batch = to
		}
		if private {
			e.Kind, e.To = PrivateMessage, to
		}
		format := IRCFormat(IRCCaps(variant))
		messages := harmless(t, format.AppendEvent(nil, &e))
		command, ctcp, rest := toIRC([]byte(shown(text)))
		said := ""
		for i := range messages {
			if m := &messages[i]; string(m.Command) != command || m.Len() != 2 {
				t.Fatalf("the message %d is %q", i, shownMessage(m))
			}
			piece := string(messages[i].Param(1))
			if ctcp != nil {
				piece = strings.TrimSuffix(strings.TrimPrefix(piece, "\x01"+string(ctcp)), "\x01")
				piece = strings.TrimPrefix(piece, " ")
			}
			if i == 0 && e.Late && IRCCaps(variant)&ServerTime == 0 && (ctcp == nil || string(ctcp) == "ACTION") {
				piece = strings.TrimPrefix(piece, e.At.UTC().Format("[2006-01-02 15:04] "))
			}
			said += piece
		}
		if said != string(rest) {
			t.Errorf("%q is said as %q", text, said)
		}
		ask := IRCAsk{View: ViewHistory, Caps: IRCCaps(variant) | Batch, Nick: from, Arg: to}
		harmless(t, IRC.AppendMessageRow(nil, ask.Tag(), &e))
	})
}

// FuzzIRCLine: every line is whole messages, whatever is in it: an event, and in the answer to a command of each view.
func FuzzIRCLine(f *testing.F) {
	for view := range ircViews {
		f.Add(uint8(view), uint8(1), uint32(0), "bob", "WHO", "#tea %tcuihsnfdlaor,42", "alice", "#tea", int64(35), "good morning")
		f.Add(uint8(view), uint8(255), uint32(1)<<20-1, "", "\x1b[2J", "", "a\r\nQUIT :x", ":", int64(-1), strings.Repeat("\u202E\xff \x01", 300))
		f.Add(uint8(view), uint8(7), uint32(6), ":x", "a b", strings.Repeat("* ", 300), strings.Repeat("ö", 200), "a;b\\c", int64(1)<<53, "")
	}
	words := append(slices.Sorted(maps.Keys(ircNotices)),
		"user", "real", "welcome", "history", "history-end", "names-end", "thread", "online", "offline", "monitored", "x")
	f.Fuzz(func(t *testing.T, view, flags uint8, caps uint32, nick, command, arg, name, room string, n int64, text string) {
		at := time.UnixMilli(n & (1<<37 - 1))
		fields := []Field{Word("name", name), Word("room", room), Word("by", name), Word("from", name), Word("start", name), Word("kind", room),
			Word("role", "op"), Word("was", "voice"), Word("setting", "quiet"), Word("to", name), Word("action", arg),
			Number("number", n), Number("idle", n), Number("sessions", n), Number("here", n), Number("accounts", n), Number("limit", n),
			Time("at", at), Time("since", at), Time("created", at)}
		for i, flag := range []string{"member", "away", "guest", "operator", "bot", "private", "quiet", "stored"} {
			if flags>>i&1 != 0 {
				fields = append(fields, Flag(flag))
			}
		}
		ask := IRCAsk{View: IRCView(int(view) % len(ircViews)), Caps: IRCCaps(caps), Nick: nick, Command: command, Arg: arg}
		tag, all := ask.Tag(), []byte(text)
		var b []byte
		for _, word := range words {
			for _, l := range []Line{
				{Type: Notice, Word: word, Fields: fields, Text: all, To: nick}, {Type: Notice, Word: word}, {Type: Notice, Tag: tag, Word: "prompt", Text: all},
				{Type: Row, Tag: tag, Word: word, Fields: fields, Text: all}, {Type: Row, Tag: tag, Word: word, Fields: fields}, {Type: Row, Tag: tag, Word: word},
			} {
				b = IRCFormat(IRCCaps(caps)).AppendLine(b, &l)
			}
		}
		for _, l := range []Line{
			{Type: Done, Tag: tag, Fields: fields, Text: all}, {Type: Done, Tag: tag}, {Type: Closing, Word: name, Text: all}, {Type: Closing},
		} {
			b = IRC.AppendLine(b, &l)
		}
		e := (&Error{Retry: int(n), Sentence: language.Say("%s", text)}).With("name", name).With("room", room)
		for _, e.Code = range append(ircCodes, Code(name)) {
			b = IRC.AppendFailure(b, tag, command, e)
			b = IRC.AppendFailure(b, tag, command, &Error{Code: e.Code, Sentence: language.Say("%s", text)})
		}
		harmless(t, b)
	})
}

// ircCodes are those codes of failures that IRC has words of its own for.
var ircCodes = []Code{
	LoginRequired, AlreadyLoggedIn, UnknownCommand, Usage, LineTooLong, NoSuchUser, NoSuchRoom, BadRoom, NotInRoom, AlreadyInRoom, BadName, NameTaken,
	BadCredentials, Forbidden, BadUTF8, TooMany, TooManyRooms, InviteOnly, Banned, RoomFull, QuietOnly, Muted, WeakPassword, Unavailable, RateLimited,
}
