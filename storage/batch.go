package storage

import "time"

// Batch is what one Commit does: first the acks, then the asks in their order. Nothing of other batches comes in between.
//
// A batch may be used for one Commit after another. Each uses the memory of Verdicts and Events again, so they are valid until the next.
type Batch struct {
	At   time.Time // the time of the events
	Acks []Ack     // those that are done are taken out
	Asks []Ask

	// Verdicts are set by the store, one for each ask.
	Verdicts []Verdict
	// Events are set by the store: all that has happened since the last Commit, other processes' events and those of this batch, by number.
	// What this batch itself has said is not copied: the Text of such an event is that of its ask, and changes with it.
	Events []Event
}

// Ack says that all messages to an account up to a number have reached it. They leave its inbox.
type Ack struct {
	Account ID
	Number  int64
}

// AskKind says what is asked for.
type AskKind uint8

// What can be asked for. The fields of Ask that each kind uses are named here.
const (
	// Say keeps a message: Account, To, Text. Errors: ErrGone, ErrNoAccount, ErrNoRoom, ErrInboxFull.
	Say AskKind = iota + 1
	// Enter begins a session of Account: Hash, NewHash, Limit. Hash is the one that the password was compared with; ErrChanged if
	// the account has another by now, ErrGone if it was removed. NewHash, unless it is empty, takes its place without ending any session.
	Enter
	// Create makes the account New, whose ID is set by the store, in the lobby and with an empty inbox. ErrExists.
	Create
	// Feed asks for a part of the inbox of Account: After, Limit. ErrGone.
	Feed
	// SetPassword gives Account the NewHash in place of Hash, which ends its sessions. ErrChanged if Hash is not its hash, ErrGone.
	// An empty Hash fits any: an operator need not know it.
	SetPassword
	// Remove removes Account and its inbox and ends its sessions. What it has said to others stays. ErrGone.
	Remove
)

// Ask is one thing that a batch asks for.
type Ask struct {
	Kind    AskKind
	Account ID     // whose ask it is
	To      string // the key of an account, or of a room with its '#'
	Text    []byte
	Hash    string
	NewHash string
	New     *Account
	After   int64 // only messages with a greater number
	Limit   int   // at most so many messages
}

// Verdict is what has become of an ask.
type Verdict struct {
	Err     error  // nil: it is done
	Account ID     // Create: the new account
	Rooms   []Room // Enter, Create: those of which the account is a member
	Page    Page   // Enter, Feed
	Since   int64  // Enter, Create: the session sees events with greater numbers, also those of others in the same batch
}

// Page is a part of an inbox as it is at the place of its ask in the order: it holds messages of earlier asks of the batch, none of later ones.
type Page struct {
	Messages []Event // oldest first: Number, At, From (if it is known), FromName, Text
	More     bool    // there are messages behind the last of these
	Waiting  int     // Enter: how many messages the inbox holds, these included
	Expired  int     // Enter: how many expired unread since it was last told; told once
}
