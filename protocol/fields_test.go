package protocol

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"testing"
	"time"

	"parley/internal/language"
	"parley/protocol/protocoltest"
)

// manual is what the manual says of the fields of each line.
func manual(t *testing.T) protocoltest.Manual {
	return protocoltest.ReadManual(t, "../docs/protocol.md")
}

// The fields that are shown without a name are those that the manual says.
func TestManualHasTheBareFields(t *testing.T) {
	told := map[Type]map[string][]string{}
	for _, l := range manual(t).Lines {
		key, bare, kind := l.Word, l.Bare, Type(l.Type)
		if kind == Failed {
			if len(bare) == 0 || bare[0] != "code" {
				t.Fatalf("a failure has no code: %+v", l)
			}
			key, bare = l.Code, bare[1:]
		}
		if len(bare) == 0 {
			continue
		}
		if told[kind] == nil {
			told[kind] = map[string][]string{}
		}
		if told[kind][key] != nil {
			t.Errorf("the manual has two rows for %c %s", kind, key)
		}
		told[kind][key] = bare
	}
	for kind, bare := range bareFields {
		if !reflect.DeepEqual(told[Type(kind)], bare) {
			t.Errorf("%c: the manual: %v\nthe text format: %v", kind, told[Type(kind)], bare)
		}
	}
}

// The fields that are left out are those that the manual says. Messages have code of their own: TestMessagesAreLinesOfTheManual.
func TestManualHasTheFieldsThatAreLeftOut(t *testing.T) {
	var told [256]map[string][]string
	for _, l := range manual(t).Lines {
		if len(l.Hidden) == 0 || l.Message() || l.Figure() {
			continue
		}
		if told[l.Type] == nil {
			told[l.Type] = map[string][]string{}
		}
		told[l.Type][l.Word] = l.Hidden
	}
	if !reflect.DeepEqual(told, unshownFields) {
		t.Errorf("the manual: %v\nthe text format: %v", told, unshownFields)
	}
}

// Each field of a line has a type, and no other name has one.
func TestManualHasTheTypesOfFields(t *testing.T) {
	m := manual(t)
	used := map[string]bool{}
	for _, l := range m.Lines {
		for _, name := range l.Members() {
			used[name] = true
			if !slices.Contains([]string{"word", "number", "time", "flag", "number or word"}, m.Types[name]) {
				t.Errorf("the field %s of %c %s has the type %q", name, l.Type, l.Word, m.Types[name])
			}
		}
	}
	for name := range m.Types {
		if !used[name] {
			t.Errorf("no line has the field %s", name)
		}
	}
}

// fieldSample is a field as it may be.
type fieldSample struct {
	field Field
	value string // in text; empty for a flag
	json  any
}

func sampleOf(name, kind string) fieldSample {
	at := time.Date(2026, 11, 19, 21, 4, 11, 0, time.UTC)
	switch {
	case name == "room":
		return fieldSample{Word(name, "#tea"), "#tea", "#tea"}
	case kind == "number":
		return fieldSample{Number(name, 814), "814", int64(814)}
	case kind == "time":
		return fieldSample{Time(name, at), "2026-11-19T21:04:11Z", "2026-11-19T21:04:11Z"}
	case kind == "flag":
		return fieldSample{Flag(name), "", true}
	}
	return fieldSample{Word(name, "bob"), "bob", "bob"}
}

// Every line of the manual, with all of its fields, is written as the manual says, and its fields are found by their names.
func TestLinesOfTheManual(t *testing.T) {
	m := manual(t)
	for _, l := range m.Lines {
		if Type(l.Type) == Failed || l.Message() || l.Figure() {
			continue // see the tests below
		}
		checkLine(t, l, m.Types)
		if slices.Contains(roomMayBeMissing, l.Word) && len(l.Bare) > 0 && l.Bare[0] == "room" {
			l.Bare = l.Bare[1:]
			checkLine(t, l, m.Types)
		}
	}
}

