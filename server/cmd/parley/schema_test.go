package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"parley/commands"
	"parley/protocol"
	"parley/protocol/protocoltest"
)

const schemaFile = "../../../docs/protocol.schema.json"

var update = flag.Bool("update", false, "write the schema anew, from the manual and the commands")

// TestSchema sees that the schema is the one that follows from the manual's tables and the commands' forms.
func TestSchema(t *testing.T) {
	compact, err := json.Marshal(schemaOf(t))
	if err != nil {
		t.Fatal(err)
	}
	want := append(indented(t, compact, ""), '\n')
	if *update {
		if err := os.WriteFile(schemaFile, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(schemaFile); err != nil || !bytes.Equal(got, want) {
		t.Errorf("the schema is not that of the manual (%v); go test ./server/cmd/parley -run TestSchema -update writes it anew", err)
	}
}

// indented writes JSON in short lines: what fits in one is in one, and so is a list of words.
func indented(t *testing.T, value []byte, indent string) []byte {
	t.Helper()
	const width = 140
	if len(indent)+len(value) <= width || value[0] == '"' || bytes.HasPrefix(value, []byte(`["`)) {
		return value
	}
	var out []byte
	in := jsontext.NewDecoder(bytes.NewReader(value))
	if _, err := in.ReadToken(); err != nil {
		t.Fatal(err)
	}
	inner := indent + "  "
	for in.PeekKind() != '}' && in.PeekKind() != ']' {
		if out != nil {
			out = append(out, ',')
		}
		out = append(out, "\n"+inner...)
		if value[0] == '{' {
			name, err := in.ReadValue()
			if err != nil {
				t.Fatal(err)
			}
			out = append(append(out, name...), ": "...)
		}
		part, err := in.ReadValue()
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, indented(t, bytes.Clone(part), inner)...)
	}
	return slices.Concat(value[:1], out, []byte("\n"+indent), value[len(value)-1:])
}

// schema is a JSON Schema, as far as this one needs it.
type schema struct {
	Schema      string             `json:"$schema,omitempty"`
	Title       string             `json:"title,omitempty"`
	Description string             `json:"description,omitempty"`
	Ref         string             `json:"$ref,omitempty"`
	Type        any                `json:"type,omitempty"`
	Const       any                `json:"const,omitempty"`
	Enum        []string           `json:"enum,omitempty"`
	Examples    []string           `json:"examples,omitempty"` // those that there are; more may come
	Minimum     *int64             `json:"minimum,omitempty"`
	Below       int64              `json:"exclusiveMaximum,omitempty"`
	MinLength   int                `json:"minLength,omitempty"`
	MaxLength   int                `json:"maxLength,omitempty"`
	Pattern     string             `json:"pattern,omitempty"`
	Required    []string           `json:"required,omitempty"`
	Properties  map[string]*schema `json:"properties,omitempty"`
	If          *schema            `json:"if,omitempty"`
	Then        *schema            `json:"then,omitempty"`
	AllOf       []*schema          `json:"allOf,omitempty"`
	Unevaluated *bool              `json:"unevaluatedProperties,omitempty"`
	Defs        map[string]*schema `json:"$defs,omitempty"`
}

// lineTypes are the values of "type", and the name of the second member.
var lineTypes = []struct {
	sigil        byte
	name, second string
}{
	{'+', "done", "command"}, {'-', "failed", "command"}, {'=', "row", "row"}, {'*', "event", "event"}, {'!', "end", "code"},
}

// schemaOf makes the schema.
func schemaOf(t *testing.T) *schema {
	t.Helper()
	m := protocoltest.ReadManual(t, manual)
	root := &schema{
		Schema: "https://json-schema.org/draft/2020-12/schema",
		Title:  "parley's protocol, version 1, in JSON",
		Description: "A line of the server after /format json. A request of a client is #/$defs/request. " +
			"Later versions may have more members, events, rows and codes.",
		Type: "object", Required: []string{"type"},
		Properties: map[string]*schema{"type": {}},
		Defs:       map[string]*schema{"fields": fieldsSchema(m), "request": requestSchema()},
	}
	for _, line := range lineTypes {
		root.Properties["type"].Enum = append(root.Properties["type"].Enum, line.name)
		root.AllOf = append(root.AllOf, &schema{If: having("type", line.name), Then: &schema{Ref: "#/$defs/" + line.name}})
		root.Defs[line.name] = typeSchema(t, m, line.sigil, line.second)
	}
	return root
}

// having is the condition that a member has one of some values.
func having(name string, values ...string) *schema {
	value := &schema{Enum: values}
	if len(values) == 1 {
		value = &schema{Const: values[0]}
	}
	return &schema{Properties: map[string]*schema{name: value}, Required: []string{name}}
}

// fieldsSchema has what each field may be, and the text and the tag.
func fieldsSchema(m protocoltest.Manual) *schema {
	defs := map[string]*schema{}
	for _, l := range m.Lines {
		for _, name := range l.Members() {
			if l.Word != "hello" { // it is always a line of text
				defs[name] = valueSchema(m.Types[name])
				defs[name].Description = m.About[name]
			}
		}
	}
	defs["text"] = textSchema()
	defs["tag"] = tagSchema()
	return &schema{Description: "What the members are. Each is the same wherever it is.", Defs: defs}
}

func valueSchema(kind string) *schema {
	zero := int64(0)
	switch kind {
	case "number":
		return &schema{Type: "integer", Minimum: &zero, Below: 1 << 53}
	case "time":
		return &schema{Type: "string", Pattern: `^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$`}
	case "flag":
		return &schema{Const: true}
	case "number or word":
		s := wordSchema()
		s.Type, s.Minimum, s.Below = []string{"integer", "string"}, &zero, 1<<53
		return s
	}
	return wordSchema()
}

func wordSchema() *schema {
	return &schema{Type: "string", MinLength: 1, MaxLength: 64, Pattern: `^[^ \x00-\x1F\x7F]*$`}
}

func textSchema() *schema {
	return &schema{Type: "string", Pattern: `^[^\x00-\x1F\x7F]*$`, Description: "the text, or a sentence for people"}
}

func tagSchema() *schema {
	return &schema{Type: "string", Pattern: `^[A-Za-z0-9._-]{1,32}$`, Description: "the word of the client's own that the request had"}
}

// typeSchema is that of all lines of a type.
func typeSchema(t *testing.T, m protocoltest.Manual, sigil byte, second string) *schema {
	s := &schema{Required: []string{second}, Properties: map[string]*schema{second: wordSchema()}}
	s.member("text")
	switch sigil {
	case '+', '=':
		s.member("tag")
	case '-':
		s.member("tag")
		s.Required = append(s.Required, "code", "text")
		s.Properties["code"] = wordSchema()
		s.Properties["code"].Examples = toldCodes(t, "Codes")
		s.Properties[second].Examples = append(commandNames(), "*")
	case '!':
		s.Required = append(s.Required, "text")
		s.Properties[second].Examples = toldCodes(t, "Closing words")
	}
	for _, l := range m.Lines {
		switch {
		case l.Type != sigil || l.Word == "hello":
		case l.Word == "" && l.Code == "":
			s.take(&l)
		case sigil == '-':
			s.branch("code", l.Code, &l)
		default:
			s.Properties[second].Examples = append(s.Properties[second].Examples, l.Word)
			s.branch(second, l.Word, &l)
		}
	}
	slices.Sort(s.Properties[second].Examples)
	return s
}

// toldCodes are the words of one of the manual's tables of codes.
func toldCodes(t *testing.T, heading string) []string {
	page, err := os.ReadFile(manual)
	if err != nil {
		t.Fatal(err)
	}
	codes := firstCells(string(page), heading, "(?m)^\\| `([a-z0-9-]+)`")
	slices.Sort(codes)
	return codes
}

func commandNames() (names []string) {
	for _, f := range commands.Forms() {
		names = append(names, f.Name)
	}
	return names
}

// member says that there may be a field.
func (s *schema) member(name string) {
	s.Properties[name] = &schema{Ref: "#/$defs/fields/$defs/" + name}
}

// take says which fields there are, by a row of the manual's table.
func (s *schema) take(l *protocoltest.Line) {
	for _, name := range l.Members() {
		if s.Properties[name] != nil {
			continue // it is the same in all lines of the type
		}
		s.member(name)
		if !l.Optional(name) && name != "retry" {
			s.Required = append(s.Required, name)
		}
	}
}

// branch says which fields there are in the lines where a member has some value.
func (s *schema) branch(name, value string, l *protocoltest.Line) {
	then := &schema{Properties: map[string]*schema{}}
	if l.Type == '-' {
		then.Properties[name] = &schema{} // it is that of all failures
	}
	then.take(l)
	delete(then.Properties, "code")
	switch {
	case l.Message():
		then.Required = append(then.Required, "text")
	case l.Type == '*' && l.Word == "prompt":
		then.member("tag") // the only event with one
	}
	if len(then.Properties) > 0 {
		s.AllOf = append(s.AllOf, &schema{If: having(name, value), Then: then})
	}
}

// requestSchema is that of a request. No other member may be in it: the server would refuse it.
func requestSchema() *schema {
	no := false
	s := &schema{
		Description: "A request of a client. Names of commands are taken in any case.",
		Type:        "object", Required: []string{"do"},
		Properties:  map[string]*schema{"do": {Enum: commandNames()}, "tag": {Ref: "#/$defs/fields/$defs/tag"}},
		Unevaluated: &no,
	}
	for _, f := range commands.Forms() {
		if len(f.Params) == 0 {
			continue
		}
		then := &schema{Description: f.Usage(), Properties: map[string]*schema{}}
		for i := range f.Params {
			p := &f.Params[i]
			then.Properties[p.Name] = paramSchema(p)
			if !p.Optional && p.Prompt == "" {
				then.Required = append(then.Required, p.Name)
			}
		}
		s.AllOf = append(s.AllOf, &schema{If: having("do", f.Name), Then: then})
	}
	return s
}

func paramSchema(p *protocol.Param) *schema {
	switch p.Kind {
	case protocol.Count, protocol.Keyed:
		least := int64(1)
		if p.Zero {
			least = 0
		}
		return &schema{Type: "integer", Minimum: &least, Below: 1 << 53}
	case protocol.KeyedTime:
		return &schema{Type: "string", Pattern: `^[0-9]{1,10}[smhd]$`}
	case protocol.RoomWord:
		return &schema{Type: "string", Pattern: "^#"}
	case protocol.Member: // of these there is the key of a message alone
		return &schema{Type: "string", MinLength: 1, MaxLength: 64}
	}
	return &schema{Type: "string"}
}

// strict makes of the published schema one that knows nothing but what there is now: no further members, and no other words than those
// that it gives as examples.
func strict(published any) any {
	switch node := published.(type) {
	case map[string]any:
		closed := map[string]any{}
		for name, value := range node {
			if name == "examples" {
				name = "enum"
			}
			closed[name] = strict(value)
		}
		if node["$schema"] != nil {
			closed["unevaluatedProperties"] = false
		}
		return closed
	}
	return published
}

// schemas are the published schema and the strict one, for lines of the server, and the one for requests.
var schemas = sync.OnceValues(func() (s struct{ published, strict, requests *jsonschema.Schema }, err error) {
	text, err := os.ReadFile(schemaFile)
	if err != nil {
		return s, err
	}
	published, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return s, err
	}
	c := jsonschema.NewCompiler()
	for name, doc := range map[string]any{"published.json": published, "strict.json": strict(published)} {
		if err := c.AddResource(name, doc); err != nil {
			return s, err
		}
	}
	if s.published, err = c.Compile("published.json"); err != nil {
		return s, err
	}
	if s.strict, err = c.Compile("strict.json"); err != nil {
		return s, err
	}
	s.requests, err = c.Compile("published.json#/$defs/request")
	return s, err
})

