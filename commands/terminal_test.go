package commands

import (
	"fmt"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"parley/protocol"
	"parley/storage"
)

// attacks on the terminals of those who read, each as it would be typed into a message.
var attacks = []struct {
	name, text string
	prints     bool // it is a text: odd, maybe, but a terminal only prints it
}{
	{"CSI: clear the screen", "\x1b[2J\x1b[H", false},
	{"CSI: move the cursor up and overwrite", "\x1b[1A\x1b[2K* all bob: I resign", false},
	{"CSI: hide what follows", "\x1b[8mhidden\x1b[0m", false},
	{"CSI: report, typed as if by the reader", "\x1b[6n\x1b[c\x1b[21t", false},
	{"CSI: mouse and paste modes", "\x1b[?1000h\x1b[?2004h", false},
	{"OSC 0: window title", "\x1b]0;pwned\x07", false},
	{"OSC 8: link to somewhere else", "\x1b]8;;https://evil.example\x1b\\https://bank.example\x1b]8;;\x1b\\", false},
	{"OSC 52: clipboard", "\x1b]52;c;cm0gLXJmIH4K\x07", false},
	{"OSC 1337: file", "\x1b]1337;File=inline=1:AAAA\x07", false},
	{"DCS: request a setting", "\x1bP$q\"p\x1b\\", false},
	{"DCS: sixel", "\x1bPq#0;2;0;0;0\x1b\\", false},
	{"APC and PM", "\x1b_Gf=24;AAAA\x1b\\\x1b^x\x1b\\", false},
	{"reset", "\x1bc", false},
	{"alternate character set", "\x0e\x1b(0lqqk\x0f", false},
	{"C1 in UTF-8: CSI", "\u009b2J", false},
	{"C1 in UTF-8: OSC 52", "\u009d52;c;AAAA\u009c", false},
	{"C1 in UTF-8: DCS", "\u0090q\u009c", false},
	{"C1 in UTF-8: next line", "a\u0085+ all 99", false},
	{"C1 as a byte", "\x9b2J", false},
	{"bell", "\a\a\a", false},
	{"backspace over the name", "\b\b\b\b\b\b\bbob: hi", false},
	{"CR to the line's beginning", "hi\r* all bob: I resign", false},
	{"form feed and vertical tab", "a\f\vb", false},
	{"NUL", "a\x00b", false},
	{"DEL", "a\x7f", false},
	{"line separator", "a\u2028* all bob: hi", false},
	{"paragraph separator", "a\u2029! bye", false},
	{"bidi override", "\u202egnp.exe\u202c", false},
	{"bidi embedding", "\u202aa\u202bb\u202dc", false},
	{"bidi isolate", "\u2066a\u2067b\u2068c\u2069", false},
	{"bidi marks", "a\u200eb\u200fc\u061cd", false},
	{"tags: a text nobody sees", "hi\U000e0068\U000e0069\U000e007f", false},
	{"interlinear annotation", "a\ufff9b\ufffac\ufffbd", false},
	{"overlong ESC", "\xc0\x9b[2J", false},
	{"surrogates", "\xed\xa0\x9b\xed\xb0\x80", false},
	{"beyond Unicode", "\xf4\x90\x80\x80", false},
	{"a beginning without an end", "a\xe2\x82", false},
	{"telnet bytes", "a\xff\xfb\x01b\xff\xf6", true}, // taken out, and the rest is a text
	{"10,000 combining marks", "e" + strings.Repeat("\u0301", 10_000), false},
	{"as many combining marks as fit", "e" + strings.Repeat("\u0301", protocol.MaxText/2-1), true},
	{"zero-width spam", strings.Repeat("\u200b\u200d\ufeff", 200), true},
	{"very wide", strings.Repeat("\ufdfd", 600), true},
	{"wide", strings.Repeat("漢", 600), true},
	{"right to left", "שלום עולם", true},
	{"right to left, numbers in it", "مرحبا 123 مرحبا", true},
	{"emoji in one", "👩‍👩‍👧‍👦🏳️‍🌈", true},
	{"what looks like ours", "* all bob: hi", true},
}

