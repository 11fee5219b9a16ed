// Package storage knows where things are kept and nothing else.
//
// Its interface speaks of accounts, rooms, threads, events and inboxes. There are two stores, SQLite (one file) and Redis
// (hashes and lists), and both must pass the same tests. Open chooses between them by a URL.
//
// Every change goes through Commit. What goes in is what this process asks for; what comes out is everything that has happened
// since the last Commit, in the one order, whoever asked for it.
package storage

import (
	"context"
	"errors"
	"time"
)

// The errors that the chat distinguishes. The store logs every other error itself and returns ErrUnavailable for it.
var (
	// ErrUnavailable means that the store did not do it, and never will. It may be asked again later.
	ErrUnavailable = errors.New("the store is not available")
	// ErrUnsure means that the store did not say whether it has done it. If it has, the events come with a later Commit, caused by nobody (Ask -1).
	// Only Redis answers so.
	ErrUnsure = errors.New("the store did not say whether it has it")
	// ErrBuried means that this node was silent for so long that the others have given it up, or that Load has replaced all that the store keeps.
	// Nothing of the batch is done. The node has missed events, so the sessions that it has must end. With the next Commit it is a new node.
	ErrBuried = errors.New("the other nodes have given this one up, or the store was replaced")
	// ErrNoAccount means that there is no account of that key.
	ErrNoAccount = errors.New("no such account")
	// ErrNoRoom means that there is no room of that name.
	ErrNoRoom = errors.New("no such room")
	// ErrGone means that the account that asks has been removed.
	ErrGone = errors.New("the account was removed")
	// ErrExists means that the key of a new account is taken.
	ErrExists = errors.New("the account exists")
	// ErrChanged means that the password was changed by somebody else in the meantime.
	ErrChanged = errors.New("the password was changed")
	// ErrInboxFull means that the recipient has as many unacknowledged messages as an inbox holds.
	ErrInboxFull = errors.New("the inbox is full")
	// ErrNotMember means that the account that asks is not in the room.
	ErrNotMember = errors.New("not in the room")
	// ErrAbsent means that the account that the ask is about is not in the room.
	ErrAbsent = errors.New("they are not in the room")
	// ErrMember means that the account is in the room already.
	ErrMember = errors.New("already in the room")
	// ErrForbidden means that the account that asks may not do this.
	ErrForbidden = errors.New("not allowed")
	// ErrRoomTaken means that a room's name can be mistaken for that of another room.
	ErrRoomTaken = errors.New("a room has a name that looks the same")
	// ErrInviteOnly means that a private room may be joined only by those who are invited.
	ErrInviteOnly = errors.New("only by invitation")
	// ErrBanned means that the account is banned from the room or from the server. Verdict.Sanction has the ban.
	ErrBanned = errors.New("banned")
	// ErrMuted means that the account may not speak. Verdict.Sanction says until when and why.
	ErrMuted = errors.New("muted")
	// ErrQuiet means that only members with a role speak in the room.
	ErrQuiet = errors.New("the room is quiet")
	// ErrTooMany means that the limit is reached that belongs to the ask: see Limits.
	ErrTooMany = errors.New("too many")
	// ErrRoomFull means that the room has as many members as it may have.
	ErrRoomFull = errors.New("the room is full")
	// ErrBlocked means that the recipient wants nothing from the account that asks.
	ErrBlocked = errors.New("not accepted")
	// ErrNoToken means that the account has no such token, or that it has ended; or that there is no such account.
	ErrNoToken = errors.New("no such token")
	// ErrOnceMismatch means that the key of a message was used for another one.
	ErrOnceMismatch = errors.New("the key was used for another message")
	// ErrGuest means that guests may not do this, or that it can't be done to a guest.
	ErrGuest = errors.New("guests may not")
	// ErrNothing means that there is nothing to take back: no such ban, no such block.
	ErrNothing = errors.New("nothing to take back")
)

// Account is somebody who may log in, or a guest.
type Account struct {
	ID      ID
	Key     string // what names are compared by; no spaces, never begins with '#'
	Name    string // how the owner writes it; no spaces
	Hash    string // the password as a PHC string
	Created time.Time

	Operator bool // moderates the server
	Guest    bool // goes with its session, and can't be logged in to: it has no Hash
}

