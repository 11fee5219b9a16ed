package storage

import "time"

// Batch is what one Commit does: first the acks, then the asks in their order. Nothing of other batches comes in between.
//
// A batch may be used for one Commit after another. Each uses the memory of Verdicts and Events again, so they are valid until the next.
type Batch struct {
	At   time.Time // the time of the events
	Acks []Ack     // those that are done are taken out
	Asks []Ask

	// Present are accounts whose sessions here have changed since the last Commit, but for those that its asks have begun: each with all
	// sessions that it has here now, by which those are replaced that the store knows. Without a session it has gone.
	Present []Present
	// Whole says that nobody else is here.
	Whole bool
	// Forgotten is set by the store if it may have lost what it was told of who is here, of bans and the like, or if it has sessions that are not
	// here, since their logins were not answered. The next batch must be Whole.
	Forgotten bool

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
	// Say keeps a message: Account, To, Text, Once. Errors: ErrGone, ErrNoAccount, ErrNoRoom, ErrInboxFull; with Once also ErrOnceMismatch,
	// ErrTooMany (Limits.Onces), ErrGuest.
	Say AskKind = iota + 1
	// Enter begins a session of Account: Hash, NewHash, Limit. Hash is the one that the password was compared with; ErrChanged if
	// the account has another by now or is a guest, ErrGone if it was removed. NewHash, unless it is empty, takes its place without ending any session.
	// With Token, To names the account instead: ErrNoToken unless that is one of its tokens.
	Enter
	// Create makes the account New, whose ID is set by the store, in the lobby and with an empty inbox. ErrExists. A guest gets no hash; ErrTooMany
	// (Limits.Guests). A guest who was left over under this key, without a session on any node, is removed first.
	Create
	// Feed asks for a part of the inbox of Account: After, Limit. ErrGone.
	Feed
	// SetPassword gives Account the NewHash in place of Hash, which ends its sessions and revokes its tokens. ErrChanged if Hash is not its hash, ErrGone.
	// An empty Hash fits any: an operator need not know it. ErrGuest.
	SetPassword
	// Remove removes Account and its inbox and ends its sessions and memberships. What it has said to others stays. ErrGone.
	Remove

	// The asks that follow may also have the errors ErrGone, ErrNoRoom, ErrNoAccount (To), and ErrForbidden. Account is 0 when the operator
	// asks on the command line, who may everything. A room is named by its key in Room; empty means the server.

	// Join makes Account a member of Room, and with May makes the room if there is none, called Name; the maker owns it, but for a guest:
	// then the first account that joins does. ErrMember, ErrBanned, ErrInviteOnly, ErrRoomFull, ErrTooMany (Limits.Rooms), ErrRoomTaken.
	Join
	// Leave ends that: Text is the reason. If it was the only owner, the room gets another one. A room without members and messages is removed.
	// ErrNotMember, ErrMuted with a reason.
	Leave
	// SetTopic gives Room the topic Text. ErrNotMember.
	SetTopic
	// SetSetting gives Room the Setting. ErrNotMember.
	SetSetting
	// SetRole gives To the Role in Room. ErrNotMember, ErrAbsent, ErrGuest (either).
	SetRole
	// Kick takes To out of Room, or ends its sessions: Text. ErrNotMember, ErrAbsent.
	Kick
	// Ban keeps To out of Room or the server, until Until: Text. To may be addresses instead of an account if it is the server. ErrTooMany
	// (Limits.Bans), ErrNotMember.
	Ban
	// Mute keeps To from speaking in the same way.
	Mute
	// Unban and Unmute take that back. ErrNothing, ErrNotMember.
	Unban
	Unmute
	// Invite invites To into Room. ErrNotMember (Account), ErrMember (To), ErrBlocked, ErrBanned, ErrTooMany (Limits.Invites), ErrGuest
	// (either).
	Invite
	// Told says that the invitation with the number After has reached Account.
	Told
	// Block and Unblock: Account wants nothing from To. ErrTooMany (Limits.Blocks), ErrNothing, ErrGuest (Account).
	Block
	Unblock
	// Seen says how far Account has had everything of its rooms: Readings.
	Seen
	// Announce tells everybody Text.
	Announce
	// SetLockdown forbids new accounts (May), or allows them again.
	SetLockdown
	// SetOperator makes To an operator (May), or takes that away. ErrGuest.
	SetOperator
	// RemoveRoom removes Room and its history.
	RemoveRoom
	// MakeToken gives Account a token, or To if the operator asks: Hash is that of its secret, Text a note, Until when it ends. ErrTooMany
	// (Limits.Tokens), ErrGuest.
	MakeToken
	// RevokeToken takes the Token of Account, or of To, back. The sessions that it has begun end. ErrNothing.
	RevokeToken
	// SetAway notes what Account says about being away: Text (May), or that it is back. It is forgotten when the account has no session left.
	SetAway
	// EndSession ends the session After of Account, on whichever node it is. There may be none.
	EndSession
	// Tidy removes the sanctions and tokens that have ended, keys of messages that are older than OnceTime, rooms without members whose
	// messages have expired, and guests who were left over, without a session on any node.
	Tidy
	// Register makes an ordinary account of the guest Account, with NewHash. Its rooms and sessions stay. ErrExists if it is no guest.
	Register
	// Forget removes Account as Remove does, if it is a guest. ErrExists if it is not one any more, ErrGone.
	Forget
)

