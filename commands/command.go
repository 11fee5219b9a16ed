package commands

import (
	"parley/protocol"
	"parley/storage"
)

// Role says who may give a command.
type Role uint8

// Who there is.
const (
	Anyone Role = iota
	Member      // who has logged in
	Guest       // who has not
)

// Command is one slash command. All of them stand in list, each is explained and run in a file of its own.
type Command struct {
	protocol.Form
	Help string // one sentence
	Role Role   // checked before Run, as are the words that must be there
	// Slow means that Run may wait: it runs on a goroutine, and the session's next line is not looked at before the answer. Otherwise it runs on
	// the loop.
	Slow bool
	// Pipelined means that Run asks the store for something, and that the session's next lines are looked at meanwhile. The answers come in order.
	Pipelined bool
	// Run answers by Response.Done, or by Response.Ask if the store must keep something first; without either the answer is a bare Done. An
	// error is told instead.
	Run func(r *Response) error
	// Kept answers when the store has done what Run asked for, or not: see the verdict. On the committer's goroutine; it must not wait.
	Kept func(r *Response, k *Kept) error
}

// Kept is what has become of an ask.
type Kept struct {
	Ask     *storage.Ask
	To      []byte // whom the client has named, as it is written
	Verdict *storage.Verdict
	Event   *storage.Event // what it has caused; nil for nothing
	Sent    int            // to how many sessions of the recipient that went
}

// list is every command, in the order in which /help shows them.
func list() []*Command {
	return []*Command{
		register, login, logout, passwd,
		who, msg, all, history,
		ping, help, quit,
	}
}
