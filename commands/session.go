package commands

import (
	"net/netip"
	"sync/atomic"

	"parley/commands/ratelimit"
	"parley/protocol"
)

// Session is one connection's part in the chat. It belongs to whoever works on the connection's current request: the
// shard's loop, or the goroutine that the command runs on while the connection is not read. The exceptions are marked.
type Session struct {
	Connection Connection      // fixed
	Shard      int             // the place of its shard among those of the chat; fixed
	Remote     netip.Addr      // where it comes from; fixed
	Trusted    bool            // no limit counts it by its address; fixed
	Telnet     bool            // the client can be asked to hide what is typed
	Format     protocol.Format // how its lines are read, and how it is written to by whom it belongs to; see outgoing

	// What is small stands together, since there may be many idle sessions.
	guest   bool // its account is a guest's, while it has one
	limited bool // it has tried to say more

	account  *account         // nil before login
	id       int64            // on all nodes; this, since and token are guarded by presence.mu
	since    int64            // when it has logged in, in Unix seconds
	token    string           // the id of the token that it has logged in with; empty: it was the password
	from     int64            // it has had everything after this number; fixed while it has an account
	entering *entering        // the login that the store is asked for
	verified *verified        // whom it may enter as; dropped by a login and a logout
	prompt   *prompt          // what the next line is an answer to
	reason   string           // why its client has ended it
	place    *place           // where plain lines go; nil: the lobby
	joining  int32            // how many members of the room that it joins were online, as the store knew a moment ago; 0: it was not asked
	era      int32            // in which it has logged in; guarded by committer.mu
	rate     ratelimit.Bucket // what it may still say
	changes  ratelimit.Bucket // what it may still change
	failure  *protocol.Error  // see Failure

	name    string       // of the account that it was last logged in to; the committer's
	feeding *feeding     // what is still to come of what has waited for it, nil when it has had that; the committer's
	active  atomic.Int64 // when it last sent a line, in Unix seconds; read by anyone
	// outgoing is the format in which the committer writes to it, and behind its 8 bits the capabilities of an IRC client. Format follows when all
	// that was written before has been shown.
	outgoing atomic.Uint32
	telnet   atomic.Bool // Telnet, as it was at the last line; read by anyone
}

// written is the format in which the committer writes to it.
func (s *Session) written() protocol.Format { return protocol.Format(uint8(s.outgoing.Load())) }

// caps are the capabilities of its client, none if it does not speak IRC. It may be called from any goroutine.
func (s *Session) caps() protocol.IRCCaps { return protocol.IRCCaps(s.outgoing.Load() >> 8) }

// LoggedIn reports whether the session has an account.
func (s *Session) LoggedIn() bool { return s.account != nil }

// Asking reports whether the next line is the answer to a question, to be hidden where that is possible.
func (s *Session) Asking() bool { return s.prompt != nil }

// Name returns the name of the session's account, empty before login.
func (s *Session) Name() string {
	if s.account == nil {
		return ""
	}
	return s.account.name
}
