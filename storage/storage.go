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
	// ErrUnavailable means that the store did not do it, or can't know whether it did. In the second case it takes the change
	// back before it serves anything else. It may be asked again later.
	ErrUnavailable = errors.New("the store is not available")
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
)

// Account is somebody who may log in.
type Account struct {
	ID      ID
	Key     string // what names are compared by; no spaces, never begins with '#'
	Name    string // how the owner writes it; no spaces
	Hash    string // the password as a PHC string
	Created time.Time
}

// Room is a thread of many, of which accounts are members.
type Room struct {
	ID   ID
	Name string // with its '#', as it is shown
}

// LobbyName is the room that every store has, and every new account is in. It is its own key.
const LobbyName = "#lobby"

// Store keeps accounts, rooms and what has happened. Its methods may be called from any goroutine, Commit from one at a time.
// Each returns by the deadline of its context, with ErrUnavailable if it could not do its work by then.
type Store interface {
	// Commit does what the batch asks for and fills in its verdicts and its events. An error is ErrUnavailable and concerns the whole
	// batch: none of its asks is done, now or later, and the events of others come with a later Commit. If something may have been
	// done all the same, it is taken back before anything else is read from the store; only if this program crashes in between can it
	// stay there. Acks and feeds may be asked for again after an error: it does no harm to ask twice. The caller may use the batch
	// again when Commit has returned. Without an error single asks may still have the verdict ErrUnavailable,
	// and what is left in Acks is not done. An empty batch returns the events of other processes.
	Commit(ctx context.Context, b *Batch) error

	// Account returns the account of that key, or ErrNoAccount.
	Account(ctx context.Context, key string) (Account, error)
	// Accounts lists all accounts by key.
	Accounts(ctx context.Context) ([]Account, error)
	// History returns up to limit messages of a thread with numbers below before (0: the newest), oldest first, and whether
	// there are older ones. Of each event it sets Number, At, FromName and Text.
	History(ctx context.Context, t Thread, before int64, limit int) (messages []Event, more bool, err error)

	// Close ends the use of the store and lets another server have it at once. No other method may run or follow.
	Close() error
}

// Limits bound what a store keeps.
type Limits struct {
	Inbox        int           // unacknowledged messages in one inbox; more are refused
	Keep         time.Duration // older messages expire, unacknowledged ones too
	Room         int           // messages of a room's history at least kept
	Conversation int           // messages of a conversation's history at least kept
}
