package protocol

import (
	"strings"
	"testing"
	"time"
)

func TestEncode(t *testing.T) {
	at := time.Date(2026, 11, 19, 22, 4, 11, 987654321, time.FixedZone("CET", 3600))
	tests := []struct {
		want string
		got  []byte
	}{
		{"+ who 2\r\n", End(Int(Start(nil, nil, Done, "who"), 2))},
		{"#a1 + who 2\r\n", End(Int(Start(nil, []byte("a1"), Done, "who"), 2))},
		{"= user bob idle=35 sessions=2", KeyInt(KeyInt(Field(Start(nil, nil, Row, "user"), "bob"), "idle", 35), "sessions", 2)},
		{"* all alice: good morning", Text(Field(Start(nil, nil, Event, "all"), []byte("alice")), "good morning")},
		{"* msg alice 813 to=bob: hi", Text(KeyField(Int(Field(Start(nil, nil, Event, "msg"), "alice"), 813), "to", "bob"), "hi")},
		{"! bye: See you.\r\n", End(Text(Start(nil, nil, Closing, string(Bye)), "See you."))},
		{" at=2026-11-19T21:04:11Z", KeyTime(nil, "at", at)},
		{" -9223372036854775808", Int(nil, -1<<63)},
		{"in front + ping", Start([]byte("in front "), nil, Done, "ping")},
	}
	for _, tt := range tests {
		if string(tt.got) != tt.want {
			t.Errorf("got  %q\nwant %q", tt.got, tt.want)
		}
	}
}

func TestEcho(t *testing.T) {
	tests := []struct{ name, word, want string }{
		{"fit", "whoo", "whoo"},
		{"fit, with colons within", "a:b::c", "a:b::c"},
		{"other letters", "größe日本🎉", "größe日本🎉"},
		{"empty", "", "?"},
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
		if got := string(Echo([]byte("-"), tt.word)); got != "- "+tt.want {
			t.Errorf("%s: %q is shown as %q, want %q", tt.name, tt.word, got, tt.want)
		}
		if got := string(Echo(nil, []byte(tt.word))); got != " "+tt.want {
			t.Errorf("%s, as bytes: %q", tt.name, got)
		}
	}
}

func TestText(t *testing.T) {
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
		if got := string(Text([]byte("* all"), tt.text)); got != "* all: "+tt.want {
			t.Errorf("%s: %q", tt.name, got)
		}
		if got := string(Text([]byte("* all"), []byte(tt.text))); got != "* all: "+tt.want {
			t.Errorf("%s, as bytes: %q", tt.name, got)
		}
	}
}
