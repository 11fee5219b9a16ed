package protocol

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// In the store, what IRC has and others have not is a text with a word in front: "/me waves" is a CTCP ACTION, "/ctcp VERSION" another CTCP
// message, and "/notice text" a NOTICE. What an IRC client just says and begins so is kept with one more slash.
const (
	meWord     = "/me"
	ctcpWord   = "/ctcp"
	noticeWord = "/notice"
)

const (
	ctcpQuote = 0x01
	maxVerb   = 32 // bytes of the first word of a CTCP message
)

// FromIRC returns the text of a PRIVMSG or a NOTICE as it is kept. Formatting codes are taken out. Other control characters stay: see [CheckText].
func FromIRC(command string, text []byte) ([]byte, *Error) {
	text = WithoutIRCCodes(text)
	inner, ctcp := bytes.CutPrefix(text, []byte{ctcpQuote})
	if ctcp {
		inner = bytes.TrimSuffix(inner, []byte{ctcpQuote})
		verb, rest, _ := bytes.Cut(inner, space)
		switch {
		case len(verb) == 0:
			text = nil
		case bytes.EqualFold(verb, []byte("ACTION")):
			text = withWord(meWord, rest)
		case !isVerb(verb):
			text, ctcp = inner, false
		default:
			text = withWord(ctcpWord, inner)
		}
	}
	if len(bytes.TrimLeft(text, " ")) == 0 {
		return nil, errNoText
	}
	if !ctcp && beginsWithWord(text) {
		text = append([]byte{'/'}, text...)
	}
	if command == "NOTICE" {
		text = withWord(noticeWord, text)
	}
	return text, nil
}

var errNoText = Errorf(Usage, "No text to send")

func withWord(word string, text []byte) []byte {
	if len(text) == 0 {
		return []byte(word)
	}
	return append(append(append(make([]byte, 0, len(word)+1+len(text)), word...), ' '), text...)
}

// toIRC takes a kept text apart: the command that says it, the first word of its CTCP message if it is one, and the rest.
func toIRC(text []byte) (command string, ctcp, rest []byte) {
	command = "PRIVMSG"
	if inner, ok := behindWord(text, noticeWord); ok && len(inner) > 0 {
		command, text = "NOTICE", inner
	}
	if inner, ok := behindWord(text, meWord); ok {
		return command, action, inner
	}
	if inner, ok := behindWord(text, ctcpWord); ok {
		if verb, rest, _ := bytes.Cut(inner, space); isVerb(verb) {
			return command, verb, rest
		}
	}
	if len(text) > 1 && text[1] == '/' && beginsWithWord(text) {
		text = text[1:]
	}
	return command, nil, text
}

// beginsWithWord reports whether a text begins with one of these words, and perhaps more slashes in front of it.
func beginsWithWord(text []byte) bool {
	word := bytes.TrimLeft(text, "/")
	if len(word) == len(text) {
		return false
	}
	word, _, _ = bytes.Cut(word, space)
	switch "/" + string(word) {
	case meWord, ctcpWord, noticeWord:
		return true
	}
	return false
}

// isVerb reports whether a word may be the first one of a CTCP message.
func isVerb(word []byte) bool { return len(word) > 0 && len(word) <= maxVerb && printable(word) }

var action = []byte("ACTION")

// behindWord returns what is behind the first word of a text, if it is that word.
func behindWord(text []byte, word string) (rest []byte, ok bool) {
	rest, ok = bytes.CutPrefix(text, []byte(word))
	switch {
	case !ok:
		return nil, false
	case len(rest) == 0:
		return nil, true
	}
	return bytes.CutPrefix(rest, space)
}

// WithoutIRCCodes returns a text without what mIRC formats it with: bold, colour and the like. Other control characters stay.
func WithoutIRCCodes(text []byte) []byte {
	if printable(text) {
		return text
	}
	kept := make([]byte, 0, len(text))
	for i := 0; i < len(text); {
		switch text[i] {
		case 0x02, 0x0F, 0x11, 0x16, 0x1D, 0x1E, 0x1F:
			i++
		case 0x03:
			i = skipColours(text, i+1, 1, 2, isDigit)
		case 0x04:
			i = skipColours(text, i+1, 6, 6, isHex)
		default:
			kept = append(kept, text[i])
			i++
		}
	}
	return kept
}

// skipColours returns where a colour of so many digits ends, with the one behind a comma if there is one.
func skipColours(text []byte, i, least, most int, digit func(byte) bool) int {
	end := skipDigits(text, i, least, most, digit)
	if end > i && end < len(text) && text[end] == ',' {
		if second := skipDigits(text, end+1, least, most, digit); second > end+1 {
			return second
		}
	}
	return end
}

func skipDigits(text []byte, i, least, most int, digit func(byte) bool) int {
	n := 0
	for n < most && i+n < len(text) && digit(text[i+n]) {
		n++
	}
	if n < least {
		return i
	}
	return i + n
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isHex(c byte) bool { return isDigit(c) || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F' }

// How far a piece of a long text may be from as long as it could be.
const (
	blankNear = 64 // bytes, to end at a blank
	markNear  = 32 // bytes, to end in front of a character with its marks
)

// cutText returns how much of a text, which is UTF-8, makes a piece of at most so many bytes. The pieces together are the text.
func cutText(text []byte, most int) int {
	if len(text) <= most {
		return len(text)
	}
	for !utf8.RuneStart(text[most]) {
		most--
	}
	near := max(0, most-blankNear)
	if at := bytes.LastIndexByte(text[near:most], ' '); at >= 0 {
		return near + at + 1
	}
	for n := most; n > max(0, most-markNear); {
		next, _ := utf8.DecodeRune(text[n:])
		last, size := utf8.DecodeLastRune(text[:n])
		if !joins(next) && last != zeroWidthJoiner {
			return n
		}
		n -= size
	}
	return most
}

const zeroWidthJoiner = 0x200D

// joins reports whether a character belongs to the one before it.
func joins(r rune) bool { return unicode.In(r, unicode.M) || r == zeroWidthJoiner }
