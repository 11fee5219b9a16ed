package protocol

import (
	"bytes"
	"io"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// objectHead is what the first two members of an object say.
type objectHead struct {
	sigil Type
	word  string // the name of the second member
}

var objectHeads = map[string]objectHead{
	"done": {Done, "command"}, "failed": {Failed, "command"}, "row": {Row, "row"}, "event": {Notice, "event"}, "end": {Closing, "code"},
}

// shownMember is one member of an object, whose value is a string, a number or true.
type shownMember struct {
	name, value string
	flag        bool
}

func (m *shownMember) field() string {
	if m.flag {
		return Echo(m.name)
	}
	return Echo(m.name) + "=" + Echo(m.value)
}

// shownMembers are those of an object, in their order.
type shownMembers []shownMember

// take takes a member away.
func (m *shownMembers) take(name string) (value string, ok bool) {
	i := slices.IndexFunc(*m, func(one shownMember) bool { return one.name == name })
	if i < 0 {
		return "", false
	}
	value = (*m)[i].value
	*m = slices.Delete(*m, i, i+1)
	return value, true
}

// ParseObject takes a line of the JSON format apart, with or without its end. It returns what [ParseReply] returns for the same line in the text
// format: the fields in that order, and bare where the text has them bare. Behind them follow, as key=value, the members that the text does not show.
// What no line of the server holds is replaced as the server would have done it, so that nothing of a Reply can disturb a terminal. An error says that
// no parley server has sent this line.
func ParseObject(line []byte) (Reply, error) {
	list, err := readMembers(line)
	if err != nil {
		return Reply{}, errNotReply
	}
	kind, _ := list.take("type")
	head := objectHeads[kind]
	word, ok := list.take(head.word)
	if !ok {
		return Reply{}, errNotReply
	}
	r := Reply{Sigil: head.sigil, Word: Echo(word), Fields: []string{}}
	r.Text, r.HasText = list.take("text")
	r.Text = string(replaceUnsafe([]byte(r.Text), 0))
	if tag, ok := list.take("tag"); ok && isTag([]byte(tag)) {
		r.Tag = tag
	}
	about := r.Word
	if r.Sigil == Failed {
		if about, ok = list.take("code"); !ok {
			return Reply{}, errNotReply
		}
		r.Fields = append(r.Fields, Echo(about))
	}
	if r.Sigil == Row && slices.Contains(tables, r.Word) {
		list.joinFigure()
	}
	r.appendMembers(list, bareFields[r.Sigil][about])
	return r, nil
}

// readMembers reads the members of an object. Values that no field can have are skipped.
func readMembers(line []byte) (list shownMembers, err error) {
	d := jsontext.NewDecoder(bytes.NewReader(line))
	if open, err := d.ReadToken(); err != nil || open.Kind() != '{' {
		return nil, errNotReply
	}
	for d.PeekKind() == '"' {
		token, err := d.ReadToken()
		if err != nil {
			return nil, err
		}
		name := token.String()
		switch d.PeekKind() {
		case '"', '0', 't':
			if token, err = d.ReadToken(); err == nil {
				list = append(list, shownMember{name, token.String(), token.Kind() == 't'})
			}
		default:
			err = d.SkipValue()
		}
		if err != nil {
			return nil, err
		}
	}
	if _, err := d.ReadToken(); err != nil { // the end of the object
		return nil, err
	}
	if _, err := d.ReadToken(); err != io.EOF {
		return nil, errNotReply
	}
	return list, nil
}

// tables are the rows that have a figure: see [Figure].
var tables = []string{"limit", "stat"}

// joinFigure makes the one field of a figure, as the text has it, of its name and its value.
func (m *shownMembers) joinFigure() {
	name, named := m.take("name")
	value, ok := m.take("value")
	if named && ok {
		*m = slices.Insert(*m, 0, shownMember{name: name, value: value})
	}
}

// appendMembers appends the members as fields, in the order of the text format: those that are bare there, the others that are shown, the rest.
func (r *Reply) appendMembers(list shownMembers, bare []string) {
	for _, name := range bare {
		if value, ok := list.take(name); ok {
			r.Fields = append(r.Fields, Echo(value))
		}
	}
	unshown := unshownFields[r.Sigil][r.Word]
	if r.Sigil == Notice && (r.Word == "all" || r.Word == "say") {
		unshown = forPrograms
	}
	for _, rest := range []bool{false, true} {
		for i := range list {
			if m := &list[i]; rest == (m.name == "thread" || slices.Contains(unshown, m.name)) {
				r.Fields = append(r.Fields, m.field())
			}
		}
	}
}
