package commands

import "parley/storage"

// Shard is an event loop with its connections, as the chat sees it.
type Shard interface {
	// Deliver takes a delivery and wakes the loop, which then Applies it. It may be called from any goroutine and does not block. The delivery
	// is the shard's while the call lasts, and comes back empty.
	Deliver(d *Delivery)
}

// Connection is the connection of a session as the chat sees it. The methods belong on its loop, but for Page and SettleAcks. They do nothing
// harmful when the connection has ended.
type Connection interface {
	// Hear appends what was said in the session's rooms in front of event number at of a delivery, as far as it was not appended yet.
	Hear(d *Delivery, at int32)
	// SkipOwn leaves out event number at, which the session has caused: it gets an answer in its place.
	SkipOwn(d *Delivery, at int32)

	// Answer ends one request that was Asked.
	Answer(lines []byte)
	// Show shows a part of the answer to a request that is Working, Finish its end: then the next request may be done. Finish may come again.
	Show(lines []byte)
	Finish(lines []byte)
	// Enter tells who has logged in, and in which rooms the session is from now on: after event number at of the delivery.
	Enter(account storage.ID, rooms []storage.Room, d *Delivery, at int32)
	// Leave undoes Enter, after a last look at which private messages have reached the client.
	Leave()
	// Waiting shows a private message out of the inbox, as a part of the answer to the login. Chat.Ack must be called when it has reached the client.
	Waiting(lines []byte, number int64)
	// Feed has Chat.Feed called when little is left to be sent.
	Feed(after int64)

	// Event shows a line that the session did not ask for, if it is still that account's.
	Event(account storage.ID, lines []byte)
	// Private shows a private message in the same way. Chat.Ack must be called when it has reached the client.
	Private(account storage.ID, lines []byte, number int64)
	// End says the line as the last one and ends the connection, if it is still that account's.
	End(account storage.ID, line []byte)

	// Page shows a part of the answer that is being worked on. It returns when little of it is left to be sent; false means
	// that the connection has ended. It blocks, and is called from the goroutine that works on the command.
	Page(part []byte) bool
	// SettleAcks looks which private messages have reached the client, and returns when Chat.Ack was called for these. It blocks, and is called from
	// another session's goroutine.
	SettleAcks()
}
