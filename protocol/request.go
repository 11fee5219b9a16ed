package protocol

import "bytes"

// MaxTag is the longest tag, in bytes, without its '#'.
const MaxTag = 32

// Kind says what a line is.
type Kind uint8

// The kinds of lines.
const (
	Empty   Kind = iota // nothing but blanks: ignored
	Command             // /name arguments
	Said                // plain text, for where the session is
)

// Request is a line of a client, taken apart. All slices are parts of the line.
type Request struct {
	Kind Kind
	Tag  []byte // without '#'; nil when the line has none
	Name []byte // of a command: as typed, without '/'; may be empty
	Args []byte // of a command: the rest of the line as it stands; of Said: the text
}

// Parse takes a line apart. Any line is some request; nothing is allocated.
func Parse(line []byte) Request {
	tag, body := splitTag(line)
	switch {
	case len(trimBlanks(body)) == 0:
		return Request{Kind: Empty}
	case body[0] != '/':
		return Request{Kind: Said, Args: body}
	case len(body) > 1 && body[1] == '/':
		return Request{Kind: Said, Tag: tag, Args: body[1:]}
	}
	name, args := cutBlank(body[1:])
	return Request{Kind: Command, Tag: tag, Name: name, Args: args}
}

// Is reports whether the request is the command name, which must be in lower
// case; how the client typed it does not matter.
func (r *Request) Is(name string) bool {
	if r.Kind != Command || len(r.Name) != len(name) {
		return false
	}
	for i, c := range r.Name {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != name[i] {
			return false
		}
	}
	return true
}

// TagOf returns the tag of a line that was refused, or nil. Only the beginning
// of the line is needed.
func TagOf(line []byte) []byte {
	tag, _ := splitTag(line)
	return tag
}

// Word takes the first word off args. The rest begins behind the blanks that
// follow it and is otherwise as it stands. Both are empty when args is blank.
func Word(args []byte) (word, rest []byte) {
	return cutBlank(trimBlanks(args))
}

// splitTag returns the tag and the line behind it. A word like a tag is one
// only directly in front of a '/'; otherwise the line is plain text.
func splitTag(line []byte) (tag, body []byte) {
	if len(line) == 0 || line[0] != '#' {
		return nil, line
	}
	tag, body = cutBlank(line[1:])
	if !isTag(tag) || len(body) == 0 || body[0] != '/' {
		return nil, line
	}
	return tag, body
}

func isTag(tag []byte) bool {
	if len(tag) == 0 || len(tag) > MaxTag {
		return false
	}
	for _, c := range tag {
		switch {
		case c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c >= '0' && c <= '9':
		case c == '.', c == '_', c == '-':
		default:
			return false
		}
	}
	return true
}

// cutBlank cuts s at its first blanks and leaves them out.
func cutBlank(s []byte) (before, after []byte) {
	i := bytes.IndexByte(s, ' ')
	if i < 0 {
		return s, nil
	}
	return s[:i], trimBlanks(s[i:])
}

// trimBlanks takes the blanks off the front of s. A blank is a space: the
// framer has turned tabs into spaces.
func trimBlanks(s []byte) []byte {
	for len(s) > 0 && s[0] == ' ' {
		s = s[1:]
	}
	return s
}
