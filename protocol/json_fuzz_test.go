package protocol

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"parley/internal/language"
)

// FuzzJSONRequest: a line that begins with a brace is a command or an error, and what the standard library reads in it as an object of strings is
// what the command gets.
func FuzzJSONRequest(f *testing.F) {
	for _, line := range []string{
		`{"do":"msg","name":"bob","text":"hi  there","tag":"a1"}`, `{"do":"history","count":5,"after":0}`, `{"d\u006f":"ping","word":"\ud83d\ude00\t"}`,
		`{"do":"ping","word":"\ud800"}`, `{"do":"ping","do":"who"}`, `{"do":"msg","name":["a"],"tag":"z"}`, `{"do":"ping"} x`, `{"do":`, `{}`, ` {}`, "hello",
		`{"do":"ban","name":"bob","for":"1h","room":"#tea","reason":" "}`, `{"do":"ping","tag":""}`, `{"do":"ping","word":"\u0000"}`, `{"a":[[[[`,
	} {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		if !utf8.Valid(line) || bytes.ContainsAny(line, "\x00\t\r\n") {
			return // the framer lets no such line through
		}
		before := line
		line = bytes.Clone(line)
		r := JSON.Parse(line, testForms())
		want := JSON.Parse(before, testForms())
		want.Form = r.Form
		c := r.Clone()
		clear(line)
		if !reflect.DeepEqual(c, want) {
			t.Errorf("the clone of %q has become %+v", before, c)
		}
		if len(before) == 0 || before[0] != '{' {
			return // TestParseTextInJSON
		}
		r = c
		if r.Tag != nil && !isTag(r.Tag) || r.Plain != nil || r.Empty || (r.Err == nil) != (r.Name != nil) {
			t.Fatalf("%q is %+v", before, r)
		}
		if members, ok := stringMembers(before); ok {
			checkRequest(t, before, &r, members)
		}
	})
}

// stringMembers reads an object with the standard library; ok is false if that is not an object of strings, or one that no client may send: it has
// no command, a name twice, a bad tag, half a character or one that ends a line.
func stringMembers(line []byte) (members map[string]string, ok bool) {
	in := json.NewDecoder(bytes.NewReader(line))
	_, _ = in.Token()
	members = map[string]string{}
	for in.More() {
		name, err := in.Token()
		if err != nil {
			return nil, false
		}
		token, err := in.Token()
		value, isString := token.(string)
		if _, twice := members[name.(string)]; err != nil || !isString || twice || strings.ContainsAny(value, "\x00\r\n") {
			return nil, false
		}
		members[name.(string)] = strings.ReplaceAll(value, "\t", " ")
	}
	if _, err := in.Token(); err != nil || !json.Valid(line) {
		return nil, false
	}
	tag, hasTag := members["tag"]
	_, hasCommand := members["do"]
	half := bytes.Contains(line, []byte(`\u`)) && hasReplacement(members)
	return members, hasCommand && !half && (!hasTag || isTag([]byte(tag)))
}

// hasReplacement reports whether there is a U+FFFD, which the standard library puts in place of half a character.
func hasReplacement(members map[string]string) bool {
	for name, value := range members {
		if strings.ContainsRune(name+value, utf8.RuneError) {
			return true
		}
	}
	return false
}

func checkRequest(t *testing.T, line []byte, r *Request, members map[string]string) {
	t.Helper()
	if r.Err != nil || string(r.Name) != members["do"] || string(r.Tag) != members["tag"] {
		t.Fatalf("%q is %+v", line, r)
	}
	if r.Form == nil || !r.Malformed.Empty() {
		return
	}
	given := 2 // do and tag
	if r.Tag == nil {
		given = 1
	}
	for _, p := range r.Form.Params {
		value, there := members[p.Name]
		if there {
			given++
		}
		if strings.TrimLeft(value, " ") == "" {
			value = ""
		}
		if got := r.Arg(p.Name); string(got) != value || (got != nil) != (value != "") {
			t.Errorf("the parameter %s of %q is %q, want %q", p.Name, line, got, value)
		}
	}
	if given != len(members) {
		t.Errorf("the command of %q takes %d members of %d", line, given, len(members))
	}
}

// objectOf reads a line in JSON, which must be one line that a terminal only shows. What it is stands first, and its tag last.
func objectOf(t *testing.T, line []byte, kind Type, word, tag string) map[string]any {
	t.Helper()
	body, ended := strings.CutSuffix(string(line), "\r\n")
	if !ended || !utf8.ValidString(body) || strings.ContainsFunc(body, obeyed) {
		t.Fatalf("a terminal obeys %q", line)
	}
	names, values := membersOf(t, line)
	object := map[string]any{}
	for i, name := range names {
		object[name] = values[i]
	}
	if names[0] != "type" || values[0] != typeNames[kind] || names[1] != secondMembers[kind] || values[1] != word {
		t.Fatalf("%q begins with %q, %v", line, names[:2], values[:2])
	}
	if at := slices.Index(names, "tag"); tag != "" && (at != len(names)-1 || values[at] != tag) || tag == "" && at >= 0 {
		t.Errorf("%q has not the tag %q", line, tag)
	}
	return object
}

