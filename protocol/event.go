package protocol

import "time"

// EventKind says what has happened.
type EventKind uint8

// The kinds of events.
const (
	RoomMessage    EventKind = iota // something was said in a room
	PrivateMessage                  // something was said to one account
)

// LobbyName is the room that every account is in at first. The text format has shorter lines for it.
const LobbyName = "#lobby"

// Event is something that has happened, of which more than one session may be told. What is said in a room is written once for all
// sessions of the same format.
type Event struct {
	Kind   EventKind
	Number int64
	At     time.Time
	Room   string // of a RoomMessage: its name, with the '#'
	From   string // who said it
	With   string // of a PrivateMessage: the other of the two, as its reader sees it
	To     string // of a PrivateMessage: to whom it was said
	Text   []byte

	Late bool // it has waited in the inbox: the line says when it was said
	Copy bool // its reader is its author: the line says to whom it was said

	Guest bool   // IRC: who said it has no account
	Bot   bool   // IRC: who said it says that it is a program
	Batch string // IRC: the batch that it belongs to; empty: none
}
