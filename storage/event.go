package storage

import "time"

// EventKind says what has happened.
type EventKind uint8

// The kinds of events. Their values are kept by the stores and never change.
const (
	Message         EventKind = 1 // something was said in Thread
	PasswordChanged EventKind = 2 // of the account To: its sessions end
	AccountRemoved  EventKind = 3 // the account To: its sessions end
)

// Event is something that others must see. Its place in the one order is its number.
type Event struct {
	Kind     EventKind
	Number   int64 // grows with every event of the store, sometimes by more than 1; never used twice; below 2^53
	At       time.Time
	Thread   Thread // of a Message
	From     ID     // who said it; 0 if it was no account's doing
	FromName string // the author's name, as it was then
	To       ID     // the recipient of a private message; the account that an event is about
	ToName   string // its name as its owner writes it; of a message in a room: the room's name
	Text     []byte // of a Message

	Ask int // the place in Batch.Asks of what has caused it; -1: another process, or an earlier batch
}
