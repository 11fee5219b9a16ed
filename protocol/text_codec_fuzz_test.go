package protocol

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"parley/internal/language"
)

// FuzzLineRoundTrip: whatever is in a line of the table or in another one, a client finds it again by its names.
func FuzzLineRoundTrip(f *testing.F) {
	f.Add("#a1 /who", uint8(0), "alice", int64(813), int64(1795122251), "good morning: all ")
	f.Add("/msg", uint8(13), "größe:", int64(-1), int64(0), "")
	f.Add("#t.x-y_9 //", uint8(24), "a=b\r\n+ who 0", int64(0), int64(1)<<37-1, "\u202E\xff\r\n+ who 0")
	var lines []Line
	for kind, words := range bareFields {
		for word := range words {
			lines = append(lines, Line{Type: Type(kind), Word: word})
		}
	}
	for _, kind := range []Type{Done, Row, Notice, Closing} {
		lines = append(lines, Line{Type: kind, Word: "new"})
	}
	lines = slices.DeleteFunc(lines, func(l Line) bool { return l.Type == Failed })
	slices.SortFunc(lines, func(a, b Line) int { return strings.Compare(string(a.Type)+a.Word, string(b.Type)+b.Word) })
	f.Fuzz(func(t *testing.T, request string, which uint8, word string, n, unix int64, text string) {
		l := lines[int(which)%len(lines)]
		at := time.Unix(unix&(1<<37-1), 0)
		l.Tag, l.Text = tagOf([]byte(request)), []byte(text)
		shown := 0
		for i, name := range bareFields[l.Type][l.Word] {
			switch {
			case name == "room" && n%3 == 0 && slices.Contains(roomMayBeMissing, l.Word):
				continue
			case name == "room":
				l.Fields = append(l.Fields, Word(name, "#"+word))
			case (int(n)+i)%2 == 0:
				l.Fields = append(l.Fields, Word(name, strings.TrimLeft(word, "#"))) // only rooms begin so
			default:
				l.Fields = append(l.Fields, Number(name, n))
			}
			shown++
		}
		hidden := len(unshownFields[l.Type][l.Word])
		for _, name := range unshownFields[l.Type][l.Word] {
			l.Fields = append(l.Fields, Number(name, n))
		}
		l.Fields = append(l.Fields, Word("key", word), Number("amount", n), Time("since", at), Flag("gone"))
		r := readBack(t, Text.AppendLine(nil, &l), string(l.Tag), l.Type, l.Word, text)
		for i, field := range l.Fields {
			if i >= shown && i < shown+hidden {
				wantNone(t, r, field.Name)
				continue
			}
			switch field.kind {
			case wordField:
				wantWord(t, r, field.Name, field.word)
			case numberField:
				wantValue(t, r, field.Name, strconv.FormatInt(n, 10))
			case timeField:
				wantTime(t, r, field.Name, at)
			case flagField:
				wantValue(t, r, field.Name, "")
			}
		}
		wantFields(t, r, len(l.Fields)-hidden)
		if value, ok := r.Value("absent"); ok {
			t.Errorf("a field that is not there is %q", value)
		}
	})
}

// FuzzEventRoundTrip: an event, live or in an answer, is read back as it was.
func FuzzEventRoundTrip(f *testing.F) {
	f.Add("#a1 /history", true, "", "alice", "bob", int64(813), int64(1795122251), uint8(3), "call me")
	f.Add("/history", false, "#lobby", "bob", "", int64(814), int64(0), uint8(0), "good morning: all ")
	f.Add("/x", true, "#tea", "bob:", "a b\u202E", int64(-1), int64(0), uint8(2), "")
	f.Add("/history", false, "#tea time", "a\r\n* all b", ":", int64(1)<<53, int64(1), uint8(1), "\x1b[2J\xff")
	f.Fuzz(func(t *testing.T, request string, private bool, room, from, to string, n, unix int64, flags uint8, text string) {
		e := Event{Kind: RoomMessage, Number: n, At: time.Unix(unix&(1<<37-1), 0), Room: room, From: from, With: to, Text: []byte(text)}
		e.Late, e.Copy = flags&1 != 0, flags&2 != 0
		word := "say"
		switch {
		case private:
			e.Kind, word = PrivateMessage, "msg"
		case room == LobbyName:
			word = "all"
		}
		tag := tagOf([]byte(request))
		live := readBack(t, Text.AppendEvent(nil, &e), "", Notice, word, text)
		row := readBack(t, Text.AppendMessageRow(nil, tag, &e), string(tag), Row, word, text)
		for _, r := range []Reply{live, row} {
			fields := 1
			wantWord(t, r, "from", from)
			if word == "say" {
				fields++
				wantWord(t, r, "room", room)
			} else {
				wantNone(t, r, "room")
			}
			if private || r.Sigil == Row {
				fields++
				wantValue(t, r, "number", strconv.FormatInt(n, 10))
			} else {
				wantNone(t, r, "number")
			}
			if private && e.Late || r.Sigil == Row {
				fields++
				wantTime(t, r, "at", e.At)
			} else {
				wantNone(t, r, "at")
			}
			if private && e.Copy {
				fields++
				wantWord(t, r, "to", to)
			} else {
				wantNone(t, r, "to")
			}
			wantFields(t, r, fields)
		}
	})
}

