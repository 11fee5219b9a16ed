package protocol

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/internal/language"
	"parley/protocol/protocoltest"
)

// FuzzObjectIsLikeText: whatever the server writes, its line in JSON is taken apart into the same as its line in text, but for what text leaves out.
func FuzzObjectIsLikeText(f *testing.F) {
	m := protocoltest.ReadManual(f, "../docs/protocol.md")
	f.Add("#a1 /who", "alice", int64(813), int64(1795122251), uint(0), "good morning: all ", true)
	f.Add("/msg", "#größe:", int64(0), int64(0), uint(0b1010_0101), "", true)
	f.Add("/stats", "00", int64(1), int64(1), uint(165), "", false)
	f.Add("/stats", "+5", int64(1), int64(1), uint(165), "", false)
	f.Add("#t //", "a\r\n{}=\x1b", int64(1)<<53-1, int64(1)<<37-1, ^uint(0), "\u202E\xff\"\\\r\n}{", false)
	f.Fuzz(func(t *testing.T, request, word string, n, unix int64, without uint, text string, hasText bool) {
		tag, at := tagOf([]byte(request)), time.Unix(unix&(1<<37-1), 0)
		n &= 1<<53 - 1
		for _, l := range m.Lines {
			if l.Word == "hello" { // is never an object
				continue
			}
			if Type(l.Type) == Closing || Type(l.Type) == Failed && l.Word == "" {
				l.Word = string(Bye)
			}
			line := Line{Type: Type(l.Type), Tag: tag, Word: l.Word}
			if hasText {
				line.Text = []byte(text)
			}
			for i, name := range l.Members() {
				if l.Optional(name) && without>>i&1 == 1 || name == "code" || name == "name" && l.Figure() {
					continue
				}
				line.Fields = append(line.Fields, fuzzedField(l, name, m.Types[name], word, n, at))
			}
			got, want := linesAlike(t, l, &line, Error{Code: Code(l.Code), Sentence: language.Say("%s", text), Retry: int(n & 0xFFFF)}, Event{
				Number: n, At: at, From: word, With: word, Room: roomOf(l, word), Text: []byte(text), Late: without&1 == 1, Copy: without&2 == 2,
			})
			object, err := ParseObject(got)
			if err != nil {
				t.Fatalf("%q: %v", got, err)
			}
			shown, err := ParseReply(want)
			if err != nil {
				t.Fatalf("%q: %v", want, err)
			}
			if !l.Message() && !slices.Equal(shown.Fields, object.Fields[:min(len(shown.Fields), len(object.Fields))]) {
				t.Errorf("%s has fields %q, which do not begin as those of %s", got, object.Fields, want)
			}
			object.Fields = slices.DeleteFunc(object.Fields, func(field string) bool {
				key, _, _ := strings.Cut(field, "=")
				return slices.Contains(l.Hidden, key) && !slices.Contains(shown.Fields, field)
			})
			if !reflect.DeepEqual(object, shown) {
				t.Errorf("%s is %+v\n%s is %+v", got, object, want, shown)
			}
		}
	})
}

// linesAlike writes the same line in JSON and in text.
func linesAlike(t *testing.T, l protocoltest.Line, line *Line, e Error, event Event) (object, text []byte) {
	t.Helper()
	if l.Message() {
		if l.Word == "msg" {
			event.Kind = PrivateMessage
		}
		if line.Type == Row {
			return JSON.AppendMessageRow(nil, line.Tag, &event), Text.AppendMessageRow(nil, line.Tag, &event)
		}
		return JSON.AppendEvent(nil, &event), Text.AppendEvent(nil, &event)
	}
	if line.Type == Failed {
		if e.Code == "" {
			e.Code = Busy
		}
		e.Fields = slices.DeleteFunc(line.Fields, func(f Field) bool { return f.Name == "retry" })
		return JSON.AppendFailure(nil, line.Tag, line.Word, &e), Text.AppendFailure(nil, line.Tag, line.Word, &e)
	}
	return JSON.AppendLine(nil, line), Text.AppendLine(nil, line)
}

