package protocol

import (
	"strings"
	"testing"
	"time"

	"parley/internal/language"
)

var at = time.Date(2026, 11, 19, 22, 4, 11, 987654321, time.FixedZone("CET", 3600))

func TestAppendLine(t *testing.T) {
	tests := []struct {
		line Line
		want string
	}{
		{Line{Type: Done, Word: "quit"}, "+ quit"},
		{Line{Type: Done, Word: "who", Fields: []Field{Number("count", 2)}}, "+ who 2"},
		{Line{Type: Done, Tag: []byte("a1"), Word: "who", Fields: []Field{Number("count", 2)}}, "#a1 + who 2"},
		{Line{Type: Row, Word: "user", Fields: []Field{Word("name", "bob"), Number("idle", 35), Number("sessions", 2)}}, "= user bob idle=35 sessions=2"},
		{Line{Type: Done, Word: "msg", Fields: []Field{Word("to", "bob"), Number("number", 813), Flag("stored")}}, "+ msg bob 813 stored"},
		{Line{Type: Done, Word: "ping", Text: []byte("one  two")}, "+ ping: one  two"},
		{Line{Type: Done, Word: "ping", Text: []byte{}}, "+ ping: "},
		{Line{Type: Row, Word: "limit", Fields: []Field{Word("line", "4096")}, Text: []byte("Bytes of a line.")}, "= limit line=4096: Bytes of a line."},
		{Line{Type: Notice, Tag: []byte("in"), Word: "prompt", Fields: []Field{Word("what", "password")}, Text: []byte("Your password, please.")},
			"#in * prompt password: Your password, please."},
		{Line{Type: Closing, Word: string(Bye), Text: []byte("See you.")}, "! bye: See you."},
		{Line{Type: Row, Word: "x", Fields: []Field{Time("at", at)}}, "= x at=2026-11-19T21:04:11Z"},
		{Line{Type: Notice, Word: "topic", Fields: []Field{Word("room", "#tea"), Word("name", "bob"), Number("number", 814), Time("at", at)}, Text: []byte("Green")},
			"* topic #tea bob: Green"},
		{Line{Type: Row, Word: "topic", Fields: []Field{Number("number", 814)}}, "= topic number=814"}, // only events leave it out
		{Line{Type: Notice, Word: "mute", Fields: []Field{Word("name", "bob"), Word("by", "alice")}}, "* mute bob by=alice"},
		{Line{Type: Row, Word: "x", Fields: []Field{Number("n", -1<<63)}}, "= x n=-9223372036854775808"},
		{Line{Type: Row, Word: "user", Fields: []Field{Word("name", "a b\r\n:"), Word("x", "\x1b")}}, "= user a?b??? x=?"},
	}
	for _, tt := range tests {
		if got := string(Text.AppendLine([]byte("in front "), &tt.line)); got != "in front "+tt.want+"\r\n" {
			t.Errorf("got  %q\nwant %q", got, tt.want)
		}
	}
}

func TestAppendEvent(t *testing.T) {
	private := Event{Kind: PrivateMessage, Number: 814, At: at, From: "alice", With: "bob", Text: []byte("hi: there ")}
	room := Event{Kind: RoomMessage, Number: 815, At: at, Room: LobbyName, From: "alice", Text: []byte("good morning")}
	late, copied, both, other := private, private, private, room
	late.Late, copied.Copy, both.Late, both.Copy, other.Room = true, true, true, true, "#tea"
	tests := []struct {
		event      Event
		shown, row string
	}{
		{private, "* msg alice 814: hi: there ", "= msg alice 814 at=2026-11-19T21:04:11Z: hi: there "},
		{late, "* msg alice 814 at=2026-11-19T21:04:11Z: hi: there ", "= msg alice 814 at=2026-11-19T21:04:11Z: hi: there "},
		{copied, "* msg alice 814 to=bob: hi: there ", "= msg alice 814 at=2026-11-19T21:04:11Z to=bob: hi: there "},
		{both, "* msg alice 814 at=2026-11-19T21:04:11Z to=bob: hi: there ", "= msg alice 814 at=2026-11-19T21:04:11Z to=bob: hi: there "},
		{room, "* all alice: good morning", "= all alice 815 at=2026-11-19T21:04:11Z: good morning"},
		{other, "* say #tea alice: good morning", "= say #tea alice 815 at=2026-11-19T21:04:11Z: good morning"},
	}
	for _, tt := range tests {
		if got := string(Text.AppendEvent([]byte("in front "), &tt.event)); got != "in front "+tt.shown+"\r\n" {
			t.Errorf("got  %q\nwant %q", got, tt.shown)
		}
		if got := string(Text.AppendMessageRow([]byte("in front "), nil, &tt.event)); got != "in front "+tt.row+"\r\n" {
			t.Errorf("got  %q\nwant %q", got, tt.row)
		}
		if got := string(Text.AppendMessageRow(nil, []byte("a1"), &tt.event)); got != "#a1 "+tt.row+"\r\n" {
			t.Errorf("got  %q\nwant %q", got, tt.row)
		}
	}
}

