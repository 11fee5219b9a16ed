package irc

import (
	"bytes"
	"slices"
	"unicode/utf8"

	"parley/protocol"
)

// maxLine is the longest line that a framer keeps, in bytes: tags of the greatest length, and a message. Which of the two is too long is for
// the parser to say.
const maxLine = protocol.MaxIRCTags + protocol.MaxIRCBody

// Why a line is refused.
var (
	errTooLong = protocol.Errorf(protocol.LineTooLong, "Input line was too long")
	errBadUTF8 = protocol.Errorf(protocol.BadUTF8, "Message rejected, your IRC software must use UTF-8 here")
	errBadChar = protocol.Errorf(protocol.BadChar, "Message rejected, it holds a NUL, or a CR that does not end it")
)

// Framer makes lines out of the bytes of one IRC client, in whatever pieces they come. It does what [protocol.Framer] does, for other lines: there
// is no telnet in them, and nothing is edited but that a tab becomes a space. The zero value is ready.
type Framer struct {
	held    []byte // the unfinished line; nil when empty
	tooLong bool   // only the beginning of the line is held, and the rest is thrown away
}

// Next takes the next line off the front of in, as [protocol.Framer.Next] does. Of a refused line it returns what there is of it, for the label.
func (f *Framer) Next(in []byte) (line, rest []byte, ok bool, err error) {
	end := bytes.IndexByte(in, '\n')
	if end < 0 {
		f.hold(in)
		return nil, nil, false, nil
	}
	line, rest = in[:end], in[end+1:]
	if f.held != nil || len(line) > maxLine {
		f.hold(line)
		line, err = f.take()
	} else {
		line, err = check(line)
	}
	return line, rest, true, err
}

// End tells the framer that the input has ended. It returns the last line if that had no end.
func (f *Framer) End() (line []byte, ok bool, err error) {
	if f.held == nil {
		return nil, false, nil
	}
	line, err = f.take()
	return line, true, err
}

// Unfinished reports whether something is held that more input must finish.
func (f *Framer) Unfinished() bool { return f.held != nil }

// hold keeps a piece of a line, as far as it may be kept.
func (f *Framer) hold(piece []byte) {
	if len(piece) == 0 {
		return
	}
	fits := min(len(piece), maxLine-len(f.held))
	f.tooLong = f.tooLong || fits < len(piece)
	f.held = append(f.held, piece[:fits]...)
}

func (f *Framer) take() (line []byte, err error) {
	line, tooLong := f.held, f.tooLong
	f.held, f.tooLong = nil, false
	if tooLong {
		return line, errTooLong
	}
	return check(line)
}

// check looks at a whole line, and takes the CR off its end.
func check(line []byte) ([]byte, error) {
	line = bytes.TrimSuffix(line, []byte{'\r'})
	switch {
	case bytes.IndexByte(line, '\r') >= 0, bytes.IndexByte(line, 0) >= 0:
		return line, errBadChar
	case !utf8.Valid(line):
		return line, errBadUTF8
	}
	if slices.Contains(line, '\t') {
		for i, c := range line {
			if c == '\t' {
				line[i] = ' '
			}
		}
	}
	return line, nil
}
