package protocol

import (
	"bytes"
	"strings"
	"time"
	"unicode/utf8"
)

// AppendIRC appends a message of the server. The last parameter may be a text of many words, the others are words. What is unfit for its place
// is replaced, and what is too long is cut off.
func AppendIRC(b []byte, source, command string, params ...string) []byte {
	from := len(b)
	b = append(append(append(b, ':'), source...), ' ')
	b = append(b, command...)
	for i, param := range params {
		switch {
		case isIRCWord(param): // however long
			b = append(append(b, ' '), param...)
		case i == len(params)-1:
			b = appendTrailing(b, param)
		default:
			b = appendIRCWord(b, param)
		}
	}
	return appendIRCEnd(b, from)
}

// IRCSource is the source of what somebody of this name says or does.
func IRCSource(name string) string { return name + "!" + name + "@" + ircHost }

// appendSource begins a message of an account; without a name, of the server.
func appendSource[T ~string | ~[]byte](b []byte, name T, command string) []byte {
	if len(name) == 0 {
		b = append(b, ":"+IRCServer...)
	} else {
		b = appendMask(append(b, ':'), name)
	}
	return append(append(b, ' '), command...)
}

// appendMask appends name!name@host.
func appendMask[T ~string | ~[]byte](b []byte, name T) []byte {
	b = appendEcho(b, name)
	b = append(b, '!')
	b = appendEcho(b, name)
	return append(b, "@"+ircHost...)
}

// isIRCWord reports whether a word may stand in a message as it is.
func isIRCWord[T ~string | ~[]byte](word T) bool {
	if len(word) == 0 || word[0] == ':' {
		return false
	}
	for i := range len(word) {
		if word[i] <= ' ' || word[i] >= 0x7F {
			return false
		}
	}
	return true
}

// appendIRCWord appends a parameter that is one word. One that is not fit to be shown is replaced: see [Echo].
func appendIRCWord[T ~string | ~[]byte](b []byte, word T) []byte {
	b = append(b, ' ')
	at := len(b)
	b = appendEcho(b, word)
	if b[at] == ':' {
		b[at] = '?'
	}
	return b
}

// appendTrailing appends the last parameter, which may be any text.
func appendTrailing[T ~string | ~[]byte](b []byte, text T) []byte {
	b = append(b, " :"...)
	from := len(b)
	return safeFrom(append(b, text...), from)
}

// appendIRCEnd ends a message that begins at from, where its tags end. What is too long is cut off, at a character.
func appendIRCEnd(b []byte, from int) []byte {
	if most := from + ircLine - len(lineEnd); len(b) > most {
		for !utf8.RuneStart(b[most]) {
			most--
		}
		b = b[:most]
	}
	return append(b, lineEnd...)
}

// joinIRC ends a message that begins at from and has one item of a list as its last word, at item. If the message before has the same beginning
// and room for the item, the item is added to it instead.
func joinIRC(b []byte, from, item int, separator byte) []byte {
	body := bytes.TrimSuffix(b[:from], []byte(lineEnd))
	before := body[bytes.LastIndexByte(body, '\n')+1:]
	if len(body) == from || !bytes.HasPrefix(before, b[from:item]) || len(before)+1+len(b)-item > ircLine-len(lineEnd) {
		return appendIRCEnd(b, from)
	}
	rest := b[item:]
	b = append(append(body, separator), rest...) // forwards in the same memory
	return append(b, lineEnd...)
}

// appendTagStart begins a tag.
func appendTagStart(b []byte, from int, name string) []byte {
	if len(b) == from {
		b = append(b, '@')
	} else {
		b = append(b, ';')
	}
	return append(append(b, name...), '=')
}

// appendTagsEnd ends the tags that begin at from, if there are any.
func appendTagsEnd(b []byte, from int) []byte {
	if len(b) == from {
		return b
	}
	return append(b, ' ')
}

// appendTagWord appends a word as the value of a tag.
func appendTagWord(b []byte, word string) []byte {
	from := len(b)
	b = appendEcho(b, word)
	if bytes.IndexByte(b[from:], ';') < 0 && bytes.IndexByte(b[from:], '\\') < 0 {
		return b
	}
	return append(b[:from], tagEscapes.Replace(string(b[from:]))...)
}

var tagEscapes = strings.NewReplacer(";", `\:`, `\`, `\\`)

// appendIRCTime appends a time as server-time has it: in UTC, with milliseconds.
func appendIRCTime(b []byte, t time.Time) []byte {
	b = appendTime(b, t)
	ms := t.Nanosecond() / int(time.Millisecond)
	return append(b[:len(b)-1], '.', byte('0'+ms/100), byte('0'+ms/10%10), byte('0'+ms%10), 'Z')
}
