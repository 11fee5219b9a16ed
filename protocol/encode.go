package protocol

import (
	"strconv"
	"time"
	"unicode"
	"unicode/utf8"
)

// Every function of this file appends to b and returns it, as append does. A
// line is made from left to right: Start, then fields, then at most one Text,
// then End.

// What a line of the server is, said in its first column (behind the tag).
const (
	Done    = '+' // the command is done; ends its answer
	Failed  = '-' // the command failed; ends its answer
	Row     = '=' // a row of an answer; more follows
	Event   = '*' // part of no answer
	Closing = '!' // the last line before the server closes
)

// maxEcho is how much of a client's own word is shown back to it, in bytes.
const maxEcho = 64

// Start begins a line: "[#tag ]SIGIL word". The tag must be one that Parse or
// TagOf gave, or nil.
func Start(b []byte, tag []byte, sigil byte, word string) []byte {
	return Field(begin(b, tag, sigil), word)
}

func begin(b, tag []byte, sigil byte) []byte {
	if len(tag) > 0 {
		b = append(b, '#')
		b = append(b, tag...)
		b = append(b, ' ')
	}
	return append(b, sigil)
}

// Field appends " s". It is for words known to be fit: not empty, without
// spaces or control characters, no colon at the end.
func Field[T ~string | ~[]byte](b []byte, s T) []byte {
	b = append(b, ' ')
	return append(b, s...)
}

// Echo appends a word of the client's own as a field. Characters which are
// unfit for one are shown as '?', no more than the first 64 bytes are shown,
// and an empty word is shown as "?".
func Echo[T ~string | ~[]byte](b []byte, s T) []byte {
	var word [maxEcho + utf8.UTFMax]byte // room to see that the last character is whole
	n := copy(word[:], s)
	b = append(b, ' ')
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

// Int appends " n".
func Int(b []byte, n int64) []byte {
	return strconv.AppendInt(append(b, ' '), n, 10)
}

// KeyInt appends " key=n".
func KeyInt(b []byte, key string, n int64) []byte {
	return strconv.AppendInt(startKey(b, key), n, 10)
}

// KeyField appends " key=value"; the value must be fit as for Field.
func KeyField(b []byte, key, value string) []byte {
	return append(startKey(b, key), value...)
}

// KeyTime appends " key=" and the time as RFC 3339 has it, in UTC and whole
// seconds.
func KeyTime(b []byte, key string, t time.Time) []byte {
	return t.UTC().AppendFormat(startKey(b, key), "2006-01-02T15:04:05Z")
}

func startKey(b []byte, key string) []byte {
	return append(Field(b, key), '=')
}

// Text appends ": text". A character that CheckText would refuse becomes
// U+FFFD, so that no line of ours moves a terminal whatever was stored.
func Text[T ~string | ~[]byte](b []byte, text T) []byte {
	b = append(b, ": "...)
	from := len(b)
	b = append(b, text...)
	if firstUnsafe(b[from:]) < 0 {
		return b
	}
	return replaceUnsafe(b, from)
}

// replaceUnsafe writes the text that begins at from anew. It may allocate: a
// text was checked before it was stored, so this is hardly ever called.
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

// End ends the line.
func End(b []byte) []byte { return append(b, '\r', '\n') }
