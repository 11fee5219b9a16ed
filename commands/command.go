package commands

import (
	"slices"

	"parley/internal/language"
	"parley/protocol"
	"parley/storage"
)

// Role says who may give a command.
type Role uint8

// The roles.
const (
	Anyone   Role = iota
	Member        // who has logged in
	Newcomer      // who has not
	Nameless      // who has not, or is a guest
)

// Command is one slash command. Each has a file of its own, and all are in list.
type Command struct {
	protocol.Form
	Help  language.Format // one sentence
	Group string          // where /help shows it; empty: among the first ones
	Role  Role            // checked before Run, as are the parameters
	// Slow means that Run may wait: it runs on a goroutine, and the session's next line is not looked at before the answer. Otherwise it runs on
	// the loop.
	Slow bool
	// Pipelined means that the session's next lines are looked at while the store is asked for something. The answers come in order.
	Pipelined bool
	// Hidden means that no client can name it, and that /help does not know it: requests for it are made for IRC clients. See Chat.AnyForm.
	Hidden bool
	// Operators means that only they may give it.
	Operators bool
	// Owner means that a session which was logged in by a token may not give it: it could lock the account's owner out.
	Owner bool
	// Account means that a guest may not give it.
	Account bool
	// Run answers by Response.Done, or by Response.Ask if the store must keep something first; without either the answer is a bare Done. An
	// error is told instead.
	Run func(r *Response) error
	// Kept answers when the store has done or refused what Run asked for: see the verdict. It runs where it is committed, by the committer or on
	// a loop, and must not wait.
	Kept func(r *Response, k *Kept) error
}

// Kept is the result of an ask.
type Kept struct {
	Ask     *storage.Ask
	To      []byte // what Run has said besides: the recipient's name as the client has written it
	Verdict *storage.Verdict
	Event   *storage.Event // the event that it has caused, or nil
	Sent    int            // how many sessions of the recipient get the event
}

// The groups of commands.
const (
	roomGroup       = "rooms"
	moderationGroup = "moderation"
	oneselfGroup    = "oneself"
	botGroup        = "bots"
	operatorGroup   = "operators"
)

// list is every command, in the order in which /help shows them; behind them those that are hidden.
func list() []*Command {
	return []*Command{
		register, login, logout, passwd,
		who, msg, all, history,
		ping, help, lang, quit,

		join, leave, goTo, rooms, topic, invite, setting, role, since, threads,
		kick, ban, unban, mute, unmute, banned,
		block, unblock, blocked, away, back, watch, unwatch, whois, sessions, endSession, guest, motd,
		format, token, tokens, revoke,
		announce, lockdown, stats,

		verify, enterVerified, attach, caps, counts, profile, monitor, chathistory, targets,
	}
}

// visible are the commands that a client may name.
func visible(all []*Command) []*Command {
	return slices.DeleteFunc(slices.Clone(all), func(c *Command) bool { return c.Hidden })
}

// Forms returns the form of every command that a client may name, in the order in which /help shows them.
func Forms() (forms []*protocol.Form) {
	for _, c := range visible(list()) {
		forms = append(forms, &c.Form)
	}
	return forms
}