func fuzzedField(l protocoltest.Line, name, kind, word string, n int64, at time.Time) Field {
	switch {
	case l.Figure():
		return Figure("line", word)
	case name == "room":
		return Word(name, "#"+word)
	case kind == "number":
		return Number(name, n)
	case kind == "time":
		return Time(name, at)
	case kind == "flag":
		return Flag(name)
	}
	return Word(name, strings.TrimLeft(word, "#")) // only rooms begin so
}

func roomOf(l protocoltest.Line, word string) string {
	if l.Word == "all" {
		return LobbyName
	}
	return "#" + word
}

func TestParseObject(t *testing.T) {
	tests := []struct {
		line string
		want Reply
	}{
		{`{"type":"event","event":"say","room":"#tea","from":"bob","number":815,"at":"2026-11-19T21:04:11Z","thread":"#tea","text":"is it: green?"}` + "\r\n",
			Reply{Sigil: Notice, Word: "say", Fields: []string{"#tea", "bob", "number=815", "at=2026-11-19T21:04:11Z", "thread=#tea"}, Text: "is it: green?", HasText: true}},
		{`{"tag":"a1","at":"2026","thread":"bob","number":813,"from":"alice","row":"msg","type":"row"}`, // in any order
			Reply{Tag: "a1", Sigil: Row, Word: "msg", Fields: []string{"alice", "813", "at=2026", "thread=bob"}}},
		{`{"type":"failed","command":"login","code":"banned","until":"2026","text":"No."}`,
			Reply{Sigil: Failed, Word: "login", Fields: []string{"banned", "until=2026"}, Text: "No.", HasText: true}},
		{`{"type":"row","row":"stat","name":"uptime","value":12}`, Reply{Sigil: Row, Word: "stat", Fields: []string{"uptime=12"}}},
		{`{"type":"row","row":"user","name":"bob","away":true,"gone":false,"new":{"a":[1,null]}}`,
			Reply{Sigil: Row, Word: "user", Fields: []string{"bob", "away"}}},
		{`{"type":"end","code":"bye","text":"\u001b[2J\u202e","x":"a b"}`,
			Reply{Sigil: Closing, Word: "bye", Fields: []string{"x=a?b"}, Text: "\uFFFD[2J\uFFFD", HasText: true}},
	}
	for _, tt := range tests {
		for _, parse := range []func([]byte) (Reply, error){ParseObject, ParseReply} {
			got, err := parse([]byte(tt.line))
			if err != nil || !reflect.DeepEqual(got, tt.want) {
				t.Errorf("%q\n  is %+v %v\nwant %+v", tt.line, got, err, tt.want)
			}
		}
	}
}

func TestParseObjectRefuses(t *testing.T) {
	for _, line := range []string{
		"", "{", "{}", "[]", `"done"`, "+ quit", `{"type":"done"}`, `{"type":"x","command":"quit"}`, `{"type":1,"command":"quit"}`, `{"command":"quit"}`,
		`{"type":"failed","command":"who"}`, `{"type":"done","command":"quit"} x`, `{"type":"done","command":"quit"}{}`, `{"type":"done","command":"quit"`,
		`{"type":"done","type":"done","command":"quit"}`, "{\"type\":\"done\",\"command\":\"\xff\"}",
	} {
		if got, err := ParseObject([]byte(line)); err == nil {
			t.Errorf("%q passes as %+v", line, got)
		}
	}
}

// FuzzParseObject: what the server says can't disturb a terminal, and no line disturbs the client.
func FuzzParseObject(f *testing.F) {
	f.Add(`{"type":"row","row":"msg","from":"alice","number":813,"at":"2026-11-19T21:04:11Z","thread":"alice","text":"hi","tag":"a1"}`)
	f.Add(`{"type":"failed","command":"*","code":"bad-json","place":18,"text":"\u001b\ud83d"}`)
	f.Fuzz(func(t *testing.T, line string) {
		r, err := ParseObject([]byte(line))
		if err != nil {
			return
		}
		for _, shown := range append(r.Fields, r.Tag, r.Word, r.Text) {
			if strings.ContainsFunc(shown, obeyed) {
				t.Errorf("a terminal obeys %q of %q", shown, line)
			}
		}
		for _, word := range append(r.Fields, r.Word) {
			if word == "" || strings.Contains(word, " ") {
				t.Errorf("%q of %q is no word", word, line)
			}
		}
	})
}
