package protocol

import (
	"bytes"
	"errors"
	"io"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"parley/internal/language"
)

// maxNumber is 2^53. Whole numbers below it survive in programs that hold numbers as floating point.
const maxNumber = 1 << 53

// A request is an object such as {"do":"msg","to":"bob","text":"hi","tag":"a1"}: the command, its parameters by their names, and a tag. A line
// that does not begin with '{' is read as text.
func (jsonCodec) parse(line []byte, forms Forms) Request {
	if len(line) == 0 || line[0] != '{' {
		return textCodec{}.parse(line, forms)
	}
	var buf [MaxParams + 2]member
	members, err := readObject(line, buf[:0])
	r := Request{Err: err}
	for i := range members { // first, because a failure has it, too
		if m := &members[i]; m.is("tag") {
			r.readTag(m)
		}
	}
	if r.Err == nil {
		r.readCommand(members, len(line), forms)
	}
	return r
}

// member is a member of an object.
type member struct {
	name, value []byte
	number      bool // the value is a whole number, and not a string
	place       int  // where the value begins, counted in bytes from 1
}

func (m *member) is(name string) bool { return string(m.name) == name }

// readObject appends the members of an object. All of them are strings or whole numbers, and no name comes twice. With an error it returns
// those that are right, as far as the object can be read: the tag may be one of them.
func readObject(line []byte, members []member) (_ []member, first *Error) {
	in := jsontext.NewDecoder(bytes.NewBuffer(line))
	_, _ = in.ReadToken() // the brace
	for in.PeekKind() != '}' {
		m, bad, err := readMember(in, line)
		switch {
		case err != nil:
			return members, badSyntax(in, err)
		case bad == nil:
			members = append(members, m)
		case first == nil:
			first = bad
		}
	}
	if _, err := in.ReadToken(); err != nil {
		return members, badSyntax(in, err)
	}
	if rest := line[in.InputOffset():]; len(trimBlanks(rest)) > 0 {
		return members, badJSON(len(line)-len(trimBlanks(rest))+1, "Something follows the object.")
	}
	return members, first
}

// readMember reads the next member. Bad is what is wrong with its value; with err the object can't be read any further.
func readMember(in *jsontext.Decoder, line []byte) (m member, bad *Error, err error) {
	if m.name, _, err = readValue(in, line); err != nil {
		return m, nil, err
	}
	kind := in.PeekKind()
	m.number = kind == '0'
	if m.value, m.place, err = readValue(in, line); err != nil {
		return m, nil, err
	}
	switch {
	case kind != '"' && kind != '0':
		bad = badJSON(m.place, "The value of %s is neither a string nor a number.", Echo(m.name))
	case m.number && !isWhole(m.value):
		bad = badJSON(m.place, "The value of %s is not a whole number below 2^53.", Echo(m.name))
	default:
		if at := bytes.IndexAny(m.value, "\x00\r\n"); at >= 0 {
			bad = Errorf(BadChar, "The value of %s holds the character %U, which does not belong in a line.", Echo(m.name), m.value[at])
		}
	}
	return m, bad, nil
}

// readValue reads a value, and where it begins. A string is a part of the line where nothing in it is escaped.
func readValue(in *jsontext.Decoder, line []byte) (value []byte, place int, err error) {
	raw, err := in.ReadValue()
	if err != nil {
		return nil, 0, err
	}
	end := int(in.InputOffset())
	begin := end - len(raw)
	value = line[begin:end]
	switch {
	case value[0] != '"':
	case bytes.IndexByte(value, '\\') < 0:
		value = value[1 : len(value)-1]
	default:
		if value, err = jsontext.AppendUnquote(nil, raw); err == nil {
			value = bytes.ReplaceAll(value, []byte{'\t'}, []byte{' '}) // as in a line of text
		}
	}
	return value, begin + 1, err
}

func isWhole(digits []byte) bool {
	n, err := strconv.ParseInt(string(digits), 10, 64)
	return err == nil && n > -maxNumber && n < maxNumber
}

// badSyntax says where the object is none.
func badSyntax(in *jsontext.Decoder, err error) *Error {
	place := int(in.InputOffset()) + 1
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) {
		place = int(syntax.ByteOffset) + 1
		if !errors.Is(syntax.Err, io.ErrUnexpectedEOF) {
			return badJSON(place, "That is no JSON object: %s.", syntax.Err.Error())
		}
	}
	return badJSON(place, "That is no JSON object: it ends too early.")
}

func badJSON(place int, format language.Format, args ...any) *Error {
	return &Error{Code: BadJSON, Fields: []Field{Number("place", int64(place))}, Sentence: language.Say(format, args...)}
}

func (r *Request) readTag(m *member) {
	switch {
	case !m.number && isTag(m.value):
		r.Tag = m.value
	case r.Err == nil:
		r.Err = badJSON(m.place, "A tag is a string of 1 to 32 of the characters A-Z a-z 0-9 . _ -")
	}
}

// readCommand takes the command and its parameters from the members of an object of so many bytes.
func (r *Request) readCommand(members []member, size int, forms Forms) {
	for i := range members {
		if members[i].is("do") && !members[i].number {
			r.Name = members[i].value
			r.Form = forms.Form(r.Name)
		}
	}
	switch {
	case r.Name == nil:
		r.Err = badJSON(size, `The command is missing, as in {"do":"msg","to":"bob","text":"hi"}.`)
	case r.Form != nil:
		for i := range members {
			if m := &members[i]; !m.is("do") && !m.is("tag") {
				r.readParam(m)
			}
		}
	}
}

// readParam takes a parameter. An empty or blank one counts as not given, as it does in a line of text, unless it has no place in such a line.
func (r *Request) readParam(m *member) {
	p := r.Form.param(m.name)
	switch {
	case p == nil:
		r.Malformed = language.Say("%s takes no %s.", r.Form.Name, Echo(m.name))
		return
	case p.isNumber() && !m.number:
		r.Malformed = language.Say("%s is a number, without quotes.", p.Name)
		return
	case m.number && !p.isNumber():
		r.Malformed = language.Say("%s is a string, in quotes.", p.Name)
		return
	case p.Kind != Member && len(trimBlanks(m.value)) == 0:
		return
	case p.isNumber():
		r.checkNumber(m.value, p)
	case p.Kind == KeyedTime:
		r.checkTime(m.value)
	case p.Kind == RoomWord && m.value[0] != '#':
		r.Malformed = language.Say("%s begins with #.", p.Name)
	}
	*r.arg(p.Name) = m.value
}
