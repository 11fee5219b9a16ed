package protocol

import (
	"bytes"
	"strings"
	"testing"
)

func TestFromIRC(t *testing.T) {
	for _, c := range []struct{ command, said, kept string }{
		{"PRIVMSG", "is it green?", "is it green?"},
		{"PRIVMSG", "\x01ACTION waves\x01", "/me waves"},
		{"PRIVMSG", "/me waves", "//me waves"},
		{"PRIVMSG", "\x01ѹ x\x01", "ѹ x"},
		{"PRIVMSG", "///ctcp", "////ctcp"},
		{"NOTICE", "/notice x", "/notice //notice x"},
		{"PRIVMSG", "/mean it", "/mean it"},
		{"PRIVMSG", "\x01action waves", "/me waves"},
		{"PRIVMSG", "\x01ACTION\x01", "/me"},
		{"PRIVMSG", "\x01VERSION\x01", "/ctcp VERSION"},
		{"PRIVMSG", "\x01PING 12  3\x01", "/ctcp PING 12  3"},
		{"NOTICE", "\x01VERSION x y\x01", "/notice /ctcp VERSION x y"},
		{"NOTICE", "hello", "/notice hello"},
		{"PRIVMSG", "/shrug", "/shrug"},
		{"PRIVMSG", "\x02bold\x02 \x1ditalic\x1d \x1funder\x1f \x1estrike\x1e \x11mono\x11 \x16reverse\x16\x0f", "bold italic under strike mono reverse"},
		{"PRIVMSG", "\x034red\x03 \x0304,12both\x03, \x031,x \x03,5 \x03123", "red both, ,x ,5 3"},
		{"PRIVMSG", "\x04ff0000red\x04 \x04FF0000,00ff00both \x04fff", "red both fff"},
		{"PRIVMSG", "grün\x1b[2J", "grün\x1b[2J"},
		{"PRIVMSG", "\x01ACTION \x02waves\x02\x01", "/me waves"},
	} {
		text, err := FromIRC(c.command, []byte(c.said))
		if err != nil || string(text) != c.kept {
			t.Errorf("the %s %q is kept as %q, %v", c.command, c.said, text, err)
		}
	}
	for _, said := range []string{"", " ", "\x02\x02", "\x01", "\x01\x01", "\x01 \x01", "\x034"} {
		if text, err := FromIRC("NOTICE", []byte(said)); err != errNoText {
			t.Errorf("%q is kept as %q, %v", said, text, err)
		}
	}
}

func TestToIRC(t *testing.T) {
	for _, c := range []struct{ kept, command, ctcp, rest string }{
		{"hi", "PRIVMSG", "", "hi"},
		{"/me waves", "PRIVMSG", "ACTION", "waves"},
		{"/me", "PRIVMSG", "ACTION", ""},
		{"//me waves", "PRIVMSG", "", "/me waves"},
		{"////ctcp", "PRIVMSG", "", "///ctcp"},
		{"/notice //me x", "NOTICE", "", "/me x"},
		{"//mean it", "PRIVMSG", "", "//mean it"},
		{"/mean", "PRIVMSG", "", "/mean"},
		{"/ctcp VERSION", "PRIVMSG", "VERSION", ""},
		{"/ctcp PING 1  2", "PRIVMSG", "PING", "1  2"},
		{"/ctcp", "PRIVMSG", "", "/ctcp"},
		{"/ctcp  x", "PRIVMSG", "", "/ctcp  x"},
		{"/ctcp grün", "PRIVMSG", "", "/ctcp grün"},
		{"/ctcp " + strings.Repeat("x", 33), "PRIVMSG", "", "/ctcp " + strings.Repeat("x", 33)},
		{"/notice hi", "NOTICE", "", "hi"},
		{"/notice", "PRIVMSG", "", "/notice"},
		{"/notice /ctcp VERSION x", "NOTICE", "VERSION", "x"},
		{"/notice /notice x", "NOTICE", "", "/notice x"},
		{"", "PRIVMSG", "", ""},
	} {
		command, ctcp, rest := toIRC([]byte(c.kept))
		if command != c.command || string(ctcp) != c.ctcp || string(rest) != c.rest {
			t.Errorf("%q is said by %s %q %q", c.kept, command, ctcp, rest)
		}
	}
}

func TestCutText(t *testing.T) {
	for _, c := range []struct {
		text  string
		most  int
		first string
	}{
		{"all of it", 9, "all of it"},
		{"one two three", 10, "one two "},
		{"one two", 4, "one "},
		{strings.Repeat("x", 20), 10, strings.Repeat("x", 10)},
		{strings.Repeat("ä", 20), 11, strings.Repeat("ä", 5)},
		{"xxe\u0301\u0302yy", 4, "xx"},    // a letter and its accents
		{"xx👩\u200d👩\u200d👧yy", 10, "xx"}, // one picture of many
		{"a" + strings.Repeat("\u0301", 30), 51, "a" + strings.Repeat("\u0301", 25)},
		{"a " + strings.Repeat("x", 100), 90, "a " + strings.Repeat("x", 88)}, // the blank is too far away
	} {
		if n := cutText([]byte(c.text), c.most); c.text[:n] != c.first {
			t.Errorf("the first piece of %q is %q, not %q", c.text, c.text[:n], c.first)
		}
	}
}

// FuzzIRCText: what is kept of what an IRC client says is said so again, and holds no codes.
func FuzzIRCText(f *testing.F) {
	f.Add(false, "is it \x02green\x02?")
	f.Add(false, "\x01ACTION waves\x01")
	f.Add(true, "\x01VERSION x\x01")
	f.Add(true, "/me \x034,5x\x04ff00ff")
	f.Fuzz(func(t *testing.T, notice bool, said string) {
		command := "PRIVMSG"
		if notice {
			command = "NOTICE"
		}
		kept, err := FromIRC(command, []byte(said))
		if err != nil {
			return
		}
		if bytes.ContainsAny(kept, "\x02\x03\x04\x0f\x11\x16\x1d\x1e\x1f") {
			t.Fatalf("%q is kept as %q", said, kept)
		}
		if CheckText(kept) != nil {
			return // it is refused
		}
		e := &Event{Room: "#tea", From: "alice", Text: kept}
		line, _, _ := bytes.Cut(IRC.AppendEvent(nil, e), []byte(lineEnd))
		m, _ := ParseIRC(line)
		again, err := FromIRC(string(m.Command), m.Param(1))
		if len(kept) < 300 && (err != nil || !bytes.Equal(bytes.TrimRight(again, " "), bytes.TrimRight(kept, " "))) {
			t.Errorf("%q is kept as %q, told by %q, and that is kept as %q, %v", said, kept, line, again, err)
		}
	})
}
