package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"parley/commands"
	"parley/protocol"
	"parley/protocol/protocoltest"
)

// This file plays in JSON a conversation that was written in text. What is sent as a command becomes an object, and each object of the server
// becomes the line of text that it stands for, to be compared as ever. Every object is checked against the schema.

// speaksForItself reports whether a connection stays with English text, however the conversation is played: it says /format or /lang itself, or begins
// with what is no command, as a browser does.
func (s *script) speaksForItself(name string) bool {
	first := true
	for _, st := range s.steps {
		switch {
		case st.verb == "restart" || st.who == name && (st.verb == "END" || st.verb == "CLOSE"):
			first = true
		case st.who != name || st.verb[0] != 'C':
		case strings.Contains(st.text, "/format"), strings.Contains(st.text, "/lang"), first && st.verb == "C raw" && !strings.ContainsAny(st.text[:1], "/#"):
			return true
		default:
			first = false
		}
	}
	return false
}

// useJSON has the server write JSON to somebody who was greeted.
func (p *player) useJSON(who *person) {
	p.send(who, "/format json\n")
	if got, want := p.readLine(who), `{"type":"done","command":"format","format":"json"}`; got != want {
		p.fail("/format json is answered by %s", got)
	}
	who.json = true
}

// forms are the commands, for protocol.Parse.
type forms []*protocol.Form

func (f forms) Form(name []byte) *protocol.Form {
	for _, form := range f {
		if strings.EqualFold(form.Name, string(name)) {
			return form
		}
	}
	return nil
}

var allForms = forms(commands.Forms())

// line is a line as somebody sends it: as an object if it is a command that is rightly used, and otherwise as it stands. So is the answer to a
// prompt.
func (p *player) line(who *person, line string) string {
	if !who.json || who.prompted || who.within {
		who.prompted, who.within = false, false
		return line
	}
	object, _ := p.object(line)
	return object
}

// raw is what somebody sends as it stands, but for whole lines that hold nothing unusual, which are sent as by line.
func (p *player) raw(who *person, text string) string {
	asItStands := !who.json || who.prompted || who.within || !strings.HasSuffix(text, "\n") || !utf8.ValidString(text) ||
		strings.ContainsFunc(strings.ReplaceAll(text, "\n", ""), unicode.IsControl)
	who.prompted, who.within = false, !strings.HasSuffix(text, "\n")
	if asItStands {
		return text
	}
	var out strings.Builder
	for line := range strings.Lines(text) {
		if object, asks := p.object(strings.TrimSuffix(line, "\n")); !asItStands {
			line, asItStands = object+"\n", asks // what follows is the answer to a prompt
		}
		out.WriteString(line)
	}
	return out.String()
}

// object writes a line as an object, if that can be done. Asks reports whether the server will ask for a secret.
func (p *player) object(line string) (object string, asks bool) {
	r := protocol.Text.Parse([]byte(line), allForms)
	if r.Form == nil || !r.Malformed.Empty() || len(line) >= protocol.MaxLine {
		return line, false
	}
	out := append([]byte(`{"do":`), quotedJSON(r.Name)...)
	for i := range r.Form.Params {
		param := &r.Form.Params[i]
		value := r.Arg(param.Name)
		switch {
		case value == nil:
			asks = asks || param.Prompt != ""
			continue
		case param.Kind == protocol.Count || param.Kind == protocol.Keyed:
			n, err := strconv.ParseInt(string(value), 10, 64)
			if err != nil || n >= 1<<53 {
				return line, false
			}
			value = strconv.AppendInt(nil, n, 10)
		default:
			value = quotedJSON(value)
		}
		out = append(append(append(out, `,"`...), param.Name+`":`...), value...)
	}
	if r.Tag != nil {
		out = append(append(out, `,"tag":`...), quotedJSON(r.Tag)...)
	}
	if out = append(out, '}'); len(out)+len("\n") > protocol.MaxLine {
		return line, asks
	}
	if len(r.Missing()) == 0 && string(r.Name) == r.Form.Name {
		if err := checkRequest(string(out)); err != nil {
			p.fail("the schema does not know the request %s: %v", out, err)
		}
	}
	return string(out), asks
}

func quotedJSON(text []byte) []byte {
	quoted, _ := json.Marshal(string(text))
	return quoted
}

var aPrompt = regexp.MustCompile(`^(?:#\S+ )?\* prompt `)

// inText returns the line of text that an object of the server stands for.
func (p *player) inText(object string) string {
	text, err := textOf(p.manual, object, strings.Contains(p.step.text, " at="))
	if err != nil {
		p.fail("%s is no line of the manual: %v", object, err)
	}
	return text
}

// textOf writes the members of an object as a line of text. That a private message has its time, as all have it in JSON, is only said where it
// is wanted.
func textOf(m protocoltest.Manual, object string, late bool) (string, error) {
	names, values, err := membersOf(object)
	if err != nil || len(names) < 2 {
		return "", fmt.Errorf("it can't be read: %v", err)
	}
	l, err := manualLine(m, names, values)
	if err != nil {
		return "", err
	}
	tag, text := "", ""
	out := string(rune(l.Type)) + " " + values[1]
	for i, name := range names[2:] {
		value := values[2+i]
		switch {
		case name == "tag":
			tag = "#" + value + " "
		case name == "text":
			text = ": " + value
		case l.Figure():
			if name == "name" {
				out += " " + value + "="
			} else {
				out += value
			}
		case slices.Contains(l.Bare, name):
			out += " " + value
		case slices.Contains(l.Hidden, name) && (!slices.Contains(l.Named, name) || !late):
		case m.Types[name] == "flag":
			out += " " + name
		default:
			out += " " + name + "=" + value
		}
	}
	return tag + out + text, nil
}

