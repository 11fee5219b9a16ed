package server

import "parley/protocol"

// slowestPeek is the longest time between two looks for the rest of a line, in milliseconds.
const slowestPeek = 200

// input is what a connection has read.
type input struct {
	framer    protocol.Framer
	pending   []byte // was read, and not looked at yet
	ended     bool   // nothing more will be read
	peekDelay int64  // milliseconds until the next look for the rest of a line
}

// keep keeps what has not been looked at, in place of what was kept before; rest may be a part of that.
func (in *input) keep(rest []byte) {
	if len(rest) == 0 {
		in.pending = nil
	} else {
		in.pending = append(in.pending[:0], rest...)
	}
}

// nextPeek is in how many milliseconds to look for the rest of an unfinished line: seldom, when it does not come.
func (in *input) nextPeek() int64 {
	in.peekDelay = min(max(1, 2*in.peekDelay), slowestPeek)
	return in.peekDelay
}