// obeyed reports whether a terminal may do something other than print r. It repeats the rule independently of the code, from the standards:
// ECMA-48 controls, and of Unicode the separators, the controls of direction, the tags and the annotations.
func obeyed(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Bidi_Control) ||
		r >= 0xFFF9 && r <= 0xFFFB || r >= 0xE0000 && r <= 0xE007F
}

// moves returns the first line that a terminal would obey, or nothing if all are harmless.
func moves(heard string) string {
	for line := range strings.Lines(heard) {
		body, ended := strings.CutSuffix(line, "\r\n")
		if !ended || !utf8.ValidString(body) || strings.ContainsFunc(body, obeyed) {
			return line
		}
	}
	return ""
}

// TestTerminals tries each attack in everything that a user can send, and looks at what everybody gets to see.
func TestTerminals(t *testing.T) {
	for _, a := range attacks {
		t.Run(a.name, func(t *testing.T) {
			r := newRoom(t)
			tea := r.inTea("mallory", "bob")
			mallory, bob := tea[0], tea[1]
			mallory.wants("/go #lobby", "+ go #lobby")
			if err := r.store.operate(storage.Ask{Kind: storage.SetOperator, To: "mallory", Order: &storage.Order{May: true}}); err != nil {
				t.Fatal(err)
			}
			heard := mallory.says("/all " + a.text + "\n/msg bob " + a.text + "\n" + a.text + "\n")
			if kept := strings.Count(heard, "+ msg ") + strings.Count(heard, "+ all "); a.prints && kept != 3 || !a.prints && kept != 0 {
				t.Errorf("it is a text: %v, and was taken %d times: %q", a.prints, kept, heard)
			}
			for _, form := range places {
				heard += mallory.says(strings.ReplaceAll(form, "$", a.text) + "\n")
				mallory.says("x\n") // where that was a question
			}
			for _, name := range []string{"m" + a.text, a.text} {
				v := r.from("")
				heard += v.says("/register " + name + " correct horse\n/who\n/msg bob hi\n/logout\n/login " + name + " correct horse\n")
			}
			heard += mallory.says("/banned #tea\n/banned\n/rooms all\n/topic #tea\n/who\n/blocked\n/sessions\n")
			heard += bob.says("/who\n/history\n/history mallory\n/since 0 200\n/msg mallory hi\n") + bob.took()
			if line := moves(heard); line != "" {
				t.Errorf("a terminal is moved by %q", line)
			}
			if log := r.log.String(); strings.ContainsFunc(strings.ReplaceAll(log, "\n", ""), obeyed) {
				t.Errorf("a terminal is moved by the log: %q", log)
			}
		})
	}
}

// places are the lines in which words of a user come back, or might.
var places = []string{
	"#$ /who", "#a1 /$", "/$ x", "/ping $", "/help $", "/msg $ hi", "/history $", "/history bob $", "/history bob before=$",
	"/register $ correct horse", "/login $ correct horse", "/login bob $", "/register x $", "/passwd $", "/quit $", "//$", "/logout $", "/who $",
	"/all" + "$", "#$", "$ /all hi", "login $", " /login $",

	"/msg #tea $", "/msg #$ hi", "/join #$", "/join $", "/go #lobby", "/leave #$", "/go #$", "/rooms $", "/who #$", "/since $", "/history #$", "/history #tea $",
	"/topic #tea $", "/topic #$ x", "/room #tea $", "/room #$ quiet", "/invite #tea $", "/invite #$ bob", "/role #tea $ op", "/role #tea bob $", "/role #$ bob op",
	"/mute #tea bob $", "/mute #tea bob for=$ x", "/mute #tea $ x", "/unmute #tea $", "/kick #tea $", "/kick #$ bob", "/kick #tea bob $", "/ban #tea $",
	"/ban #tea bob $", "/ban 192.0.2.7 $", "/ban $", "/ban $/8", "/unban #tea $", "/unban $", "/unban 192.0.2.7", "/banned #$", "/kick $", "/mute $ x",
	"/block $", "/unblock $", "/watch $", "/watch #$", "/unwatch $", "/away $", "/end $", "/announce $", "/lockdown $",
}

