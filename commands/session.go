package commands

import (
	"net/netip"
	"sync/atomic"
	"time"

	"parley/commands/ratelimit"
)

// Session is one connection's part in the chat. It belongs to whoever works on the connection's current command: the
// shard's loop, or the goroutine that the command runs on while the connection is not read. The exceptions are marked.
type Session struct {
	Outlet  Outlet     // the shard; fixed
	Peer    Peer       // the connection; fixed
	Remote  netip.Addr // where it comes from; fixed
	Trusted bool       // no limit counts it by its address; fixed
	Telnet  bool       // the client can be asked to hide what is typed

	// Catching is true while messages from the inbox are still being fed. Only the loop changes it, but for the login, before
	// the session can get mail.
	Catching bool

	account *account         // nil before login
	asking  *prompt          // a question that the next line answers
	rate    ratelimit.Bucket // what it may still say
	limited bool             // it has tried to say more

	active atomic.Int64 // when it last sent a line, in Unix seconds; read by anyone
}

// LoggedIn reports whether the session has an account.
func (s *Session) LoggedIn() bool { return s.account != nil }

// Asking reports whether the next line is the answer to a question, to be hidden where that is possible.
func (s *Session) Asking() bool { return s.asking != nil }

// Name returns the name of the session's account, empty before login.
func (s *Session) Name() string {
	if s.account == nil {
		return ""
	}
	return s.account.name
}

// Key returns what names the session's account in the store, empty before login.
func (s *Session) Key() string {
	if s.account == nil {
		return ""
	}
	return s.account.key
}

func (s *Session) touch(now time.Time) { s.active.Store(now.Unix()) }

// send puts one piece of work for the session into its shard's mail.
func (s *Session) send(f func()) {
	var m Mail
	m.Do(s, f)
	s.Outlet.Deliver(&m)
}
