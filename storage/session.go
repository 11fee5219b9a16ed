package storage

import "time"

// Session is where an account is logged in.
type Session struct {
	ID     int64     // set by the store; never used again
	From   string    // where it comes from; no blanks
	Client string    // no blanks
	Token  string    // the ID of the token that it has begun with; empty: it was the password
	Since  time.Time // to the second
}

// Present is an account that is logged in on a node.
type Present struct {
	Account  ID
	Name     string
	Active   time.Time // when one of its sessions there last sent a line, to the second
	Sessions []Session
	Away     *string // of Elsewhere: what it says about being away; nil: it is not
	Reason   string  // of a Batch, without sessions: why the last one has ended
}

// Reach is what a private message finds on other nodes.
type Reach struct {
	Sessions int
	Away     *string // what the recipient says about being away; nil: it is not, or it has no session there
}

// Self is how a node calls itself.
type Self struct {
	Address string // where people find it; no blanks
	Version string // of the program; no blanks
}

// Node is a process that serves a store.
type Node struct {
	Self
	ID       string
	Format   int // of the store, which it speaks
	Started  time.Time
	Accounts int           // that are logged in there
	Sessions int           // as it last said
	Silent   time.Duration // since it last said something; to a tenth of a second
	This     bool          // it is this process
}
