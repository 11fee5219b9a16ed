package commands

import (
	"bytes"
	"fmt"

	"parley/protocol"
)

// How long the message of the day may be. A line must fit into one of IRC.
const (
	MaxMOTD      = 64  // lines
	MaxMOTDLine  = 400 // bytes
	MaxMOTDBytes = 8 << 10
)

// ReadMOTD returns the lines of a file that holds a message of the day. An error is one sentence for the operator.
func ReadMOTD(text []byte) (lines []string, err error) {
	if len(text) > MaxMOTDBytes {
		return nil, fmt.Errorf("it is longer than %d bytes", MaxMOTDBytes)
	}
	for i, line := range bytes.Split(bytes.TrimRight(text, "\r\n\t "), []byte("\n")) {
		line = bytes.ReplaceAll(bytes.TrimRight(line, "\r\t "), []byte("\t"), []byte("    "))
		if len(line) > MaxMOTDLine {
			return nil, fmt.Errorf("line %d is longer than %d bytes", i+1, MaxMOTDLine)
		}
		if unsafe := protocol.CheckText(line); unsafe != nil {
			return nil, fmt.Errorf("line %d: %s", i+1, unsafe.Sentence)
		}
		lines = append(lines, string(line))
	}
	if len(lines) > MaxMOTD {
		return nil, fmt.Errorf("it has more than %d lines", MaxMOTD)
	}
	if len(lines) == 1 && lines[0] == "" {
		return nil, nil
	}
	return lines, nil
}

// MOTD is the message of the day, empty if there is none.
func (c *Chat) MOTD() []string { return c.config.Load().MOTD }

var motd = &Command{
	Form: protocol.Form{Name: "motd", Exact: true},
	Help: "Shows the message of the day.", Group: oneselfGroup,
	Run: func(r *Response) error {
		lines := r.chat.MOTD()
		for _, line := range lines {
			r.Row("motd", textOrNone(line))
		}
		r.Done(nil, protocol.Number("count", int64(len(lines))))
		return nil
	},
}

// showMOTD delivers the message of the day to a session that has logged in. IRC clients were shown it when they were welcomed.
func (d *Delivery) showMOTD(s *Session, lines []string) {
	if s.written().IsIRC() {
		return
	}
	for _, line := range lines {
		d.Notice(s, 0, &protocol.Line{Type: protocol.Notice, Word: "motd", Text: textOrNone(line)}).kind = show
	}
}