// FuzzFailureRoundTrip: a client reads a failure's code and fields whatever it has itself sent.
func FuzzFailureRoundTrip(f *testing.F) {
	f.Add("/whoo", "", string(UnknownCommand), "whoo", "", 0, "Did you mean /who?")
	f.Add("#a1 /msg", "msg", string(NoSuchUser), "retry=5", "b", 3, "There is no account called nobody.")
	f.Add("#a1 /x", "\x1b[2J", string(Busy), "a\r\n+ ok", "\u009b2J\u202E\u2028", -1, "\x7f\xff\x00\U000E0041\uFFF9")
	f.Fuzz(func(t *testing.T, request, command, code, first, second string, retry int, sentence string) {
		if !fit(code) {
			code = string(Busy) // codes are our own
		}
		e := &Error{Code: Code(code), Retry: retry, Sentence: language.Say("%s", sentence)}
		names := bareFields[Failed][code]
		if len(names) > 0 && names[0] == "room" {
			first = "#" + first
		}
		for _, name := range names {
			e = e.With(name, first)
		}
		e = e.With("other", second)
		tag, word := tagOf([]byte(request)), "*"
		if command != "" {
			word = Echo(command)
		}
		r := readBack(t, Text.AppendFailure(nil, tag, command, e), string(tag), Failed, word, sentence)
		wantValue(t, r, "code", code)
		for _, name := range names {
			wantWord(t, r, name, first)
		}
		wantWord(t, r, "other", second)
		if retry > 0 {
			wantValue(t, r, "retry", strconv.Itoa(retry))
			wantFields(t, r, len(names)+3)
		} else {
			wantNone(t, r, "retry")
			wantFields(t, r, len(names)+2)
		}
	})
}

// FuzzCheckText: what CheckText lets through is written as it is, and nothing else is.
func FuzzCheckText(f *testing.F) {
	for _, text := range []string{"good morning", "grüße 🎉", "\x1b[2J", "gr\xfc\xdfe", "\u202E", "a\uFFFDb", ""} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if err := CheckText([]byte(text)); (err == nil) != (shown(text) == text && utf8.ValidString(text)) {
			t.Errorf("CheckText says %v of %q", err, text)
		}
		r := readBack(t, Text.AppendLine(nil, &Line{Type: Done, Word: "ping", Text: []byte(text)}), "", Done, "ping", text)
		if len(r.Fields) != 0 {
			t.Errorf("the text %q has become the fields %q", text, r.Fields)
		}
	})
}

// readBack reads what was written. It must be one line that a terminal only shows.
func readBack(t *testing.T, written []byte, tag string, kind Type, word, text string) Reply {
	t.Helper()
	body, ended := strings.CutSuffix(string(written), "\r\n")
	if !ended || !utf8.ValidString(body) || strings.ContainsFunc(body, obeyed) {
		t.Fatalf("a terminal obeys %q", written)
	}
	r, err := ParseReply(written)
	if err != nil || r.Tag != tag || r.Sigil != kind || r.Word != word || !r.HasText || r.Text != shown(text) {
		t.Fatalf("%q is read as %+v, %v", written, r, err)
	}
	return r
}

// wantWord looks for a word as it was, or for some word in the place of one that is unfit.
func wantWord(t *testing.T, r Reply, name, word string) {
	t.Helper()
	if value, ok := r.Value(name); !ok || fit(word) && value != word || !fit(value) {
		t.Errorf("the %s %q is read as %q, %v, in %+v", name, word, value, ok, r)
	}
}

func wantValue(t *testing.T, r Reply, name, want string) {
	t.Helper()
	if value, ok := r.Value(name); !ok || value != want {
		t.Errorf("the %s %q is read as %q, %v, in %+v", name, want, value, ok, r)
	}
}

func wantTime(t *testing.T, r Reply, name string, want time.Time) {
	t.Helper()
	value, _ := r.Value(name)
	if got, err := time.Parse(time.RFC3339, value); err != nil || !got.Equal(want) {
		t.Errorf("the %s %v is read as %q, in %+v", name, want, value, r)
	}
}

func wantNone(t *testing.T, r Reply, name string) {
	t.Helper()
	if value, ok := r.Value(name); ok {
		t.Errorf("there is a %s, %q, in %+v", name, value, r)
	}
}

func wantFields(t *testing.T, r Reply, n int) {
	t.Helper()
	if len(r.Fields) != n {
		t.Errorf("there are %d fields, not %d, in %+v", len(r.Fields), n, r)
	}
}

// fit and shown say in a second way which words and characters are left as they are.
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
