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
	Kind     EventKind
	Number   int64
	At       time.Time
	Room     string // of a RoomMessage: its name, with the '#'
	From, To string // names of accounts; To is empty for a RoomMessage
	Text     []byte

	Late bool // it has waited in the inbox: the line says when it was said
	Copy bool // it goes to another session of its author: the line says to whom it was said
}
