package commands

import (
	"parley/protocol"
	"parley/storage"
)

// Shard is an event loop with its connections, as the chat sees it.
type Shard interface {
	// Deliver takes a delivery and wakes the loop, which then calls Apply. It may be called from any goroutine and does not block. The
	// delivery is empty when Deliver returns, and may be used again.
	Deliver(d *Delivery)
	// Leave is Deliver for a caller on the loop itself, who applies it next: it is not woken.
	Leave(d *Delivery)
}

// Connection is the connection of a session as the chat sees it. All methods except Page and SettleAcks must be called on its loop. It does
// no harm to call them when the connection has ended.
type Connection interface {
	// Hear appends what was said in the session's rooms before event number at of a delivery, unless it was appended before.
	Hear(d *Delivery, at int32)
	// SkipOwn leaves out event number at, which the session has caused: the session gets an answer in its place.
	SkipOwn(d *Delivery, at int32)

	// OwnWords returns event number at, as it was written in this session's format. The session has caused it, and is shown it in the answer.
	OwnWords(d *Delivery, at int32) []byte

	// Answer ends one request whose Outcome was Asked.
	Answer(lines []byte)
	// Show shows a part of the answer to a request whose Outcome was Working. Finish shows its end, and then the next request may be done. Finish
	// may be called again.
	Show(lines []byte)
	Finish(lines []byte)
	// Conclude is Finish at the answer's own place in the order: what has happened until now comes in front of it. For an answer without rows.
	Conclude(lines []byte)
	// WhenHad has f called on the loop when all that was sent so far has reached the client. It is not called if the connection ends before.
	WhenHad(f func())
	// Enter says who has logged in, and which rooms the session hears from event number at of the delivery on.
	Enter(account storage.ID, rooms []storage.ID, d *Delivery, at int32)
	// HearRoom adds a room to these, if the session is still that account's, and PartRoom takes one away.
	HearRoom(account, room storage.ID, name string, d *Delivery, at int32)
	PartRoom(account, room storage.ID, d *Delivery)
	// Leave undoes Enter, after a last look at what has reached the client. It returns the number up to which every event in the
	// session's rooms has.
	Leave() (heard int64)
	// Waiting shows a private message from the inbox, as a part of the answer to the login. Chat.Ack must be called when it has reached the
	// client.
	Waiting(lines []byte, number int64)
	// WaitingInvited shows an invitation, likewise. Chat.AckInvite must be called when it has reached the client.
	WaitingInvited(lines []byte, number int64)
	// Feed has Chat.Feed called when little is left to be sent.
	Feed(after int64)

	// Event shows a line that the session did not ask for, if it is still that account's.
	Event(account storage.ID, lines []byte)
	// Private shows a private message in the same way. Chat.Ack must be called when it has reached the client.
	Private(account storage.ID, lines []byte, number int64)
	// Invited shows an invitation. Chat.AckInvite must be called when it has reached the client.
	Invited(account storage.ID, lines []byte, number int64)
	// End sends the last line and ends the connection, if it is still that account's.
	End(account storage.ID, line *protocol.Line)

	// Page shows a part of the answer that is being worked on. It returns when little of it is left to be sent; false means
	// that the connection has ended. It blocks, and is called from the goroutine that works on the command.
	Page(part []byte) bool
	// SettleAcks checks which private messages have reached the client, and returns when Chat.Ack was called for these. It blocks, and is
	// called from another session's goroutine.
	SettleAcks()
}