// Store keeps accounts, rooms and what has happened. Its methods may be called from any goroutine, Commit from one at a time.
// Each returns by the deadline of its context, with ErrUnavailable if it could not do its work by then.
type Store interface {
	// Commit does what the batch asks for and fills in its verdicts and its events. An error concerns the whole batch: ErrUnavailable or
	// ErrBuried, and then none of its asks is done, now or later; or ErrUnsure. Events of others come with a later Commit then. Acks, feeds and
	// what Present says may be told again after an error: it does no harm to tell it twice. The caller may use the batch again when Commit has
	// returned. Without an error single asks may still have the verdicts ErrUnavailable and ErrUnsure, and what is left in Acks is not done. An
	// empty batch returns the events of others.
	Commit(ctx context.Context, b *Batch) error
	// CommitNow is Commit for a caller that may hardly wait, an event loop: on the caller's own goroutine, and only if nothing is known that it would
	// have to wait for. Done means that it is done, as after a Commit without an error. Otherwise Commit must follow with the same batch, before any
	// other: the batch may have been begun, and Commit finishes it. Like Commit, it is called by one goroutine at a time.
	CommitNow(b *Batch) (done bool)
	// Rung has something when another node has done something that an empty batch would return. Not every event rings: who waits for
	// it must also ask from time to time. It is nil if there never are other nodes.
	Rung() <-chan struct{}

	// Alone reports whether no other node serves the store, as the last Commit found it. Then all sessions are here.
	Alone() bool
	// Status says how the store does. It costs nothing.
	Status() Status
	// Elsewhere returns who is logged in on other nodes: of these accounts, or with nil of all. An account comes once for each node where it is.
	Elsewhere(ctx context.Context, accounts []ID) ([]Present, error)
	// Here counts the members of rooms that are logged in anywhere. It may be asked only of a store that has other nodes.
	Here(ctx context.Context, rooms []ID) ([]int, error)
	// Nodes lists the processes that serve the store, the oldest first; none if there never are others.
	Nodes(ctx context.Context) ([]Node, error)
	// Take takes one from what all nodes together may do of something: burst at once, and then one in each time. It returns how long to wait until
	// that is possible; 0: it was taken. It may be asked only of a store that has other nodes.
	Take(ctx context.Context, what string, burst int, each time.Duration) (wait time.Duration, err error)

	// Account returns the account of that key, or ErrNoAccount.
	Account(ctx context.Context, key string) (Account, error)
	// Accounts lists all accounts by key, guests too.
	Accounts(ctx context.Context) ([]Account, error)
	// Guests lists the accounts that are guests, on whichever node they are, in no order.
	Guests(ctx context.Context) ([]ID, error)
	// History returns messages of a thread, oldest first, and whether the range holds more. Of each event it sets Number, At, FromName
	// and Text.
	History(ctx context.Context, t Thread, r Range) (messages []Event, more bool, err error)
	// Position returns the number of the newest message of a thread's history that was said before a time, or 0 if none was. Times count to the
	// millisecond. So before at are the messages up to Position(at), and after it those above Position(at plus a millisecond). If a clock went
	// back, messages from before and after at may alternate; then it is one of those from before at that are followed by one from after it.
	Position(ctx context.Context, t Thread, at time.Time) (number int64, err error)
	// Threads returns where the newest message that the account may read was said after the one time and before the other, both exclusive and to
	// the millisecond: of its rooms, and of its conversations with accounts that there are. They come in the order of these messages' times, the
	// oldest first: limit of them at most.
	Threads(ctx context.Context, account ID, after, before time.Time, limit int) ([]Latest, error)
	// Since returns messages and invitations that the account may read, with numbers above after, in the one order: limit of them at most. Upto
	// says up to which number these are all; more, that others follow. It sets all fields of an Event but Ask.
	Since(ctx context.Context, account ID, after int64, limit int) (events []Event, upto int64, more bool, err error)

	// Rooms lists the rooms of an account by key. It sets neither Read nor Unread.
	Rooms(ctx context.Context, account ID) ([]Membership, error)
	// Membership returns an account's part in the room of a key, or ErrNoRoom, ErrNotMember. It sets neither Members, Read nor Unread.
	Membership(ctx context.Context, account ID, key string) (Membership, error)
	// PublicRooms lists all rooms that are not private by key.
	PublicRooms(ctx context.Context) ([]RoomInfo, error)
	// AllRooms lists all rooms by key.
	AllRooms(ctx context.Context) ([]RoomInfo, error)
	// Room returns the room of a key, or ErrNoRoom.
	Room(ctx context.Context, key string) (RoomInfo, error)
	// Members lists the members of a room by key.
	Members(ctx context.Context, room ID) ([]Member, error)
	// Sanctions lists what holds in a room, or with the room 0 on the server, by target.
	Sanctions(ctx context.Context, room ID) ([]Sanction, error)
	// Tokens lists the tokens of an account that have not ended, the oldest first.
	Tokens(ctx context.Context, account ID) ([]Token, error)
	// Blocked lists the names of those whom an account has blocked.
	Blocked(ctx context.Context, account ID) ([]string, error)
	// Lockdown reports whether new accounts are forbidden.
	Lockdown(ctx context.Context) (bool, error)

	// RemoveMessages removes what an account has said, from the histories and the inboxes of all, and returns how many messages these were; Redis counts
	// one in an inbox once more. It does so in steps, so that servers go on. After an error it may be asked for again. What the account says meanwhile may
	// stay, so it should be muted. Nobody is told: who has seen a message has seen it.
	RemoveMessages(ctx context.Context, account ID) (count int, err error)

	// SetLimits puts other limits in the place of those that it was opened with. A Commit that is under way may end with either.
	SetLimits(limits Limits)

	// Close ends the use of the store and lets another server have it at once. No other method may run or follow.
	Close() error
}

// Status is how a store does, as this process has seen it.
type Status struct {
	Failing error // why it failed, until it is known to write again; nil: it works
	Errors  int64 // how often it has failed
	Nodes   int   // processes that serve it, as the last Commit found it
	Behind  int   // entries on this node's feed that the last Commit found; it reads 500 at most
}

// Limits bound what a store keeps.
type Limits struct {
	Inbox        int           // unacknowledged messages in one inbox; more are refused
	Keep         time.Duration // older messages expire, unacknowledged ones too
	Room         int           // messages of a room's history at least kept
	Conversation int           // messages of a conversation's history at least kept

	Rooms   int // rooms of an account
	Members int // members of a room
	Bans    int // bans and mutes of a room
	Blocks  int // blocks of an account
	Invites int // invitations that may wait for an account
	Tokens  int // tokens of an account
	Onces   int // keys of messages that an account has used within OnceTime

	Guests int // guests, on all nodes
}

// history is how many messages of a thread are shown.
func (l *Limits) history(t Thread) int {
	if t.IsRoom() {
		return l.Room
	}
	return l.Conversation
}

// Range is a part of a history: its last messages between the two numbers, or with Forward its first ones.
type Range struct {
	After   int64 // only numbers above
	Before  int64 // only numbers below; 0: no limit
	Limit   int
	Forward bool // the first messages after After, and not the last before Before
}
