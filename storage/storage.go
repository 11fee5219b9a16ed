// Package storage knows where things are kept and nothing else.
//
// It is said in the chat's words: accounts, messages, inboxes, history. There are two stores, SQLite (one file) and
// Redis (hashes and lists), and one suite of tests that both must pass. Open chooses between them by a URL.
//
// What makes a store fit for this chat is the contract of Commit: what it could not confirm within its deadline is
// gone, as if it had never been asked.
package storage

import (
	"context"
	"errors"
	"time"
)

// The errors that the chat tells apart. Every other error of a store is ours: it is logged, and told as ErrUnavailable.
var (
	// ErrUnavailable means that the store did not do it, or that it can't be known whether it did. In the second case
	// the store takes it back before it serves anything else. It may be asked again later.
	ErrUnavailable = errors.New("the store is not available")
	// ErrNoAccount means that there is no account of that key.
	ErrNoAccount = errors.New("no such account")
	// ErrExists means that the key of a new account is taken.
	ErrExists = errors.New("the account exists")
	// ErrChanged means that the password was changed by somebody else in the meantime.
	ErrChanged = errors.New("the account was changed")
	// ErrInboxFull means that the recipient has as many unproven messages as an inbox holds.
	ErrInboxFull = errors.New("the inbox is full")
)

// Account is somebody who may log in.
type Account struct {
	Key     string // what names are compared by; no spaces
	Name    string // how the owner writes it; no spaces
	Hash    string // the password as a PHC string
	Created time.Time
}

// Message is one that was kept.
type Message struct {
	Number int64 // grows with every message of the store; never used twice
	At     time.Time
	From   string // the author's name, as it was written
	Text   []byte
}

// Post asks for a message to be kept. The store sets Number, ToName and Err.
type Post struct {
	From    string // the author's name
	FromKey string
	To      string // the recipient's key; empty for the lobby
	Text    []byte

	Number int64
	ToName string // the recipient's name, as its owner writes it
	Err    error  // nil, ErrNoAccount or ErrInboxFull
}

// Proof says that all the messages to an account up to a number have reached it: they leave its inbox.
type Proof struct {
	Key    string
	Number int64
}

// Page asks for a part of an inbox, oldest first. The store sets the rest.
type Page struct {
	Key   string
	After int64 // only messages with a greater number; 0 at login
	Limit int   // at most so many

	Messages []Message
	More     bool  // there are messages behind the last of these
	Waiting  int   // how many messages the inbox holds behind After, these included
	Expired  int   // how many expired unread since it was last told; told once
	Err      error // nil or ErrNoAccount
}

// Batch is what one commit does: first the proofs, then the posts in their order, then the pages. All happens at
// once: the pages see the posts, and nothing comes in between.
type Batch struct {
	At     time.Time // the time of the posts
	Proofs []Proof
	Posts  []Post
	Pages  []Page
}

// Store keeps accounts and messages. Its methods may be called from any goroutine, Commit from one at a time.
// Each returns by the deadline of its context, with ErrUnavailable when it could not do its work until then.
type Store interface {
	// CreateAccount keeps a new account, or returns ErrExists.
	CreateAccount(ctx context.Context, a Account) error
	// Account returns the account of that key, or ErrNoAccount.
	Account(ctx context.Context, key string) (Account, error)
	// SetPassword replaces the hash old by new. It returns ErrChanged where the stored hash is not old, ErrNoAccount
	// where the account is gone.
	SetPassword(ctx context.Context, key, old, new string) error
	// DeleteAccount removes an account and its inbox, or returns ErrNoAccount. What it said to others stays.
	DeleteAccount(ctx context.Context, key string) error
	// Accounts lists all accounts by key.
	Accounts(ctx context.Context) ([]Account, error)

	// Commit does what the batch asks for and fills in its answers. An error is ErrUnavailable and concerns the whole
	// batch: then no post of it is kept, now or later; what may have been kept all the same is removed before anything else
	// is read from the store, and only a crash of this program in between can leave it there. Proofs and pages that were
	// refused may be asked for again: they say the same twice. The caller may use the batch again when Commit has returned.
	Commit(ctx context.Context, b *Batch) error

	// Lobby returns up to limit messages of the lobby with numbers below before (0: the newest), oldest first, and
	// whether there are older ones.
	Lobby(ctx context.Context, before int64, limit int) (messages []Message, more bool, err error)
	// Conversation is Lobby for what two accounts said to each other. An account may talk to itself.
	Conversation(ctx context.Context, a, b string, before int64, limit int) (messages []Message, more bool, err error)

	// Close ends the use of the store and lets another server have it at once. No other method may run or follow.
	Close() error
}

// Limits bound what a store keeps.
type Limits struct {
	Inbox        int           // unproven messages in one inbox; more are refused
	Keep         time.Duration // older messages expire, unproven ones too
	Lobby        int           // messages of the lobby's history at least kept
	Conversation int           // messages of a conversation's history at least kept
}
