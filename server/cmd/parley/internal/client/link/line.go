package link

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"parley/protocol"
)

// Clean makes a line safe to print: it drops everything that could move the
// cursor, change the terminal's state or reorder the text.
func Clean(line string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case !protocol.Safe(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(line, "\uFFFD"))
}

// Sendable tells why a line cannot be sent. Bytes that a telnet client would
// send as editing keys or options must not go out: the server would take them
// as such, and the line might vanish without an answer.
func Sendable(line string) error {
	if !utf8.ValidString(line) {
		return errors.New("it is not UTF-8")
	}
	for _, r := range line {
		if r != '\t' && unicode.IsControl(r) {
			return errors.New("it holds a control character")
		}
	}
	return nil
}
