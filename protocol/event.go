package protocol

import "time"

// EventKind says what has happened.
type EventKind uint8

// The kinds of events.
const (
	RoomMessage    EventKind = iota // something was said in a room
	PrivateMessage                  // something was said to one account
)

// LobbyName is the room that all are in at first. The text format spells what is said there in a shorter way.
const LobbyName = "#lobby"

// Event is something that happened and that more than one session may be told of. It is encoded once for all sessions that
// use the same format.
type Event struct {
	Kind     EventKind
	Number   int64
	At       time.Time
	Room     string // of a RoomMessage: its name, with the '#'
	From, To string // names of accounts; To is empty for a RoomMessage
	Text     []byte

	Late bool // it comes out of the inbox; shows when it was said
	Copy bool // it goes to another session of the author; shows to whom it was said
}
