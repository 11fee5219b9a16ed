package storage

import "time"

// EventKind says what has happened.
type EventKind uint8

// The kinds of events. Their values are kept by the stores and never change.
const (
	Message         EventKind = 1 // something was said in Thread
	PasswordChanged EventKind = 2 // of the account To: its sessions end
	AccountRemoved  EventKind = 3 // the account To: its sessions end

	Joined      EventKind = 4  // To is a member of the room Thread now
	Left        EventKind = 5  // To is no member of it any more, by its own will. Text is the reason
	TopicSet    EventKind = 6  // of the room: Text
	SettingSet  EventKind = 7  // of the room: Setting
	RoleSet     EventKind = 8  // of To in the room: Role
	Kicked      EventKind = 9  // To, out of the room; without a room: its sessions end. Text is the reason
	Banned      EventKind = 10 // To, from the room, which ends its membership; without a room: from the server. Until, Text
	Muted       EventKind = 11 // To, in the room or on the server. Until, Text
	Unbanned    EventKind = 12 // To
	Unmuted     EventKind = 13 // To
	Invited     EventKind = 14 // To, into the room Room, of which it is no member
	RoomRemoved EventKind = 15 // the room, by an operator
	OperatorSet EventKind = 16 // To is an operator (On), or no longer
	LockdownSet EventKind = 17 // On
	Announced   EventKind = 18 // Text, to everybody

	TokenRevoked EventKind = 19 // the Token of the account To: the sessions that it has begun end

	Registered EventKind = 24 // To was a guest, and is an ordinary account now. Change.Rooms

	Replaced EventKind = 25 // all that the store keeps, by Load. Commit does not return it, but the error ErrBuried

	// These have a place in the order, but no number: they are not kept.
	Here         EventKind = 20 // To has a session now; it had none on any node. Change: Rooms, Roles, Guest
	Gone         EventKind = 21 // To has no session any more. Change.Rooms; Text is the reason
	AwaySet      EventKind = 22 // To says about being away: Text (On), or it is back. Change.Rooms
	SessionEnded EventKind = 23 // Change.Session of To
)

// Event is something that others must see. Its place in the one order is that among the events of a Commit, and its number.
type Event struct {
	Kind     EventKind
	Number   int64 // 0: it has none. Otherwise it grows with every event of the store, sometimes by more than 1; never used twice; below 2^53
	At       time.Time
	Thread   Thread // of a Message
	From     ID     // who said it; 0 if it was no account's doing
	FromName string // the author's name, as it was then
	To       ID     // the recipient of a private message; the account that an event is about
	ToName   string // its name as its owner writes it; of a message in a room the room's; of a ban by address the addresses, as CIDR has them
	Text     []byte // of a Message, a topic, a reason

	Change *Change // of every event that is not a Message

	Ask int // the place in Batch.Asks of what has caused it; -1: another process, or an earlier batch
}

// Change is what an event tells besides who, whom and where.
type Change struct {
	Room    string    `json:",omitempty"` // the name of the room
	Role    Role      `json:",omitempty"` // of RoleSet; of Joined: Owner if nobody owned the room
	Was     Role      `json:",omitempty"` // of RoleSet: the role before
	Setting Setting   `json:",omitempty"` // of SettingSet
	Until   time.Time `json:",omitzero"`  // when what is Banned or Muted ends; zero: never
	On      bool      `json:",omitempty"` // of LockdownSet, OperatorSet and AwaySet
	Member  bool      `json:",omitempty"` // of Banned: it was a member until now
	Blocked bool      `json:",omitempty"` // To has blocked From
	Token   string    `json:",omitempty"` // of TokenRevoked: its ID
	Rooms   []ID      `json:",omitempty"` // of Here, Gone, AwaySet, Registered and AccountRemoved: those of the account
	Roles   []Role    `json:",omitempty"` // of Here: its role in each of Rooms
	Guest   bool      `json:",omitempty"` // of Here and Joined: To is a guest
	Removed bool      `json:",omitempty"` // of Left: by the removal of the account
	Session int64     `json:",omitempty"` // of SessionEnded: its ID
}
