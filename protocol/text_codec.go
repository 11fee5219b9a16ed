package protocol

import (
	"slices"
	"strconv"
	"time"
	"unicode"
	"unicode/utf8"

	"parley/internal/language"
)

// textCodec is the format for people. A line is "[#tag ]SIGIL word [field…][: text]".
type textCodec struct{ language language.Language }

func (c textCodec) appendLine(b []byte, l *Line) []byte {
	b = appendStart(b, l.Tag, l.Type, l.Word)
	bare, unshown := bareFields[l.Type][l.Word], unshownFields[l.Type][l.Word]
	for i := range l.Fields {
		if f := &l.Fields[i]; !slices.Contains(unshown, f.Name) {
			b = appendField(b, f, bare)
		}
	}
	switch {
	case !l.Sentence.Empty():
		b = appendSentence(b, l.Sentence, c.language)
	case l.Text != nil:
		b = appendText(b, l.Text)
	}
	return append(b, lineEnd...)
}

func (c textCodec) appendFailure(b, tag []byte, command string, e *Error) []byte {
	if command == "" {
		command = "*"
	}
	b = appendStart(b, tag, Failed, command)
	b = appendWord(b, e.Code)
	bare := bareFields[Failed][string(e.Code)]
	for i := range e.Fields {
		b = appendField(b, &e.Fields[i], bare)
	}
	if e.Retry > 0 {
		b = strconv.AppendInt(appendKey(b, "retry"), int64(e.Retry), 10)
	}
	b = appendSentence(b, e.Sentence, c.language)
	return append(b, lineEnd...)
}

// appendEvent leaves the number out of what is said in a room, since people read it. A private message has its number: it may come again
// after a connection has broken, and then the client must be able to recognise it.
func (textCodec) appendEvent(b []byte, e *Event) []byte {
	switch {
	case e.Kind == PrivateMessage:
		b = appendStart(b, nil, Notice, "msg")
		b = appendWord(b, e.From)
		b = appendNumber(b, e.Number)
		if e.Late {
			b = appendTime(appendKey(b, "at"), e.At)
		}
		if e.Copy {
			b = appendEcho(appendKey(b, "to"), e.With)
		}
	case e.Room == LobbyName:
		b = appendStart(b, nil, Notice, "all")
		b = appendWord(b, e.From)
	default:
		b = appendStart(b, nil, Notice, "say")
		b = appendWord(b, e.Room)
		b = appendWord(b, e.From)
	}
	b = appendText(b, e.Text)
	return append(b, lineEnd...)
}

func (textCodec) appendMessageRow(b, tag []byte, e *Event) []byte {
	switch {
	case e.Kind == PrivateMessage:
		b = appendStart(b, tag, Row, "msg")
	case e.Room == LobbyName:
		b = appendStart(b, tag, Row, "all")
	default:
		b = appendStart(b, tag, Row, "say")
		b = appendWord(b, e.Room)
	}
	b = appendWord(b, e.From)
	b = appendNumber(b, e.Number)
	b = appendTime(appendKey(b, "at"), e.At)
	if e.Kind == PrivateMessage && e.Copy {
		b = appendEcho(appendKey(b, "to"), e.With)
	}
	b = appendText(b, e.Text)
	return append(b, lineEnd...)
}

const lineEnd = "\r\n"

func appendStart(b, tag []byte, sigil Type, word string) []byte {
	if len(tag) > 0 {
		b = append(b, '#')
		b = append(b, tag...)
		b = append(b, ' ')
	}
	return appendWord(append(b, byte(sigil)), word)
}

func appendField(b []byte, f *Field, bare []string) []byte {
	if f.kind == flagField {
		return appendWord(b, f.Name)
	}
	if slices.Contains(bare, f.Name) {
		b = append(b, ' ')
	} else {
		b = appendKey(b, f.Name)
	}
	switch f.kind { // a figure is written as a word is
	case numberField:
		return strconv.AppendInt(b, f.n, 10)
	case timeField:
		return appendTime(b, f.time())
	}
	return appendEcho(b, f.word)
}

func appendWord[T ~string | ~[]byte](b []byte, word T) []byte {
	return appendEcho(append(b, ' '), word)
}

func appendNumber(b []byte, n int64) []byte { return strconv.AppendInt(append(b, ' '), n, 10) }

func appendKey(b []byte, key string) []byte { return append(appendWord(b, key), '=') }

// appendTime shows a time as RFC 3339 has it, in UTC and whole seconds.
func appendTime(b []byte, t time.Time) []byte {
	return t.UTC().AppendFormat(b, time.RFC3339) // the time package has a fast path for this layout
}

// maxEcho is the longest word that is shown, in bytes.
const maxEcho = 64

// Echo returns a word that the client has sent as a field shows it: cut to 64 bytes, with '?' in place of each character that is unfit for
// a field and of a colon at the end. An empty word becomes "?".
func Echo[T ~string | ~[]byte](word T) string { return string(appendEcho(nil, word)) }

// appendEcho appends any word in such a way that it is one word of the line, and harmless to a terminal.
func appendEcho[T ~string | ~[]byte](b []byte, s T) []byte {
	if plain(s) {
		return append(b, s...)
	}
	var word [maxEcho + utf8.UTFMax]byte // room to see that the last character is whole
	n := copy(word[:], s)
	start := len(b)
	for i := 0; i < n; {
		r, size := utf8.DecodeRune(word[i:n])
		if i+size > maxEcho {
			break
		}
		if invalid(r, size) || !Safe(r) || unicode.IsSpace(r) {
			b = append(b, '?')
		} else {
			b = append(b, word[i:i+size]...)
		}
		i += size
	}
	if len(b) == start {
		return append(b, '?')
	}
	if last := len(b) - 1; b[last] == ':' {
		b[last] = '?'
	}
	return b
}

// plain reports whether a word needs no second look, as nearly all do: it is short, and visible ASCII without a colon at the end.
func plain[T ~string | ~[]byte](s T) bool {
	if len(s) == 0 || len(s) > maxEcho || s[len(s)-1] == ':' {
		return false
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7F {
			return false
		}
	}
	return true
}

// appendText appends ": text". A character that CheckText would refuse becomes U+FFFD, so that no line of ours can disturb a terminal,
// whatever the store holds.
func appendText[T ~string | ~[]byte](b []byte, text T) []byte {
	b = append(b, ": "...)
	from := len(b)
	return safeFrom(append(b, text...), from)
}

// appendSentence is appendText for what the server says itself. It may repeat what a client has sent.
func appendSentence(b []byte, s language.Sentence, in language.Language) []byte {
	b = append(b, ": "...)
	from := len(b)
	return safeFrom(s.Append(b, in), from)
}

// safeFrom returns b with what is unsafe of the text that begins at from replaced.
func safeFrom(b []byte, from int) []byte {
	if firstUnsafe(b[from:]) < 0 {
		return b
	}
	return replaceUnsafe(b, from)
}

// replaceUnsafe replaces the unsafe characters of the text that begins at from. It may allocate, because it is hardly ever called: texts
// are checked before they are stored.
func replaceUnsafe(b []byte, from int) []byte {
	text := string(b[from:])
	b = b[:from]
	for _, r := range text { // an invalid byte is U+FFFD already
		if !Safe(r) {
			r = utf8.RuneError
		}
		b = utf8.AppendRune(b, r)
	}
	return b
}