// Ask is one thing that a batch asks for.
type Ask struct {
	Kind    AskKind
	Account ID     // whose ask it is
	To      string // the key of an account; of Say also of a room, with its '#'; of Ban also addresses as CIDR has them
	Text    []byte
	Hash    string
	NewHash string
	New     *Account
	After   int64    // only messages with a greater number
	Limit   int      // at most so many messages
	Token   string   // Enter: the hash of a token's secret, in place of Account and Hash
	Once    *Once    // Say; may be nil
	Begins  *Session // Enter, Create: the session that it begins; nil: nobody is told that the account is here

	Order *Order // of the kinds from Join on
}

// Order has what only the rarer asks need.
type Order struct {
	Room     string    // the key of a room; empty: the server
	Name     string    // of the room, as the asker has written it; Join: of a new room
	Look     string    // Join: of a new room; names that can be mistaken for each other have the same
	Role     Role      // SetRole
	Setting  Setting   // SetSetting
	Until    time.Time // Ban, Mute; zero: for ever. MakeToken
	Token    string    // RevokeToken: its ID
	May      bool      // Join, SetLockdown, SetOperator, SetAway
	Readings []Reading // Seen
	Rooms    []ID      // SetAway, Register: the account's, for the event
}

// Verdict is what has become of an ask.
type Verdict struct {
	Err      error        // nil: it is done
	Account  ID           // Create: the new account
	Rooms    []Membership // Enter, Create: those of the account
	Operator bool         // Enter: the account is one
	Made     bool         // Join: there was no such room before
	Room     *RoomInfo    // Join
	Sanction *Sanction    // of ErrBanned and ErrMuted
	Entered  *Account     // Enter with a Token: the account, without its Hash
	Repeat   *Said        // Say: not kept again, since the account has said this before under the same key
	Name     string       // Block, Unblock: of To, as its owner writes it; MakeToken, RevokeToken: of the account that the token belongs to
	Page     Page         // Enter, Feed; of Tidy only More
	Reach    Reach        // Say, to an account: what it finds on other nodes
	Session  int64        // Enter, Create: the ID of what Begins
	Away     *string      // Enter: what the account says about being away; nil: it is not
	Since    int64        // Enter, Create: the session sees events with greater numbers, also those of others in the same batch
}

// Page is a part of an inbox as it is at the place of its ask in the order: it holds messages of earlier asks of the batch, none of later ones.
type Page struct {
	Messages []Event      // oldest first: Number, At, From (if it is known), FromName, Text
	More     bool         // there are messages behind the last of these. Tidy: it should be asked for again, as there was too much for one commit
	Waiting  int          // Enter: how many messages the inbox holds, these included
	Expired  int          // Enter: how many expired unread since it was last told; told once
	Invites  []Invitation // Enter: those that were not told yet, by number
}