// checkJSON looks whether a line is an object as the strict schema has it.
func checkJSON(line string) error {
	s, err := schemas()
	if err != nil {
		return err
	}
	return fits(s.strict, line)
}

// checkRequest looks whether a line is a request as the schema has it.
func checkRequest(line string) error {
	s, err := schemas()
	if err != nil {
		return err
	}
	return fits(s.requests, line)
}

func fits(s *jsonschema.Schema, line string) error {
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(line))
	if err != nil {
		return err
	}
	return s.Validate(value)
}

// What is new in a later version fits the published schema, but not the strict one. What is wrong fits neither, and the message says what it is.
func TestSchemaIsOpenAndItsStrictVariantIsNot(t *testing.T) {
	s, err := schemas()
	if err != nil {
		t.Fatal(err)
	}
	right := []string{
		`{"type":"done","command":"who","count":2,"tag":"a1"}`,
		`{"type":"event","event":"say","room":"#tea","from":"bob","number":9007199254740991,"at":"2026-11-19T21:04:11Z","thread":"#tea","text":""}`,
		`{"type":"failed","command":"*","code":"bad-json","place":7,"text":"No."}`,
		`{"type":"failed","command":"all","code":"busy","retry":1,"text":"No."}`,
		`{"type":"row","row":"limit","name":"input","value":"64KiB","text":"Bytes."}`,
		`{"type":"end","code":"bye","text":"See you."}`,
	}
	for _, line := range right {
		for _, schema := range []*jsonschema.Schema{s.published, s.strict} {
			if err := fits(schema, line); err != nil {
				t.Errorf("%s: %v", line, err)
			}
		}
	}
	later := []string{
		`{"type":"done","command":"who","count":2,"new":true}`, `{"type":"done","command":"new"}`, `{"type":"row","row":"new"}`,
		`{"type":"event","event":"new","x":1}`, `{"type":"event","event":"here","name":"bob","tag":"a"}`, `{"type":"end","code":"new","text":"No."}`,
		`{"type":"failed","command":"who","code":"new","text":"No."}`, `{"type":"failed","command":"new","code":"busy","text":"No."}`,
	}
	for _, line := range later {
		if err := fits(s.published, line); err != nil {
			t.Errorf("%s: %v", line, err)
		}
		if fits(s.strict, line) == nil {
			t.Errorf("%s fits the strict schema", line)
		}
	}
	wrong := map[string]string{
		`{"command":"who","count":2}`:                                                  "missing property 'type'",
		`{"type":"good"}`:                                                              "at '/type'",
		`{"type":"done","count":2}`:                                                    "missing property 'command'",
		`{"type":"done","command":"who"}`:                                              "missing property 'count'",
		`{"type":"done","command":"who","count":-1}`:                                   "at '/count': minimum",
		`{"type":"done","command":"who","count":1.5}`:                                  "at '/count': got number, want integer",
		`{"type":"done","command":"who","count":9007199254740992}`:                     "at '/count'",
		`{"type":"done","command":"who","count":"2"}`:                                  "at '/count': got string, want integer",
		`{"type":"done","command":"who","count":2,"tag":"a b"}`:                        "at '/tag'",
		`{"type":"event","event":"here","name":"a b"}`:                                 "at '/name'",
		`{"type":"row","row":"user","name":"bob","away":false}`:                        "at '/away'",
		`{"type":"failed","command":"who","code":"no-such-room","text":"No."}`:         "missing property 'room'",
		`{"type":"failed","command":"who","code":"busy"}`:                              "missing property 'text'",
		`{"type":"end","code":"bye"}`:                                                  "missing property 'text'",
		`{"type":"event","event":"all","from":"bob","thread":"#lobby","text":"hello"}`: "'number', 'at'",
	}
	for line, want := range wrong {
		if err := fits(s.published, line); err == nil || !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("%s: %v\nwant %s", line, err, want)
		}
	}
}

func TestSchemaOfRequests(t *testing.T) {
	for line, right := range map[string]bool{
		`{"do":"msg","to":"bob","text":"hi","tag":"a1"}`: true, `{"do":"login","name":"bob"}`: true, `{"do":"history","count":5,"after":0}`: true,
		`{"do":"ban","name":"bob","for":"7d"}`: true, `{"do":"passwd","old":"a","new":"b"}`: true, `{"do":"quit"}`: true,
		`{"to":"bob","text":"hi"}`: false, `{"do":"nothing"}`: false, `{"do":"msg","to":"bob"}`: false, `{"do":"msg","to":5,"text":"hi"}`: false,
		`{"do":"history","count":"5"}`: false, `{"do":"history","count":0}`: false, `{"do":"quit","why":"tired"}`: false, `{"do":"who","room":"tea"}`: false,
		`{"do":"ban","name":"bob","for":"soon"}`: false, `{"do":"who","tag":""}`: false,
	} {
		if err := checkRequest(line); (err == nil) != right {
			t.Errorf("%s: %v", line, err)
		}
	}
}