func checkLine(t *testing.T, l protocoltest.Line, types map[string]string) {
	t.Helper()
	if Type(l.Type) == Closing {
		l.Word = string(Bye) // or any other
	}
	line := Line{Type: Type(l.Type), Tag: []byte("a1"), Word: l.Word, Text: []byte("Well: so.")}
	want := "#a1 " + string(rune(l.Type)) + " " + Echo(l.Word)
	for _, name := range l.Members() {
		s := sampleOf(name, types[name])
		line.Fields = append(line.Fields, s.field)
		switch {
		case slices.Contains(l.Hidden, name):
		case slices.Contains(l.Bare, name):
			want += " " + s.value
		case types[name] == "flag":
			want += " " + name
		default:
			want += " " + name + "=" + s.value
		}
	}
	got := Text.AppendLine(nil, &line)
	if string(got) != want+": Well: so.\r\n" {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	r, err := ParseReply(got)
	if err != nil {
		t.Errorf("%q: %v", got, err)
	}
	checkValues(t, got, r, l, types)
	if line.Word != "hello" {
		checkObject(t, JSON.AppendLine(nil, &line), l, types, "Well: so.")
	}
}

// checkValues looks for the fields of a line of text by their names.
func checkValues(t *testing.T, line []byte, r Reply, l protocoltest.Line, types map[string]string) {
	t.Helper()
	for _, name := range slices.Concat(l.Bare, l.Named) {
		if value, ok := r.Value(name); name != "code" && (!ok || value != sampleOf(name, types[name]).value) {
			t.Errorf("the %s of %q is %q, %v", name, line, value, ok)
		}
	}
	for _, name := range append(slices.Clone(l.Hidden), "room") {
		if value, ok := r.Value(name); ok && !slices.Contains(slices.Concat(l.Bare, l.Named), name) {
			t.Errorf("%q has a %s: %q", line, name, value)
		}
	}
}

// secondMembers are the names of what says with the type what a line is.
var secondMembers = map[Type]string{Done: "command", Failed: "command", Row: "row", Notice: "event", Closing: "code"}

var typeNames = map[Type]string{Done: "done", Failed: "failed", Row: "row", Notice: "event", Closing: "end"}

// checkObject looks at a line in JSON: exactly the members that the manual names, in its order and with its types, between what the line is,
// and the text and the tag.
func checkObject(t *testing.T, line []byte, l protocoltest.Line, types map[string]string, text string) {
	t.Helper()
	kind := Type(l.Type)
	names, values := membersOf(t, line)
	want := []string{"type", secondMembers[kind]}
	for _, name := range l.Members() {
		if name != secondMembers[kind] {
			want = append(want, name)
		}
	}
	if want = append(want, "text", "tag"); !slices.Equal(names, want) {
		t.Errorf("%s has\n%q\nwant\n%q", line, names, want)
		return
	}
	for i, name := range names {
		switch {
		case i == 0:
			wantJSON(t, line, name, values[i], typeNames[kind])
		case i == 1 && kind != Failed:
			wantJSON(t, line, name, values[i], l.Word)
		case name == "text":
			wantJSON(t, line, name, values[i], text)
		case name == "tag":
			wantJSON(t, line, name, values[i], "a1")
		case name != "command" && name != "code":
			wantJSON(t, line, name, values[i], sampleOf(name, types[name]).json)
		}
	}
}

// wantJSON compares a member with what it should be.
func wantJSON(t *testing.T, line []byte, name string, got, want any) {
	t.Helper()
	if got != want {
		t.Errorf("the %s of %s is %v (%[3]T), want %v (%[4]T)", name, line, got, want)
	}
}

// membersOf takes a line in JSON apart. Whole numbers come as int64.
func membersOf(t *testing.T, line []byte) (names []string, values []any) {
	t.Helper()
	in := json.NewDecoder(bytes.NewReader(line))
	in.UseNumber()
	if brace, err := in.Token(); err != nil || brace != json.Delim('{') {
		t.Fatalf("%q is no object: %v, %v", line, brace, err)
	}
	for in.More() {
		name, err := in.Token()
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		value, err := in.Token()
		if number, ok := value.(json.Number); ok && err == nil {
			value, err = number.Int64()
		}
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		names, values = append(names, name.(string)), append(values, value)
	}
	if _, err := in.Token(); err != nil {
		t.Fatalf("%q: %v", line, err)
	}
	if rest := string(line[in.InputOffset():]); rest != "\r\n" {
		t.Fatalf("%q ends in %q", line, rest)
	}
	return names, values
}

// A limit or a figure has a field of its own name in text, and the fields name and value in JSON.
func TestFiguresOfTheManual(t *testing.T) {
	m := manual(t)
	for _, l := range m.Lines {
		if !l.Figure() {
			continue
		}
		for value, want := range map[string]any{
			"4096": int64(4096), "0": int64(0), "9007199254740991": int64(1<<53 - 1),
			"9007199254740992": "9007199254740992", "-1": "-1", "64KiB": "64KiB", "20/5": "20/5",
		} {
			line := Line{Type: Type(l.Type), Word: l.Word, Fields: []Field{Figure("bob", value)}}
			if got, want := string(Text.AppendLine(nil, &line)), "= "+l.Word+" bob="+value+"\r\n"; got != want {
				t.Errorf("got  %q\nwant %q", got, want)
			}
			line.Fields = []Field{Figure("line", value)}
			got := JSON.AppendLine(nil, &line)
			names, values := membersOf(t, got)
			if !slices.Equal(names, []string{"type", "row", "name", "value"}) {
				t.Fatalf("%s has %q", got, names)
			}
			wantJSON(t, got, "name", values[2], "line")
			wantJSON(t, got, "value", values[3], want)
		}
	}
}

func TestFailuresOfTheManual(t *testing.T) {
	m := manual(t)
	for _, l := range m.Lines {
		if Type(l.Type) != Failed {
			continue
		}
		checkFailure(t, l, m.Types)
		if slices.Contains(roomMayBeMissing, l.Code) {
			l.Bare = []string{"code"}
			checkFailure(t, l, m.Types)
		}
	}
}

func checkFailure(t *testing.T, l protocoltest.Line, types map[string]string) {
	t.Helper()
	e := &Error{Code: Code(l.Code), Sentence: language.Say("No: never.")}
	if l.Code == "" {
		e.Code = Busy // any that has no row of its own
	}
	want := "#a1 - msg " + string(e.Code)
	for _, name := range slices.Concat(l.Bare[1:], l.Named) {
		s := sampleOf(name, types[name])
		switch {
		case name == "retry":
			e.Retry = 814
			want += " retry=814"
			continue
		case slices.Contains(l.Bare, name):
			want += " " + s.value
		default:
			want += " " + name + "=" + s.value
		}
		e.Fields = append(e.Fields, s.field)
	}
	got := Text.AppendFailure(nil, []byte("a1"), "msg", e)
	if string(got) != want+": No: never.\r\n" {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	r, err := ParseReply(got)
	if err != nil {
		t.Errorf("%q: %v", got, err)
	}
	checkValues(t, got, r, l, types)
	object := JSON.AppendFailure(nil, []byte("a1"), "msg", e)
	checkObject(t, object, l, types, "No: never.")
	_, values := membersOf(t, object)
	wantJSON(t, object, "command", values[1], "msg")
	wantJSON(t, object, "code", values[2], string(e.Code))
}

// A message is written as the line with its fields would be.
func TestMessagesAreLinesOfTheManual(t *testing.T) {
	m := manual(t)
	fields := map[string]Field{
		"number": Number("number", 814), "at": Time("at", at), "from": Word("from", "alice"), "to": Word("to", "bob"), "room": Word("room", "#tea"),
	}
	for _, l := range m.Lines {
		if !l.Message() {
			continue
		}
		// all that a line may have
		e := Event{Number: 814, At: at, From: "alice", With: "bob", Text: []byte("hi"), Late: true, Copy: true}
		thread := fields["room"]
		switch l.Word {
		case "msg":
			e.Kind, thread = PrivateMessage, fields["to"]
		case "all":
			e.Kind, e.Room, thread = RoomMessage, LobbyName, Word("room", LobbyName)
		case "say":
			e.Kind, e.Room = RoomMessage, "#tea"
		}
		write := Format.AppendEvent
		if Type(l.Type) == Row {
			write = func(f Format, b []byte, e *Event) []byte { return f.AppendMessageRow(b, nil, e) }
		}
		line := Line{Type: Type(l.Type), Word: l.Word, Text: e.Text}
		for _, name := range slices.Concat(l.Bare, l.Named) {
			line.Fields = append(line.Fields, fields[name])
		}
		if got, want := write(Text, nil, &e), Text.AppendLine(nil, &line); string(got) != string(want) {
			t.Errorf("got  %q\nwant %q", got, want)
		}

		thread.Name = "thread"
		fields["thread"] = thread
		line.Fields = nil
		for _, name := range l.Members() {
			line.Fields = append(line.Fields, fields[name])
		}
		if got, want := write(JSON, nil, &e), JSON.AppendLine(nil, &line); string(got) != string(want) {
			t.Errorf("got  %q\nwant %q", got, want)
		}
		// and nothing that it may do without
		e.Late, e.Copy = false, false
		line.Fields = slices.DeleteFunc(line.Fields, func(f Field) bool { return l.Optional(f.Name) })
		if got, want := write(JSON, nil, &e), JSON.AppendLine(nil, &line); string(got) != string(want) {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	}
}
