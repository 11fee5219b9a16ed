package protocol

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

// sample is a bit of everything that a connection may carry.
const sample = telnetHello + "/login alice correct horse\r\n" + "#a1 /who\n" + "good mornink\bg, grüße 🎉\r\x00" +
	telnetWindow + "/msg\tbob hi\x7fo\r\n" + telnetCtrlC + "a\rb\n" + "a\x00b\n" + "Latin-1 \xfc\xff\n" +
	"\xff\xfd\x01\xff\xf8\xff\xf7" + telnetType + "//shrug\r\n" + "no end"

// FuzzFramerCuts: however the bytes are cut into pieces, the lines, the
// errors and the telnet answers are the same, and no more than a line is held.
func FuzzFramerCuts(f *testing.F) {
	long := strings.Repeat("long ", MaxLine/4)
	f.Add([]byte(sample), []byte{1, 2, 3, 50})
	f.Add([]byte(long+"\r\n/who\r\n"), []byte{200, 255, 1})
	f.Add([]byte(long[:MaxLine-1]+"\r\n"+long[:MaxLine-2]+"\r\n/who\n"), []byte{255})
	f.Add([]byte("\xff\xfa"+long[:2*maxSub]+"\n/who\n"), []byte{7})
	f.Add([]byte("\r\n\r\x00\r\r\n\xe2\x82\b\xac\n\xff\xff\xff\n"), []byte{1})
	f.Fuzz(func(t *testing.T, data, cuts []byte) {
		want, wantReply, wantTelnet := cut(t, data, nil)
		for _, c := range [][]byte{cuts, {1}} {
			got, reply, telnet := cut(t, data, c)
			if !reflect.DeepEqual(got, want) {
				t.Errorf("cut by % x\n gives %q\n  want %q", c, got, want)
			}
			if !bytes.Equal(reply, wantReply) || telnet != wantTelnet {
				t.Errorf("cut by % x: telnet %v, answers % x; want %v, % x", c, telnet, reply, wantTelnet, wantReply)
			}
		}
		for _, line := range want {
			if !strings.HasPrefix(line, "refused ") && (strings.ContainsAny(line, "\x00\t\n\r") || !utf8.ValidString(line)) {
				t.Errorf("a line came out as %q", line)
			}
		}
	})
}

// cut feeds data in pieces as long as cuts says, over and over; at once when
// it says nothing.
func cut(t *testing.T, data, cuts []byte) (got []string, reply []byte, telnet bool) {
	var f Framer
	show := func(line []byte, err error) {
		if err != nil {
			if len(line) > headLen {
				t.Fatalf("%d bytes of a refused line", len(line))
			}
			got = append(got, "refused "+err.Error()+string(line))
			return
		}
		if len(line) >= MaxLine {
			t.Fatalf("a line of %d bytes", len(line))
		}
		got = append(got, "line "+string(line))
	}
	for i := 0; len(data) > 0; i++ {
		n := len(data)
		if len(cuts) > 0 {
			n = min(n, max(1, int(cuts[i%len(cuts)])))
		}
		piece := bytes.Clone(data[:n])
		for in, ok := piece, true; ok; {
			var line []byte
			var err error
			if line, in, ok, err = f.Next(in); ok {
				show(line, err)
			}
		}
		clear(piece) // as the next read does: nothing may be kept of it
		data = data[n:]
		if len(f.held) >= MaxLine || cap(f.held) > 2*MaxLine || f.telnet != nil && len(f.telnet.reply) > 1700 {
			t.Fatalf("%d of %d bytes are held", len(f.held), cap(f.held))
		}
	}
	if line, ok, err := f.End(); ok {
		show(line, err)
	}
	if f.Unfinished() {
		t.Fatal("something is unfinished behind the end")
	}
	return got, f.Reply(), f.Telnet()
}

// FuzzParse: the parts of a request, put together again, are the line.
func FuzzParse(f *testing.F) {
	for _, line := range []string{
		"/who", "#a1 /msg bob hi  there ", "//shrug", "#t   //x", "# not a tag", "good morning", "   ", "/ all", "/all  x",
	} {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		r := Parse(line)
		if len(r.Tag) > MaxTag || !bytes.Equal(r.Tag, TagOf(line)) {
			t.Errorf("the tag of %q is %q, or %q", line, r.Tag, TagOf(line))
		}
		again := ""
		if r.Tag != nil {
			again = "#" + string(r.Tag)
		}
		switch r.Kind {
		case Command:
			again += "/" + string(r.Name) + string(r.Args)
		case Said:
			if r.Tag != nil || bytes.HasPrefix(line, []byte("//")) {
				again += "/"
			}
			again += string(r.Args)
		}
		if squeeze(again) != squeeze(string(line)) {
			t.Errorf("%q was taken apart into %q", line, again)
		}
		if !bytes.HasSuffix(line, r.Args) {
			t.Errorf("the arguments %q are not the end of %q", r.Args, line)
		}
		word, rest := Word(r.Args)
		if bytes.ContainsRune(word, ' ') || !bytes.HasSuffix(r.Args, rest) {
			t.Errorf("%q begins with %q and goes on with %q", r.Args, word, rest)
		}
	})
}