// manualLine finds what the manual says of a line: of that of its code or its word, or else of all that are of its type.
func manualLine(m protocoltest.Manual, names, values []string) (found protocoltest.Line, err error) {
	for _, kind := range lineTypes {
		if kind.name == values[0] {
			found.Type = kind.sigil
		}
	}
	word, code := values[1], ""
	if found.Type == '-' && len(values) > 2 && names[2] == "code" {
		word, code = "", values[2]
	}
	err = fmt.Errorf("there is no %c %s", found.Type, values[1])
	for _, l := range m.Lines {
		switch {
		case l.Type != found.Type:
		case l.Word == "" && l.Code == "":
			found, err = l, nil // and perhaps there is a better one
		case l.Word == word && l.Code == code:
			return l, nil
		}
	}
	return found, err
}

// membersOf takes an object apart. A flag has an empty value.
func membersOf(object string) (names, values []string, err error) {
	in := jsontext.NewDecoder(bytes.NewReader([]byte(object)))
	if _, err := in.ReadToken(); err != nil {
		return nil, nil, err
	}
	for in.PeekKind() != '}' {
		name, err := in.ReadToken()
		if err != nil {
			return nil, nil, err
		}
		names = append(names, name.String())
		value, err := in.ReadToken()
		if err != nil {
			return nil, nil, err
		}
		values = append(values, value.String())
	}
	return names, values, nil
}

// What is played in JSON is what was written in text.
func TestTextAndJSONOfAConversation(t *testing.T) {
	p := &player{t: t, manual: protocoltest.ReadManual(t, manual)}
	who := &person{json: true}
	for line, want := range map[string]string{
		"#a1 /MSG bob  hi \"there\" ":        `{"do":"MSG","to":"bob","text":"hi \"there\" ","tag":"a1"}`,
		"/history bob 020 before=7":          `{"do":"history","name":"bob","count":20,"before":7}`,
		"/login alice":                       `{"do":"login","name":"alice"}`,
		"/ban #tea bob for=1h too loud":      `{"do":"ban","room":"#tea","name":"bob","for":"1h","reason":"too loud"}`,
		"/history before=" + biggest:         "/history before=" + biggest,
		"/ban bob for=ever":                  "/ban bob for=ever",
		"/whoo":                              "/whoo",
		"hello":                              "hello",
		"/ping " + strings.Repeat("x", 4080): "/ping " + strings.Repeat("x", 4080),
	} {
		if got := p.line(who, line); got != want {
			t.Errorf("%s is sent as %s", line, got)
		}
	}
	if got, want := p.raw(who, "/ping\n/login alice\n/ping\n"), "{\"do\":\"ping\"}\n{\"do\":\"login\",\"name\":\"alice\"}\n/ping\n"; got != want {
		t.Errorf("raw lines are sent as %q", got)
	}
	for object, want := range map[string]string{
		`{"type":"done","command":"msg","to":"bob","number":813,"stored":true,"away":true,"text":"Out: \"lunch\"","tag":"a1"}`:   `#a1 + msg bob 813 stored away: Out: "lunch"`,
		`{"type":"failed","command":"*","code":"unknown-command","word":"whoo","text":"No."}`:                                    `- * unknown-command whoo: No.`,
		`{"type":"failed","command":"all","code":"busy","retry":5,"text":"No."}`:                                                 `- all busy retry=5: No.`,
		`{"type":"row","row":"limit","name":"input","value":"64KiB","text":"Bytes."}`:                                            `= limit input=64KiB: Bytes.`,
		`{"type":"row","row":"say","room":"#tea","from":"bob","number":8,"at":"2026-11-19T21:04:11Z","thread":"#tea","text":""}`: `= say #tea bob 8 at=2026-11-19T21:04:11Z: `,
		`{"type":"event","event":"all","from":"bob","number":8,"at":"2026-11-19T21:04:11Z","thread":"#lobby","text":"hi"}`:       `* all bob: hi`,
		`{"type":"event","event":"msg","from":"bob","number":8,"at":"2026-11-19T21:04:11Z","thread":"bob","text":"hi"}`:          `* msg bob 8: hi`,
		`{"type":"event","event":"ban","room":"#tea","name":"bob","by":"alice","number":8,"at":"2026-11-19T21:04:11Z"}`:          `* ban #tea bob by=alice`,
		`{"type":"end","code":"bye","text":"See you."}`:                                                                          `! bye: See you.`,
	} {
		if got := p.inText(object); got != want {
			t.Errorf("%s\nis put into text as %s\nwant                %s", object, got, want)
		}
	}
	p.step.text = "* msg bob {n1} at={time}: hi"
	late := `{"type":"event","event":"msg","from":"bob","number":8,"at":"2026-11-19T21:04:11Z","thread":"bob","text":"hi"}`
	if got, want := p.inText(late), "* msg bob 8 at=2026-11-19T21:04:11Z: hi"; got != want {
		t.Errorf("got %s", got)
	}
}

const biggest = "9223372036854775807"
