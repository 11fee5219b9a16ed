package protocol

import (
	"errors"
	"slices"
	"strings"
)

// Reply is a line of the server, taken apart: what a client reads.
type Reply struct {
	Tag     string // without '#'; empty when the line has none
	Sigil   Type   // Done, Failed, Row, Notice or Closing
	Word    string
	Fields  []string // words and key=value, as they came
	Text    string
	HasText bool // tells an empty text from none
}

var errNotReply = errors.New("not a line of a parley server")

// ParseReply takes a line apart, with or without its end, in whichever format it is: see [ParseObject]. It copies what it keeps. An error says that no
// parley server has sent this line.
func ParseReply(line []byte) (Reply, error) {
	if len(line) > 0 && line[0] == '{' { // no line of text begins so
		return ParseObject(line)
	}
	var r Reply
	s := strings.TrimSuffix(strings.TrimSuffix(string(line), "\n"), "\r")
	head, text, hasText := strings.Cut(s, ": ")
	r.Text, r.HasText = text, hasText
	words := strings.FieldsFunc(head, func(c rune) bool { return c == ' ' })
	if len(words) > 0 && strings.HasPrefix(words[0], "#") {
		r.Tag = words[0][1:]
		if !isTag([]byte(r.Tag)) {
			return Reply{}, errNotReply
		}
		words = words[1:]
	}
	if len(words) < 2 || len(words[0]) != 1 || !strings.Contains("+-=*!", words[0]) {
		return Reply{}, errNotReply
	}
	r.Sigil, r.Word, r.Fields = Type(words[0][0]), words[1], words[2:]
	return r, nil
}

// Key returns the value of the first field "name=value".
func (r Reply) Key(name string) (value string, ok bool) {
	for _, f := range r.Fields {
		if key, value, ok := strings.Cut(f, "="); ok && key == name {
			return value, true
		}
	}
	return "", false
}

// Value returns the value of a field by its name in the manual, whether the line shows that name or not. The value of a flag is empty.
// The code of a failure is the field "code".
func (r Reply) Value(name string) (value string, ok bool) {
	fields, word := r.Fields, r.Word
	bare := bareFields[r.Sigil][r.Word]
	if r.Sigil == Failed && len(fields) > 0 {
		if name == "code" {
			return fields[0], true
		}
		word, bare, fields = fields[0], bareFields[Failed][fields[0]], fields[1:]
	}
	bare = present(bare, fields, word)
	if i := slices.Index(bare, name); i >= 0 && i < len(fields) {
		return fields[i], true
	}
	for _, f := range fields[min(len(bare), len(fields)):] {
		if key, value, _ := strings.Cut(f, "="); key == name {
			return value, true
		}
	}
	return "", false
}