// FuzzJSONLine: the fields of a line have the values that text shows: see Echo, appendTime and shown.
func FuzzJSONLine(f *testing.F) {
	f.Add("#a1 /who", "user", "alice", int64(813), int64(1795122251), "good morning: all ", "4096")
	f.Add("/msg", "a\"b", "größe:\\\"", int64(0), int64(0), "", "20/5")
	f.Add("#t.x-y_9 //", "\x1b[2J", "a\r\n{}", int64(1)<<53-1, int64(1)<<37-1, "\u202E\xff\"\\\r\n}{", "-1")
	f.Fuzz(func(t *testing.T, request, word, first string, n, unix int64, text, figure string) {
		at := time.Unix(unix&(1<<37-1), 0)
		l := Line{Type: Row, Tag: tagOf([]byte(request)), Word: word, Text: []byte(text), Fields: []Field{
			Word("by", first), Number("amount", n), Time("at", at), Flag("gone"), Figure("limit", figure),
		}}
		got := objectOf(t, JSON.AppendLine(nil, &l), Row, Echo(word), string(l.Tag))
		want := map[string]any{
			"type": "row", "row": Echo(word), "by": Echo(first), "amount": n, "at": string(appendTime(nil, at)), "gone": true,
			"name": "limit", "value": Echo(figure), "text": shown(text),
		}
		if n, err := strconv.ParseInt(figure, 10, 64); err == nil && n >= 0 && n < maxNumber && strconv.FormatInt(n, 10) == figure {
			want["value"] = n
		}
		if delete(got, "tag"); !reflect.DeepEqual(got, want) {
			t.Errorf("got  %v\nwant %v", got, want)
		}
	})
}

// FuzzJSONEvent: a message has the values that a row of text shows.
func FuzzJSONEvent(f *testing.F) {
	f.Add("#a1 /history", true, "", "alice", "bob", int64(813), int64(1795122251), true, "call me")
	f.Add("/history", false, "#lobby", "bob", "", int64(814), int64(0), false, "good morning: \"all\" ")
	f.Add("/x", false, "#tea", "bob:\\", "a b\u202E", int64(0), int64(0), true, "\\")
	f.Add("/history", true, "#tea time", "a\r\n* all b", ":", int64(1)<<53, int64(1), true, "\x1b[2J\xff\"")
	f.Fuzz(func(t *testing.T, request string, private bool, room, from, to string, n, unix int64, own bool, text string) {
		e := Event{Kind: RoomMessage, Number: n, At: time.Unix(unix&(1<<37-1), 0), Room: room, From: from, With: to, Text: []byte(text), Copy: own}
		word, thread := "say", Echo(room)
		switch {
		case private:
			e.Kind, word, thread = PrivateMessage, "msg", Echo(to)
		case room == LobbyName:
			word = "all"
		}
		tag := tagOf([]byte(request))
		live := objectOf(t, JSON.AppendEvent(nil, &e), Notice, word, "")
		row := objectOf(t, JSON.AppendMessageRow(nil, tag, &e), Row, word, string(tag))
		want := map[string]any{
			"from": Echo(from), "number": n, "at": string(appendTime(nil, e.At)), "thread": thread, "text": shown(text),
		}
		if word == "say" {
			want["room"] = thread
		}
		if private && own {
			want["to"] = thread
		}
		for _, got := range []map[string]any{live, row} {
			for _, name := range []string{"type", "event", "row", "tag"} {
				delete(got, name)
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got  %v\nwant %v", got, want)
			}
		}
	})
}

// FuzzJSONFailure: a failure has its code and its fields, whatever the client has sent.
func FuzzJSONFailure(f *testing.F) {
	f.Add("#a1 /msg", "msg", "alice", 3, "There is no account called nobody.")
	f.Add("/x", "", "a\"b\\", 0, "\"\\")
	f.Add("/x", "\x1b[2J", "a\r\n{}", -1, "\x7f\xff\x00\U000E0041\uFFF9")
	f.Fuzz(func(t *testing.T, request, command, name string, retry int, sentence string) {
		e := Error{Code: NoSuchUser, Retry: retry, Sentence: language.Say("%s", sentence)}
		tag, word := tagOf([]byte(request)), "*"
		if command != "" {
			word = Echo(command)
		}
		got := objectOf(t, JSON.AppendFailure(nil, tag, command, e.With("name", name)), Failed, word, string(tag))
		want := map[string]any{"type": "failed", "command": word, "code": "no-such-user", "name": Echo(name), "text": shown(sentence)}
		if retry > 0 {
			want["retry"] = int64(retry)
		}
		if delete(got, "tag"); !reflect.DeepEqual(got, want) {
			t.Errorf("got  %v\nwant %v", got, want)
		}
	})
}
