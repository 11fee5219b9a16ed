package protocol

import "bytes"

const (
	maxIRCParams  = 15
	maxClientTags = 1 + 4094 + 1 // bytes of the tags of a client: '@', the tags and the blank behind them
	maxIRCLabel   = 64
)

// IRCMessage is a message of an IRC client, taken apart. Its slices refer to the memory of the line.
type IRCMessage struct {
	Label   []byte // the value of the tag "label" as it stands in the line, to be repeated as it is; nil: none
	Command []byte // in capitals; nil: the line asks for nothing
	params  [maxIRCParams][]byte
	count   int
}

// Len returns how many parameters there are.
func (m *IRCMessage) Len() int { return m.count }

// Param returns a parameter, counted from 0; nil where there is none.
func (m *IRCMessage) Param(i int) []byte {
	if i >= m.count {
		return nil
	}
	return m.params[i]
}

var errIRCTooLong = Errorf(LineTooLong, "Input line was too long")

// ParseIRC takes a line of an IRC client apart, without its end. It writes the command in capitals, in the line itself. The only error is that
// the line is too long. A source is ignored, and so is every tag but the label.
func ParseIRC(line []byte) (m IRCMessage, err error) {
	if len(line) > 0 && line[0] == '@' {
		tags, rest, _ := bytes.Cut(line, space)
		if len(tags)+len(space) > maxClientTags {
			return m, errIRCTooLong
		}
		m.Label, line = labelOf(tags[1:]), rest
	}
	if len(line)+len(lineEnd) > ircLine {
		return m, errIRCTooLong
	}
	line = bytes.TrimLeft(line, " ")
	if len(line) > 0 && line[0] == ':' {
		_, line, _ = bytes.Cut(line, space)
		line = bytes.TrimLeft(line, " ")
	}
	if len(line) == 0 {
		return m, nil
	}
	m.Command, line, _ = bytes.Cut(line, space)
	capitals(m.Command)
	for {
		line = bytes.TrimLeft(line, " ")
		switch {
		case len(line) == 0:
			return m, nil
		case line[0] == ':':
			m.add(line[1:])
			return m, nil
		case m.count == maxIRCParams-1:
			m.add(line)
			return m, nil
		}
		var param []byte
		param, line, _ = bytes.Cut(line, space)
		m.add(param)
	}
}

var space = []byte{' '}

func (m *IRCMessage) add(param []byte) {
	m.params[m.count] = param[:len(param):len(param)]
	m.count++
}

// labelOf returns the label among the tags of a message. One that may not be sent back is none.
func labelOf(tags []byte) (label []byte) {
	for len(tags) > 0 {
		var tag []byte
		tag, tags, _ = bytes.Cut(tags, semicolon)
		if value, ok := bytes.CutPrefix(tag, labelIs); ok {
			label = value // the last one counts
		}
	}
	if len(label) == 0 || len(label) > maxIRCLabel || firstUnsafe(label) >= 0 {
		return nil
	}
	return label
}

var semicolon, labelIs = []byte{';'}, []byte("label=")

// capitals changes the small letters of ASCII in place.
func capitals(word []byte) {
	for i, c := range word {
		if 'a' <= c && c <= 'z' {
			word[i] = c - 'a' + 'A'
		}
	}
}
