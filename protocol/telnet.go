package protocol

// Telnet (RFC 854) as far as a chat server needs it: every sequence is taken
// out of the input, and every option is refused once. The server itself only
// ever asks for the echo to be off, while a password is typed.

// The bytes of telnet that mean something here.
const (
	se   = 240 // the first command; all from here on begin a sequence behind an IAC
	ec   = 247 // erase character
	el   = 248 // erase line
	sb   = 250 // a subnegotiation begins; IAC SE ends it
	will = 251
	wont = 252
	do   = 253
	dont = 254
	iac  = 255

	optEcho       = 1
	optTimingMark = 6
)

// maxSub is the longest subnegotiation, in bytes. The server asks for none,
// and those that clients send unasked are short.
const maxSub = 512

// maxMarks is how many bytes of answers may wait while timing marks are still
// answered. One answer is enough for a client, however many marks it has sent.
const maxMarks = 96

// Where in a sequence the input stands.
const (
	inData   = iota
	inIAC    // behind an IAC
	inOption // behind DO, DONT, WILL or WONT
	inSub    // in a subnegotiation
	inSubIAC // behind an IAC in one
)

// What a byte means.
type meaning uint8

const (
	isTaken meaning = iota // part of a sequence; nothing to do
	isByte                 // a byte of the line
	isStray                // a byte of the line, and so was the IAC before it
	isEraseChar
	isEraseLine
	isEndless // a subnegotiation that does not end: the meaning of its bytes is unknown
)

// telnet is what a connection needs once its client has sent an IAC.
type telnet struct {
	state    uint8
	verb     byte // of the option that comes next
	known    bool // a sequence has come
	hidden   bool // we have turned the client's echo off
	sub      int  // bytes of the subnegotiation so far
	answered [2][256 / 8]uint8
	reply    []byte
}

// next takes a byte of a sequence, or the IAC that begins one.
func (t *telnet) next(c byte) meaning {
	switch t.state {
	case inData:
		t.state = inIAC
		return isTaken
	case inIAC:
		return t.command(c)
	case inOption:
		t.state = inData
		t.answer(t.verb, c)
		return isTaken
	case inSub:
		return t.skip(c)
	default:
		if c == iac {
			t.state = inSub
			return isTaken
		}
		// Only SE should stand here. A client that began something else has
		// given its subnegotiation up.
		return t.command(c)
	}
}

// command takes the byte behind an IAC.
func (t *telnet) command(c byte) meaning {
	t.state = inData
	if c == iac {
		return isByte
	}
	if c < se {
		return isStray
	}
	t.known = true
	switch c {
	case ec:
		return isEraseChar
	case el:
		return isEraseLine
	case do, dont, will, wont:
		t.state, t.verb = inOption, c
	case sb:
		t.state, t.sub = inSub, 0
	}
	return isTaken
}

// skip takes a byte of a subnegotiation. An LF can't end it (a window of ten
// lines is told with one), so one that goes on for too long is given up: its
// rest is the rest of a line, refused up to the next LF.
func (t *telnet) skip(c byte) meaning {
	if t.sub++; t.sub > maxSub {
		t.state = inData
		return isEndless
	}
	if c == iac {
		t.state = inSubIAC
	}
	return isTaken
}

// answer refuses an option, but each only once: two sides that answer each
// other's answers would never end. DONT and WONT need no answer: what they ask
// for holds anyway.
func (t *telnet) answer(verb, option byte) {
	switch {
	case verb == do && option == optTimingMark:
		// The client shows nothing until this comes, so each is answered.
		if len(t.reply) < maxMarks {
			t.reply = append(t.reply, iac, will, option)
		}
	case verb == do && option == optEcho && t.hidden:
		// The client agrees to what HideEcho has sent. At any other time it
		// asks us to echo, and would show nothing until we refuse.
	case verb == do && t.first(0, option):
		t.reply = append(t.reply, iac, wont, option)
	case verb == will && t.first(1, option):
		t.reply = append(t.reply, iac, dont, option)
	}
}

// first reports whether option was not yet answered, and notes that it is now.
func (t *telnet) first(side int, option byte) bool {
	cell, bit := &t.answered[side][option/8], uint8(1)<<(option%8)
	seen := *cell&bit != 0
	*cell |= bit
	return !seen
}

// abandon forgets the sequence that the end of the input has cut short. It
// reports whether that was an IAC alone, which may have been meant as a byte.
func (t *telnet) abandon() (lone bool) {
	lone = t.state == inIAC
	t.state = inData
	return lone
}

// Telnet reports whether the client has sent a telnet sequence. Nothing telnet
// may be sent to one that has not.
func (f *Framer) Telnet() bool { return f.telnet != nil && f.telnet.known }

// Reply returns the telnet answers to send now, each only once; mostly there
// are none. At most 1,700 bytes wait, and most answers are given only once in
// the life of a connection.
func (f *Framer) Reply() []byte {
	if f.telnet == nil {
		return nil
	}
	reply := f.telnet.reply
	f.telnet.reply = nil
	return reply
}

// HideEcho returns what to send so that the client stops showing what is
// typed: nil when the client is not known as telnet, or has stopped already.
func (f *Framer) HideEcho() []byte {
	if !f.Telnet() || f.telnet.hidden {
		return nil
	}
	f.telnet.hidden = true
	return []byte{iac, will, optEcho}
}

// ShowEcho returns what to send so that the client shows again what is typed:
// nil when HideEcho did nothing.
func (f *Framer) ShowEcho() []byte {
	if f.telnet == nil || !f.telnet.hidden {
		return nil
	}
	f.telnet.hidden = false
	return []byte{iac, wont, optEcho}
}