// TestOldStore: a text that got into the store in another way is made harmless when it is shown.
func TestOldStore(t *testing.T) {
	r := newRoom(t)
	alice, bob := r.member("alice"), r.member("bob")
	bob.says("/logout\n")
	alice.says("/msg bob harmless\nharmless\n")
	for _, a := range attacks {
		if len(a.text) > protocol.MaxText {
			continue
		}
		r.store.setTexts([]byte(a.text))
		heard := bob.says("/login bob correct horse\n/history\n/history alice\n/logout\n")
		if n := strings.Count(heard, "alice"); n < 3 {
			t.Fatalf("%s: bob sees %q", a.name, heard)
		}
		if line := moves(heard); line != "" {
			t.Errorf("%s: a terminal is moved by %q", a.name, line)
		}
	}
}

// FuzzTerminals: whatever somebody sends, no line to anybody and no line of the log is obeyed by a terminal, a client can read every line,
// and a command has one answer.
func FuzzTerminals(f *testing.F) {
	for _, a := range attacks {
		f.Add([]byte(fmt.Sprintf("/all %s\n/msg bob %[1]s\n%[1]s\n#t /ping %[1]s\n", a.text)))
	}
	for _, form := range places {
		f.Add([]byte(strings.ReplaceAll(form, "$", "\x1b[2J\u202e\u009b") + "\n"))
		f.Add([]byte("#f " + strings.ReplaceAll(form, "$", "שלום") + "\r\n"))
	}
	f.Add([]byte("/logout\n/register m\u200dallory correct horse\nhi\n/quit\n"))
	f.Add([]byte("\xff\xfeO@\r\x00%"))
	f.Add([]byte("/passwd\n\x1b\n\u202e\n/login bob\nx\n"))
	r := newRoom(f)
	bob := r.member("bob")
	r.member("mallory").leave()
	password := r.hash("mallory")
	f.Fuzz(func(t *testing.T, in []byte) {
		r.t = t
		r.visitors = []*visitor{bob}
		r.store.forget()
		r.setHash("mallory", password)
		mallory := r.from("")
		mallory.wants("/login mallory correct horse", "+ login mallory")
		said := mallory.says(string(in) + "\n")
		heard := said + bob.says("/who\n/history\n/history mallory\n") + bob.took()
		mallory.leave()
		if line := moves(heard); line != "" {
			t.Errorf("a terminal is moved by %q", line)
		}
		for line := range strings.Lines(heard) {
			if _, err := protocol.ParseReply([]byte(line)); err != nil {
				t.Errorf("%q is no line of ours: %v", line, err)
			}
		}
		asked := 1 + strings.Count(string(in), "\n") + strings.Count(string(in), "\r\x00") // which ends a line in telnet
		if answers := answersIn(said); answers > asked {
			t.Errorf("%d answers to %d lines: %q", answers, asked, said)
		}
		if log := r.log.take(); strings.ContainsFunc(strings.ReplaceAll(log, "\n", ""), obeyed) {
			t.Errorf("a terminal is moved by the log: %q", log)
		}
	})
}

// answersIn counts the lines that end an answer.
func answersIn(heard string) (n int) {
	for line := range strings.Lines(heard) {
		if r, err := protocol.ParseReply([]byte(line)); err == nil && (r.Sigil == protocol.Done || r.Sigil == protocol.Failed) {
			n++
		}
	}
	return n
}