func TestEcho(t *testing.T) {
	tests := []struct{ name, word, want string }{
		{"fit", "whoo", "whoo"},
		{"fit, with colons within", "a:b::c", "a:b::c"},
		{"other letters", "größe日本🎉", "größe日本🎉"},
		{"empty", "", "?"},
		{"ASCII with one space", "a b", "a?b"},
		{"DEL", "a\x7f", "a?"},
		{"a colon alone", ":", "?"},
		{"colons at the end", "bob::", "bob:?"},
		{"spaces", "a b", "a?b"},
		{"spaces of other kinds", "a\u00A0b\u3000c", "a?b?c"},
		{"controls", "a\x1b[2J\x00\u009b\r\n", "a?[2J????"},
		{"bidi", "a\u202Eb", "a?b"},
		{"not UTF-8", "gr\xfc\xdfe", "gr??e"},
		{"64 bytes", strings.Repeat("x", 64), strings.Repeat("x", 64)},
		{"65 bytes", strings.Repeat("x", 65), strings.Repeat("x", 64)},
		{"cut at a character", strings.Repeat("x", 62) + "日本", strings.Repeat("x", 62)},
		{"cut behind a colon", strings.Repeat("x", 63) + ":x", strings.Repeat("x", 63) + "?"},
		{"cut behind a character", strings.Repeat("x", 61) + "日本", strings.Repeat("x", 61) + "日"},
	}
	for _, tt := range tests {
		if got := Echo(tt.word); got != tt.want {
			t.Errorf("%s: %q is shown as %q, want %q", tt.name, tt.word, got, tt.want)
		}
		if got := Echo([]byte(tt.word)); got != tt.want {
			t.Errorf("%s, as bytes: %q", tt.name, got)
		}
		line := Line{Type: Row, Word: "user", Fields: []Field{Word("name", tt.word), Word("key", tt.word)}}
		if got := string(Text.AppendLine(nil, &line)); got != "= user "+tt.want+" key="+tt.want+"\r\n" {
			t.Errorf("%s, in fields: %q", tt.name, got)
		}
	}
}

func TestTextIsMadeSafe(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"clean", "good morning", "good morning"},
		{"empty", "", ""},
		{"blanks and colons", "  a : b  ", "  a : b  "},
		{"other letters", "größe 日本 🎉", "größe 日本 🎉"},
		{"a forged line", "hi\r\n* all bob: no", "hi\uFFFD\uFFFD* all bob: no"},
		{"an escape", "\x1b[2J", "\uFFFD[2J"},
		{"bidi", "a\u202Eb", "a\uFFFDb"},
		{"not UTF-8", "gr\xfc\xdfe", "gr\uFFFD\uFFFDe"},
	}
	for _, tt := range tests {
		if got := string(Text.AppendLine(nil, &Line{Type: Done, Word: "ping", Text: []byte(tt.text)})); got != "+ ping: "+tt.want+"\r\n" {
			t.Errorf("%s: %q", tt.name, got)
		}
		if got := string(Text.AppendEvent(nil, &Event{Room: LobbyName, From: "bob", Text: []byte(tt.text)})); got != "* all bob: "+tt.want+"\r\n" {
			t.Errorf("%s, of an event: %q", tt.name, got)
		}
		if got := string(Text.AppendFailure(nil, nil, "all", &Error{Code: Busy, Sentence: language.Say("%s", tt.text)})); got != "- all busy: "+tt.want+"\r\n" {
			t.Errorf("%s, of a failure: %q", tt.name, got)
		}
	}
}
