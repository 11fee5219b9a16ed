package protocol

import (
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// manualLine is a row of the first table in the manual's section "Fields".
type manualLine struct {
	kind        Type
	word        string   // empty for all lines of the type
	code        string   // of a failure; empty for all failures
	bare, named []string // fields
	hidden      []string // fields that a line of text leaves out
}

// manualFields reads both tables of the section: the lines, and the type of each field.
func manualFields(t *testing.T) (lines []manualLine, types map[string]string) {
	t.Helper()
	page, err := os.ReadFile("../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(page), "\n## Fields\n")
	section, _, _ = strings.Cut(section, "\n## ")
	_, section, _ = strings.Cut(section, "\n| line |")
	first, second, _ := strings.Cut(section, "\n| field |")
	for _, cells := range tableRows(first) {
		names := quoted(cells[0])
		line := manualLine{bare: quoted(cells[1]), named: quoted(cells[2]), hidden: quoted(cells[3])}
		for i, name := range names {
			switch kind, word, _ := strings.Cut(name, " "); {
			case names[0] == "-" && i > 0:
				line.code = name
			case names[0] == "-" && len(names) > 1:
				line.kind = Failed
				continue
			default:
				line.kind, line.word = Type(kind[0]), word
			}
			lines = append(lines, line)
		}
	}
	types = map[string]string{}
	for _, cells := range tableRows(second) {
		types[quoted(cells[0])[0]] = strings.TrimSpace(cells[1])
	}
	if len(lines) == 0 || len(types) == 0 {
		t.Fatal("the manual has no tables of fields")
	}
	return lines, types
}

// tableRows returns the cells of a table's rows.
func tableRows(table string) (rows [][]string) {
	for line := range strings.Lines(table) {
		if strings.HasPrefix(line, "| `") {
			rows = append(rows, strings.Split(strings.Trim(line, "| \n"), "|"))
			for len(rows[len(rows)-1]) < 4 { // the last ones are empty
				rows[len(rows)-1] = append(rows[len(rows)-1], "")
			}
		}
	}
	return rows
}

var backticks = regexp.MustCompile("`([^`]+)`")

func quoted(cell string) (words []string) {
	for _, m := range backticks.FindAllStringSubmatch(cell, -1) {
		words = append(words, m[1])
	}
	return words
}

// The fields that are shown without a name are those that the manual says.
func TestManualHasTheBareFields(t *testing.T) {
	lines, _ := manualFields(t)
	told := map[Type]map[string][]string{}
	for _, l := range lines {
		key, bare := l.word, l.bare
		if l.kind == Failed {
			if len(bare) == 0 || bare[0] != "code" {
				t.Fatalf("a failure has no code: %+v", l)
			}
			key, bare = l.code, bare[1:]
		}
		if len(bare) == 0 {
			continue
		}
		if told[l.kind] == nil {
			told[l.kind] = map[string][]string{}
		}
		if told[l.kind][key] != nil {
			t.Errorf("the manual has two rows for %c %s", l.kind, key)
		}
		told[l.kind][key] = bare
	}
	for kind, bare := range bareFields {
		if !reflect.DeepEqual(told[Type(kind)], bare) {
			t.Errorf("%c: the manual: %v\nthe text format: %v", kind, told[Type(kind)], bare)
		}
	}
}

// The fields that are left out of a line are those that the manual says.
func TestManualHasTheFieldsThatAreLeftOut(t *testing.T) {
	lines, _ := manualFields(t)
	told := map[string][]string{}
	for _, l := range lines {
		if len(l.hidden) > 0 && l.kind != Notice {
			t.Errorf("%c %s is no event, and leaves out %q", l.kind, l.word, l.hidden)
		}
		if len(l.hidden) > 0 {
			told[l.word] = l.hidden
		}
	}
	want := maps.Clone(unshownFields)
	want["all"], want["say"] = forPrograms, forPrograms // see appendEvent
	if !reflect.DeepEqual(told, want) {
		t.Errorf("the manual: %v\nthe text format: %v", told, want)
	}
}

// Each field of a line has a type, and no other name has one.
func TestManualHasTheTypesOfFields(t *testing.T) {
	lines, types := manualFields(t)
	used := map[string]bool{}
	for _, l := range lines {
		for _, name := range slices.Concat(l.bare, l.named, l.hidden) {
			used[name] = true
			if !slices.Contains([]string{"word", "number", "time", "flag"}, types[name]) {
				t.Errorf("the field %s of %c %s has the type %q", name, l.kind, l.word, types[name])
			}
		}
	}
	for name := range types {
		if !used[name] {
			t.Errorf("no line has the field %s", name)
		}
	}
}

// fieldSample is a field as it may be.
type fieldSample struct {
	field Field
	value string
}

func sampleOf(name, kind string) fieldSample {
	at := time.Date(2026, 11, 19, 21, 4, 11, 0, time.UTC)
	switch {
	case name == "room":
		return fieldSample{Word(name, "#tea"), "#tea"}
	case kind == "number":
		return fieldSample{Number(name, 814), "814"}
	case kind == "time":
		return fieldSample{Time(name, at), "2026-11-19T21:04:11Z"}
	case kind == "flag":
		return fieldSample{Flag(name), ""}
	}
	return fieldSample{Word(name, "bob"), "bob"}
}

// Every line of the manual, with all of its fields, is written as the manual says, and its fields are found by their names.
func TestLinesOfTheManual(t *testing.T) {
	lines, types := manualFields(t)
	for _, l := range lines {
		if l.kind == Failed {
			continue // TestFailuresOfTheManual
		}
		if l.word == "all" || l.word == "say" {
			l.hidden = nil // TestEventsAreLinesOfTheManual
		}
		checkLine(t, l, types)
		if slices.Contains(roomMayBeMissing, l.word) && len(l.bare) > 0 && l.bare[0] == "room" {
			l.bare = l.bare[1:]
			checkLine(t, l, types)
		}
	}
}

func checkLine(t *testing.T, l manualLine, types map[string]string) {
	t.Helper()
	line := Line{Type: l.kind, Word: l.word}
	want := string(l.kind) + " " + Echo(l.word)
	for _, name := range slices.Concat(l.bare, l.named, l.hidden) {
		s := sampleOf(name, types[name])
		line.Fields = append(line.Fields, s.field)
		switch {
		case slices.Contains(l.hidden, name):
		case slices.Contains(l.bare, name):
			want += " " + s.value
		case types[name] == "flag":
			want += " " + name
		default:
			want += " " + name + "=" + s.value
		}
	}
	got := Text.AppendLine(nil, &line)
	if string(got) != want+"\r\n" {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	r, err := ParseReply(got)
	if err != nil {
		t.Errorf("%q: %v", got, err)
	}
	for _, name := range slices.Concat(l.bare, l.named) {
		if value, ok := r.Value(name); !ok || value != sampleOf(name, types[name]).value {
			t.Errorf("the %s of %q is %q, %v", name, got, value, ok)
		}
	}
	for _, name := range append(slices.Clone(l.hidden), "room") {
		if value, ok := r.Value(name); ok && !slices.Contains(l.bare, name) {
			t.Errorf("%q has a %s: %q", got, name, value)
		}
	}
}

func TestFailuresOfTheManual(t *testing.T) {
	lines, types := manualFields(t)
	for _, l := range lines {
		if l.kind != Failed {
			continue
		}
		checkFailure(t, l, types)
		if slices.Contains(roomMayBeMissing, l.code) {
			l.bare = []string{"code"}
			checkFailure(t, l, types)
		}
	}
}

func checkFailure(t *testing.T, l manualLine, types map[string]string) {
	t.Helper()
	e := &Error{Code: Code(l.code), Sentence: "No."}
	if l.code == "" {
		e.Code = Busy // any that has no row of its own
	}
	want := "- msg " + string(e.Code)
	for _, name := range slices.Concat(l.bare[1:], l.named) {
		s := sampleOf(name, types[name])
		switch {
		case name == "retry":
			e.Retry = 814
			want += " retry=814"
			continue
		case slices.Contains(l.bare, name):
			want += " " + s.value
		default:
			want += " " + name + "=" + s.value
		}
		e.Fields = append(e.Fields, s.field)
	}
	got := Text.AppendFailure(nil, nil, "msg", e)
	if string(got) != want+": No.\r\n" {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	r, err := ParseReply(got)
	if err != nil {
		t.Errorf("%q: %v", got, err)
	}
	for _, name := range slices.Concat(l.bare[1:], l.named) {
		if value, ok := r.Value(name); !ok || value != sampleOf(name, types[name]).value {
			t.Errorf("the %s of %q is %q, %v", name, got, value, ok)
		}
	}
}

// An event is written as the line with its fields would be.
func TestEventsAreLinesOfTheManual(t *testing.T) {
	lines, _ := manualFields(t)
	e := Event{Number: 814, At: at, From: "alice", To: "bob", Text: []byte("hi"), Late: true, Copy: true} // all that a line may have
	fields := map[string]Field{
		"number": Number("number", 814), "at": Time("at", at), "from": Word("from", "alice"), "to": Word("to", "bob"), "room": Word("room", "#tea"),
	}
	for _, l := range lines {
		switch {
		case l.kind != Row && l.kind != Notice:
			continue
		case l.word == "msg":
			e.Kind = PrivateMessage
		case l.word == "all":
			e.Kind, e.Room = RoomMessage, LobbyName
		case l.word == "say":
			e.Kind, e.Room = RoomMessage, "#tea"
		default:
			continue
		}
		line := Line{Type: l.kind, Word: l.word, Text: e.Text}
		for _, name := range slices.Concat(l.bare, l.named) {
			line.Fields = append(line.Fields, fields[name])
		}
		got := Text.AppendEvent(nil, &e)
		if l.kind == Row {
			got = Text.AppendMessageRow(nil, nil, &e)
		}
		if want := Text.AppendLine(nil, &line); string(got) != string(want) {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	}
}
