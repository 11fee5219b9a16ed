package client

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"parley/protocol"
)

// clean makes a line safe to print: it drops everything that could move the
// cursor, change the terminal's state or reorder the text.
func clean(line string) string {
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

// sendable tells why a line cannot be sent. Bytes that a telnet client would
// send as editing keys or options must not go out: the server would take them
// as such, and the line might vanish without an answer.
func sendable(line string) error {
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

// command returns the name of the command in line, in lower case and without
// its slash, and the arguments. What is no command has no name.
func command(line string) (name string, args []string) {
	l := protocol.SplitText([]byte(line))
	if l.Kind != protocol.Command {
		return "", nil
	}
	return strings.ToLower(string(l.Name)), strings.Fields(string(l.Args))
}

func isQuit(line string) bool {
	name, _ := command(line)
	return name == "quit"
}

// isBlank says that the server would not answer this line.
func isBlank(line string) bool { return strings.Trim(line, " \t") == "" }
