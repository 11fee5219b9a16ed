package session

import (
	"time"

	"parley/protocol"
)

// Kind says what a line of a thread is.
type Kind uint8

// The kinds of lines.
const (
	Message Kind = iota // somebody has said it
	Event               // something has happened: a join, a topic, a kick…
	Answer              // of a command that was typed: a row, or its end
	Echo                // a command that was typed
	Gap                 // there was no connection
	Notice              // the client says so
)

// Fate is what has become of an own message.
type Fate uint8

// The fates.
const (
	Kept    Fate = iota // the server has it
	Sending             // it is on its way, or waits for those before it
	Refused             // the server did not take it, and Why says why
	Unsure              // the server may have it, and Why says why that is not known
)

// Line is a line of a thread.
type Line struct {
	Kind       Kind
	Number     int64 // in the one order of the server; 0: it has none
	At         time.Time
	From, Text string // of a Message and an Echo
	Mine, ToMe bool   // ToMe: it was said to the person alone, or their name is in it
	Fate       Fate   // of a Message that is Mine
	Why        string // of a Fate, a sentence; of one's own private message also that it waits, or that the other one is away
	Reply      protocol.Reply
	Until      time.Time // of a Gap: from At until then nothing could be heard

	once string // of an own message: its key, until it has a number
}