func squeeze(s string) string { return strings.ReplaceAll(s, " ", "") }

// FuzzReplyRoundTrip: what we write, a client reads.
func FuzzReplyRoundTrip(f *testing.F) {
	f.Add("#a1 /who", uint8(0), "alice", int64(813), int64(1795122251), "good morning: all ")
	f.Add("/msg", uint8(3), "größe:", int64(-1), int64(0), "")
	f.Add("#t.x-y_9 //", uint8(4), "a b", int64(0), int64(253402300799), "\u202E\xff\r\n+ who 0")
	f.Fuzz(func(t *testing.T, line string, sigil uint8, word string, n, unix int64, text string) {
		tag := TagOf([]byte(line))
		at := time.Unix(unix%253402300800, 0)
		sent := "+-=*!"[sigil%5]
		b := Start(nil, tag, sent, "msg")
		b = KeyTime(KeyInt(Int(Echo(b, word), n), "before", n), "at", at)
		r, err := ParseReply(End(Text(b, text)))
		if err != nil {
			t.Fatalf("%q: %v", b, err)
		}
		if r.Tag != string(tag) || r.Sigil != sent || r.Word != "msg" || len(r.Fields) != 4 {
			t.Errorf("%q is read as %+v", b, r)
		}
		if fit(word) && r.Fields[0] != word {
			t.Errorf("the word %q is read as %q", word, r.Fields[0])
		}
		if want := shown(text); !r.HasText || r.Text != want {
			t.Errorf("the text %q is read as %q, want %q", text, r.Text, want)
		}
		if value, ok := r.Key("at"); ok {
			if got, err := time.Parse(time.RFC3339, value); unix >= 0 && (err != nil || !got.Equal(at)) {
				t.Errorf("the time %v is read as %v, %v", at, got, err)
			}
		}
	})
}

// fit and shown say in their own way what Echo and Text leave as it is.
func fit(word string) bool {
	return word != "" && len(word) <= 64 && shown(word) == word && len(strings.Fields("("+word+")")) == 1 && !strings.HasSuffix(word, ":")
}

func shown(text string) string {
	return strings.Map(func(r rune) rune {
		if obeyed(r) {
			return utf8.RuneError
		}
		return r
	}, text)
}

// obeyed reports whether a terminal may do something other than show r.
func obeyed(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Bidi_Control) ||
		r >= 0xFFF9 && r <= 0xFFFB || r >= 0xE0000 && r <= 0xE007F
}

// FuzzNoLineObeys: whatever is told, it makes one line, and a terminal that
// shows the line does nothing but show it.
func FuzzNoLineObeys(f *testing.F) {
	f.Add([]byte("/whoo"), "who", "nobody", "There is no account called nobody.")
	f.Add([]byte("#a1 /x"), "\x1b[2J", "a\r\n+ ok", "\u009b2J\u202E\u2028")
	f.Add([]byte("#\x07 /x"), "*", "bob:", "\x7f\xff\x00\U000E0041\uFFF9")
	f.Fuzz(func(t *testing.T, line []byte, command, word, text string) {
		tag := TagOf(line)
		made := [][]byte{
			AppendError(nil, tag, command, &Error{Code: Usage, Fields: []string{word, text}, Retry: len(word), Sentence: text}),
			End(Text(Echo(Echo(Start(nil, tag, Event, "msg"), word), command), text)),
			End(Text(Echo(Start(nil, tag, Row, "msg"), []byte(word)), []byte(text))),
		}
		if err := CheckText([]byte(text)); (err == nil) != (shown(text) == text && utf8.ValidString(text)) {
			t.Errorf("CheckText says %v of %q", err, text)
		}
		for _, b := range made {
			body, ended := strings.CutSuffix(string(b), "\r\n")
			if !ended || !utf8.ValidString(body) || strings.ContainsFunc(body, obeyed) {
				t.Errorf("%q moves a terminal", b)
			}
			if r, err := ParseReply(b); err != nil || r.Tag != string(tag) || !r.HasText || r.Text != shown(text) {
				t.Errorf("%q is read as %+v, %v", b, r, err)
			}
		}
	})
}
