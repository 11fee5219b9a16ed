package commands

// Kind says what an Item is.
type Kind uint8

const (
	// Answer ends one command of the session that was Posted.
	Answer Kind = iota
	// Own is the Answer to something that the session said in the room. It takes the place of the event there, the bytes of
	// the mail's Room from Skip to SkipEnd.
	Own
	// Event is a line that the account's session did not ask for.
	Event
	// Private is a private message, as it was said just now. It must be proven, see Chat.Prove. A session that is Catching up
	// leaves it out: it is in the inbox, and comes with one of the next pages.
	Private
	// Waited is a private message out of the inbox. It must be proven too.
	Waited
	// Do is a function to run on the shard's loop.
	Do
)

// Item is a piece of mail for one session.
type Item struct {
	Session       *Session
	Do            func()
	Number        int64  // of a message that must be proven
	Key           string // whom an Event, a Private or a Waited is for: the session may be somebody else's by now
	Start, End    int32  // the item's lines in the mail's Lines
	Skip, SkipEnd int32  // see Own
	Kind          Kind
}

// Mail is what one or more commits mean to the sessions of one shard: lines for some of them, in order, and what was
// said in the lobby, which goes to every session that has joined it.
type Mail struct {
	Items []Item
	Lines []byte
	Room  []byte
}

// Empty reports whether there is nothing in it.
func (m *Mail) Empty() bool { return len(m.Items) == 0 && len(m.Room) == 0 }

// Reset empties the mail and keeps its memory, within reason.
func (m *Mail) Reset() {
	const reasonable = 1 << 20
	clear(m.Items)
	m.Items, m.Lines, m.Room = m.Items[:0], m.Lines[:0], m.Room[:0]
	if cap(m.Lines) > reasonable {
		m.Lines = nil
	}
	if cap(m.Room) > reasonable {
		m.Room = nil
	}
}

// Append adds the mail o behind m. Nothing of o is referred to afterwards.
func (m *Mail) Append(o *Mail) {
	lines, room := int32(len(m.Lines)), int32(len(m.Room))
	m.Lines = append(m.Lines, o.Lines...)
	m.Room = append(m.Room, o.Room...)
	for _, it := range o.Items {
		it.Start += lines
		it.End += lines
		it.Skip += room
		it.SkipEnd += room
		m.Items = append(m.Items, it)
	}
}

// add closes an item whose lines were appended to m.Lines since start.
func (m *Mail) add(kind Kind, s *Session, start int, number int64) *Item {
	m.Items = append(m.Items, Item{Session: s, Kind: kind, Start: int32(start), End: int32(len(m.Lines)), Number: number})
	return &m.Items[len(m.Items)-1]
}

// Do adds a function to run on the loop, after what is in the mail for the session so far.
func (m *Mail) Do(s *Session, f func()) {
	m.add(Do, s, len(m.Lines), 0).Do = f
}

// Outlet is a shard as the chat sees it.
type Outlet interface {
	// Deliver takes the mail and wakes the shard. It may be called from any goroutine and does not block. The mail is the
	// outlet's while the call lasts, and comes back empty.
	Deliver(m *Mail)
}

// Peer is the connection of a session as the chat sees it. All methods but Page belong on the shard's loop, where the
// functions of mail run. They do nothing harmful when the connection has ended.
type Peer interface {
	// Page shows a part of the answer that is being worked on. It returns when little of it is left to be sent; false means
	// that the connection has ended. It blocks, and is called from the goroutine that works on the command.
	Page(part []byte) bool
	// Show shows a part of the answer that is being worked on.
	Show(part []byte)
	// Drained runs next once little is left to be sent, or with false when the connection has ended.
	Drained(next func(alive bool))
	// Finish shows the end of the answer that was being worked on, and lets the next line be read. It may come again.
	Finish(rest []byte)
	// Join lets the session have what is said in the lobby, Leave ends that, and looks once more which private messages
	// have reached the client.
	Join()
	Leave()
	// Prove looks which private messages have reached the client by now.
	Prove()
	// Close says the line as the last one and ends the connection.
	Close(line []byte)
}
