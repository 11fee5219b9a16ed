package irc

import (
	"bytes"
	"strconv"

	"parley/protocol"
)

// Answer is the answer to a line with a label. A client finds the label on the only message of the answer, on the start of a batch, or on an ACK.
type Answer struct {
	label string // as it stands in a tag
	ref   string // of the batch
	state answerState
}

type answerState uint8

const (
	nothingSaid answerState = iota
	batchOpen               // the messages go into a batch of our own
	ownBatch                // the answer is a batch itself, whose start has the label
	allSaid
)

func newAnswer(label string, number int) *Answer {
	return &Answer{label: label, ref: "l" + strconv.Itoa(number)}
}

// Append appends messages of the answer to b. More says that others may follow.
func (a *Answer) Append(b, lines []byte, more bool) []byte {
	if a.state == nothingSaid && len(lines) > 0 {
		b = a.begin(b, lines, more)
	}
	for len(lines) > 0 {
		end := bytes.IndexByte(lines, '\n') + 1
		line := lines[:end]
		lines = lines[end:]
		switch {
		case a.state == nothingSaid: // the first one, or the only one
			b = appendTagged(b, "label="+a.label, line)
			a.state = allSaid
			if isBatch(line) {
				a.state = ownBatch
			}
		case a.state == batchOpen && !hasBatch(line):
			b = appendTagged(b, "batch="+a.ref, line)
		default:
			b = append(b, line...)
		}
	}
	return b
}

// begin opens a batch if the answer may have several messages and is not a batch by itself.
func (a *Answer) begin(b, lines []byte, more bool) []byte {
	one := bytes.IndexByte(lines, '\n') == len(lines)-1
	if one && !more || isHistory(lines) {
		return b
	}
	a.state = batchOpen
	return append(b, "@label="+a.label+" :"+protocol.IRCServer+" BATCH +"+a.ref+" labeled-response\r\n"...)
}

// End appends what ends the answer.
func (a *Answer) End(b []byte) []byte {
	switch a.state {
	case nothingSaid:
		b = append(b, "@label="+a.label+" :"+protocol.IRCServer+" ACK\r\n"...)
	case batchOpen:
		b = append(b, ":"+protocol.IRCServer+" BATCH -"+a.ref+"\r\n"...)
	}
	a.state = allSaid
	return b
}

// appendTagged appends a message with one more tag.
func appendTagged(b []byte, tag string, line []byte) []byte {
	b = append(append(b, '@'), tag...)
	if line[0] == '@' {
		return append(append(b, ';'), line[1:]...)
	}
	return append(append(b, ' '), line...)
}

// startOfBatch is how the server begins a batch.
const startOfBatch = ":" + protocol.IRCServer + " BATCH +"

func isBatch(line []byte) bool { return bytes.HasPrefix(withoutTags(line), []byte(startOfBatch)) }

// isHistory reports whether lines begin with the batch that an answer to CHATHISTORY is as a whole.
func isHistory(lines []byte) bool {
	if !isBatch(lines) {
		return false
	}
	line, _, _ := bytes.Cut(lines, []byte{'\n'})
	words := bytes.Fields(withoutTags(line))
	return len(words) > 3 && (string(words[3]) == "chathistory" || string(words[3]) == "draft/chathistory-targets")
}

// hasBatch reports whether a message belongs to a batch already.
func hasBatch(line []byte) bool {
	if line[0] != '@' {
		return false
	}
	tags, _, _ := bytes.Cut(line[1:], []byte{' '})
	for tag := range bytes.SplitSeq(tags, []byte{';'}) {
		if bytes.HasPrefix(tag, []byte("batch=")) {
			return true
		}
	}
	return false
}

func withoutTags(line []byte) []byte {
	if line[0] == '@' {
		_, line, _ = bytes.Cut(line, []byte{' '})
	}
	return line
}
