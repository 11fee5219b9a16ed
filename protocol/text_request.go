package protocol

import (
	"bytes"
	"strconv"
	"time"

	"parley/internal/language"
)

// MaxTag is the longest tag, in bytes, without its '#'.
const MaxTag = 32

// TextKind says what a line of text is.
type TextKind uint8

// The kinds of lines of text.
const (
	Empty   TextKind = iota // nothing but blanks: ignored
	Command                 // "/name arguments"
	Said                    // plain text, for where the session is
)

// TextLine is a client's line of text, taken apart without knowing which commands there are. All slices are parts of the line.
type TextLine struct {
	Kind TextKind
	Tag  []byte // without '#'; nil when the line has none
	Name []byte // of a command: as typed, without '/'; may be empty
	Args []byte // of a command: the rest of the line as it stands; of Said: the text
}

// SplitText takes a line apart. Nothing is allocated.
func SplitText(line []byte) TextLine {
	tag, body := splitTag(line)
	switch {
	case len(trimBlanks(body)) == 0:
		return TextLine{Kind: Empty}
	case body[0] != '/':
		return TextLine{Kind: Said, Args: body}
	case len(body) > 1 && body[1] == '/':
		return TextLine{Kind: Said, Tag: tag, Args: body[1:]}
	}
	name, args := cutBlank(body[1:])
	return TextLine{Kind: Command, Tag: tag, Name: name, Args: args}
}

func (textCodec) parse(line []byte, forms Forms) Request {
	l := SplitText(line)
	switch l.Kind {
	case Empty:
		return Request{Empty: true}
	case Said:
		if f := ForgottenSlash(l.Args, forms); f != nil {
			return Request{Tag: l.Tag, Err: Errorf(NeedSlash, "Nothing was said. Did you mean /%s? Commands begin with a slash.", f.Name)}
		}
		return Request{Tag: l.Tag, Plain: l.Args}
	}
	r := Request{Tag: l.Tag, Name: l.Name, Form: forms.Form(l.Name)}
	if r.Form != nil {
		r.readArgs(l.Args)
	}
	return r
}

// ForgottenSlash returns the command that a text begins with, if that command takes a secret. The text must not be said then: it would
// publish a password.
func ForgottenSlash(text []byte, forms Forms) *Form {
	if i := bytes.IndexByte(text, '{'); i >= 0 {
		// A program has sent an object to a session that reads text, or has put a blank or a byte order mark in front of it.
		if r := (jsonCodec{}).parse(text[i:], forms); r.Form != nil && r.Form.Secret() {
			return r.Form
		}
	}
	switch text[0] {
	case '#':
		_, text = FirstWord(text) // a tag without a slash behind it
	case ' ':
		text = bytes.TrimLeft(text, " /") // a line that begins with a blank is a text, even if a slash follows
	}
	word, _ := FirstWord(text)
	if f := forms.Form(word); f != nil && f.Secret() {
		return f
	}
	return nil
}

// readArgs takes the words behind a command as its parameters, in their order. A "name=value" may stand before any optional one.
func (r *Request) readArgs(rest []byte) {
	params := r.Form.Params
	for i := range params {
		for params[i].Optional && r.takeKeyed(&rest) {
		}
		word, behind := FirstWord(rest)
		if len(word) == 0 {
			break
		}
		value, taken := word, true
		switch p := &params[i]; p.Kind {
		case OneWord:
			taken = !p.Optional || !isForLater(word, params[i+1:])
		case RoomWord:
			taken = word[0] == '#'
		case Count:
			r.checkNumber(word, p)
		case Rest:
			value, behind = trimBlanks(rest), nil
		case Keyed, KeyedTime, Asked, Member:
			taken = false
		}
		if taken {
			r.args[i], rest = value, behind
		}
	}
	if r.Form.Exact && len(trimBlanks(rest)) > 0 {
		r.Malformed = language.Say("There are too many words.")
	}
}

// takeKeyed takes the next word if it is a parameter "name=value" that was not given yet.
func (r *Request) takeKeyed(rest *[]byte) bool {
	word, behind := FirstWord(*rest)
	for i := range r.Form.Params {
		p := &r.Form.Params[i]
		if p.Kind != Keyed && p.Kind != KeyedTime || r.args[i] != nil {
			continue
		}
		value, ok := cutKey(word, p.Name)
		if !ok {
			continue
		}
		if p.Kind == Keyed {
			r.checkNumber(value, p)
		} else {
			r.checkTime(value)
		}
		r.args[i], *rest = value, behind
		return true
	}
	return false
}

// isForLater reports whether a word looks like one of the parameters that follow an optional one.
func isForLater(word []byte, later []Param) bool {
	for i := range later {
		switch p := &later[i]; p.Kind {
		case Count:
			if word[0] >= '0' && word[0] <= '9' { // names begin with a letter
				return true
			}
		case Keyed, KeyedTime:
			if _, ok := cutKey(word, p.Name); ok { // it was given already
				return true
			}
		}
	}
	return false
}

func (r *Request) checkNumber(digits []byte, p *Param) {
	n, err := strconv.ParseInt(string(digits), 10, 64)
	switch {
	case err != nil || n < 0:
		r.Malformed = language.Say("%s is a whole number.", p.Name)
	case n == 0 && !p.Zero:
		r.Malformed = language.Say("%s is above 0.", p.Name)
	}
}

func (r *Request) checkTime(word []byte) {
	if _, ok := ParseTime(word); !ok {
		r.Malformed = language.Say("A length of time is digits and one of s, m, h and d.")
	}
}

// longestTime is the longest that ParseTime takes: ten years.
const longestTime = 10 * 365 * 24 * time.Hour

// ParseTime reads a length of time: digits and one of the letters s, m, h and d. It is above 0, and ten years at most.
func ParseTime(text []byte) (d time.Duration, ok bool) {
	if len(text) < 2 || len(text) > 11 {
		return 0, false
	}
	units := map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour}
	unit := units[text[len(text)-1]]
	for _, c := range text[:len(text)-1] {
		if c < '0' || c > '9' {
			return 0, false
		}
		d = 10*d + time.Duration(c-'0')
	}
	if unit == 0 || d == 0 || d > longestTime/unit {
		return 0, false
	}
	return d * unit, true
}

func cutKey(word []byte, key string) (value []byte, ok bool) {
	if len(word) <= len(key) || string(word[:len(key)]) != key || word[len(key)] != '=' {
		return nil, false
	}
	return word[len(key)+1:], true
}

// tagOf returns the tag of a line that was refused, or nil. Only the beginning of the line is needed.
func tagOf(line []byte) []byte {
	tag, _ := splitTag(line)
	return tag
}

// FirstWord takes the first word off a text. The rest begins behind the blanks that follow the word, and keeps its own. Both are empty
// if the text is blank.
func FirstWord(text []byte) (word, rest []byte) {
	return cutBlank(trimBlanks(text))
}

// splitTag returns the tag and the rest of the line. A word is a tag only
// directly in front of a '/'; otherwise the line is plain text.
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

// cutBlank cuts s in two at its first blanks, and drops these.
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
