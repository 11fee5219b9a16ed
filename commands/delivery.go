package commands

import (
	"slices"

	"parley/internal/language"
	"parley/protocol"
	"parley/storage"
)

// Delivery is what one or more commits have for the sessions of one shard: items for single sessions, and what was said in rooms, which goes
// to every session there. To keep both in the one order, the events in rooms are counted, and an item says how many of them come before it.
type Delivery struct {
	items []item
	lines []byte // of the items
	rooms []RoomWords
	place map[storage.ID]int // of a room in rooms
	said  int32              // events in rooms
	last  int64              // the number of the last of these
}

// RoomWords is what was said in one room.
type RoomWords struct {
	Room    storage.ID
	At      []int32  // the place of each event among the events of all rooms
	streams []Stream // the events as they are written in each format that was used, which are few
}

// In returns the events as they are written in a format. They are the same in all languages.
func (w *RoomWords) In(f protocol.Format) *Stream {
	f = f.In(language.English)
	for i := range w.streams {
		if w.streams[i].format == f {
			return &w.streams[i]
		}
	}
	return &noWords
}

var noWords Stream

// stream is In, to append to.
func (w *RoomWords) stream(f protocol.Format) *Stream {
	if s := w.In(f); s != &noWords {
		return s
	}
	w.streams = append(w.streams, Stream{format: f.In(language.English)})
	return &w.streams[len(w.streams)-1]
}

// Stream is the bytes of events in one format, one after the other.
type Stream struct {
	format protocol.Format
	words  []byte
	ends   []int32 // of each event, but for the last ones if these were not written in this format
}

// From returns the words of the events from one to another, this one not included.
func (s *Stream) From(from, to int) []byte { return s.words[s.end(from):s.end(to)] }

// end returns where the words of so many events end.
func (s *Stream) end(events int) int32 {
	if events = min(events, len(s.ends)); events > 0 {
		return s.ends[events-1]
	}
	return 0
}

// kind says what an item is: which method of Connection it calls.
type kind uint8

const (
	answer   kind = iota
	own           // an answer in place of the next event in a room, which the session itself has caused
	ownShown      // an answer behind that event
	show
	finish
	conclude    // finish, at the answer's place in the order
	concludeOwn // own, likewise
	concludeOwnShown
	enter
	hear // a room from now on
	part // a room no longer
	waiting
	feed
	event
	private
	invited        // an invitation
	waitingInvited // the same, after the waiting messages
	end
	reformat // the session is written to in another format from now on: number
	call     // a function that another goroutine wants to be run on the loop
)

// item is for one session.
type item struct {
	session    *Session
	kind       kind
	account    storage.ID // whom it is for, since somebody else may use the session by now
	number     int64      // of a message that must be acknowledged
	at         int32      // how many events in rooms come before it
	start, end int32      // in the delivery's lines
	rooms      []storage.ID
	call       func()         // of a call; of a finish: see Connection.WhenHad
	closing    *protocol.Line // of an end
}

// Empty reports whether there is nothing in it.
func (d *Delivery) Empty() bool { return len(d.items) == 0 && d.said == 0 }

// Rooms is what was said, by room. It is valid until the delivery is Reset.
func (d *Delivery) Rooms() []RoomWords { return d.rooms }

// Said is how many events in rooms there are.
func (d *Delivery) Said() int32 { return d.said }

// Last is the number of the last event in a room, 0 if there is none.
func (d *Delivery) Last() int64 { return d.last }

// Place returns the place of a room in Rooms.
func (d *Delivery) Place(room storage.ID) (int, bool) {
	i, ok := d.place[room]
	return i, ok
}

// Call adds a function to run on the loop, after what is there so far.
func (d *Delivery) Call(f func()) {
	d.items = append(d.items, item{kind: call, at: d.said, call: f})
}

// add adds an item with its lines.
func (d *Delivery) add(k kind, s *Session, lines []byte) *item {
	start := len(d.lines)
	d.lines = append(d.lines, lines...)
	return d.close(k, s, start)
}

// close adds an item whose lines were appended since start.
func (d *Delivery) close(k kind, s *Session, start int) *item {
	d.items = append(d.items, item{session: s, kind: k, at: d.said, start: int32(start), end: int32(len(d.lines))})
	return &d.items[len(d.items)-1]
}

// Private adds a private message for a session of the account.
func (d *Delivery) Private(s *Session, account storage.ID, e *protocol.Event) {
	it := d.write(private, s, e)
	it.account, it.number = account, e.Number
}

// Event adds an event for a session of the account.
func (d *Delivery) Event(s *Session, account storage.ID, e *protocol.Event) {
	d.write(event, s, e).account = account
}

// write adds an item whose line is an event.
func (d *Delivery) write(k kind, s *Session, e *protocol.Event) *item {
	start := len(d.lines)
	d.lines = s.written().AppendEvent(d.lines, e)
	return d.close(k, s, start)
}

// End ends a session of the account with a last line.
func (d *Delivery) End(s *Session, account storage.ID, line *protocol.Line) {
	it := d.add(end, s, nil)
	it.account, it.closing = account, line
}

// Formats are those that some session is written to in, in their order, each as it is in English.
type Formats []protocol.Format

// irc are the variants of IRC among them.
func (used Formats) irc() Formats { return used[used.people():] }

// others are the rest.
func (used Formats) others() Formats { return used[:used.people()] }

func (used Formats) people() int {
	n := 0
	for n < len(used) && !used[n].IsIRC() {
		n++
	}
	return n
}

// Say adds a message in a room, written in these formats.
func (d *Delivery) Say(room storage.ID, e *protocol.Event, in Formats) {
	w := d.next(room, e.Number)
	for _, f := range in {
		s := w.stream(f)
		w.end(s, f.AppendEvent(s.words, e))
	}
}

// SayLine adds an event in a room that is no message, written in these formats. To sessions with others it does not exist. Its number is 0 if it is
// not one of those that everybody in the room is told.
func (d *Delivery) SayLine(room storage.ID, number int64, l *protocol.Line, in Formats) {
	w := d.next(room, number)
	for _, f := range in {
		s := w.stream(f)
		w.end(s, f.AppendLine(s.words, l))
	}
}

// next counts an event in a room, and returns the words that it is to be written to.
func (d *Delivery) next(room storage.ID, number int64) *RoomWords {
	w := d.words(room)
	w.At = append(w.At, d.said)
	d.said++
	d.last = max(d.last, number)
	return w
}

// end takes over the words in a format that the newest event was appended to. Earlier events may not have been written in that format, because
// no session used it then.
func (w *RoomWords) end(s *Stream, words []byte) {
	s.skip(len(w.At) - 1)
	s.words = words
	s.ends = append(s.ends, int32(len(words)))
}

// skip makes so many events known to the stream, which have no words where they are new.
func (s *Stream) skip(events int) {
	for len(s.ends) < events {
		s.ends = append(s.ends, int32(len(s.words)))
	}
}

// Notice adds a line for a session of the account.
func (d *Delivery) Notice(s *Session, account storage.ID, l *protocol.Line) *item {
	start := len(d.lines)
	to := *l
	to.To = s.name // a format may address each line
	d.lines = s.written().AppendLine(d.lines, &to)
	it := d.close(event, s, start)
	it.account = account
	return it
}

// words returns the words of a room, to append to.
func (d *Delivery) words(room storage.ID) *RoomWords {
	i, ok := d.place[room]
	if !ok {
		i = len(d.rooms)
		if d.place == nil {
			d.place = map[storage.ID]int{}
		}
		d.place[room] = i
		if i < cap(d.rooms) {
			d.rooms = d.rooms[:i+1] // its memory is used again
			d.rooms[i].Room = room
		} else {
			d.rooms = append(d.rooms, RoomWords{Room: room})
		}
	}
	return &d.rooms[i]
}

// Append adds the delivery o to the end of d, and copies everything.
func (d *Delivery) Append(o *Delivery) {
	lines := int32(len(d.lines))
	d.lines = append(d.lines, o.lines...)
	for _, it := range o.items {
		it.start += lines
		it.end += lines
		it.at += d.said
		d.items = append(d.items, it)
	}
	for i := range o.rooms {
		from, to := &o.rooms[i], d.words(o.rooms[i].Room)
		before := len(to.At)
		for _, at := range from.At {
			to.At = append(to.At, at+d.said)
		}
		for i := range from.streams {
			if s := &from.streams[i]; len(s.ends) > 0 {
				to.stream(s.format).append(s, before)
			}
		}
	}
	d.said += o.said
	d.last = max(d.last, o.last)
}

// append adds a stream behind so many events.
func (s *Stream) append(o *Stream, events int) {
	s.skip(events)
	before := int32(len(s.words))
	s.words = append(s.words, o.words...)
	for _, end := range o.ends {
		s.ends = append(s.ends, before+end)
	}
}

// Reset empties the delivery and keeps its memory, within reason.
func (d *Delivery) Reset() {
	const reasonable = 1 << 20 // bytes
	clear(d.items)
	d.items, d.lines = d.items[:0], d.lines[:0]
	if cap(d.lines) > reasonable {
		d.lines = nil
	}
	size := 0
	for i := range d.rooms {
		w := &d.rooms[i]
		w.At = w.At[:0]
		for j := range w.streams {
			s := &w.streams[j]
			size += cap(s.words)
			s.words, s.ends = s.words[:0], s.ends[:0]
		}
	}
	d.rooms = d.rooms[:0]
	if size > reasonable {
		d.rooms = nil
	}
	clear(d.place)
	d.said, d.last = 0, 0
}

// Apply does what is for single sessions, in order. It is called on the loop. Afterwards the shard must say what was said in rooms and was not
// heard yet.
func (d *Delivery) Apply() {
	for i := range d.items {
		it := &d.items[i]
		if it.kind == call {
			it.call()
			continue
		}
		c, lines := it.session.Connection, d.lines[it.start:it.end]
		c.Hear(d, it.at)
		switch it.kind {
		case answer:
			c.Answer(lines)
		case own:
			c.SkipOwn(d, it.at)
			c.Answer(lines)
		case ownShown:
			words := c.OwnWords(d, it.at)
			c.SkipOwn(d, it.at)
			c.Answer(slices.Concat(words, lines))
		case show:
			c.Show(lines)
		case finish:
			if c.Finish(lines); it.call != nil {
				c.WhenHad(it.call)
			}
		case conclude:
			c.Conclude(lines)
		case concludeOwn:
			c.SkipOwn(d, it.at)
			c.Conclude(lines)
		case concludeOwnShown:
			words := c.OwnWords(d, it.at)
			c.SkipOwn(d, it.at)
			c.Conclude(slices.Concat(words, lines))
		case enter:
			c.Enter(it.account, it.rooms, d, it.at)
		case hear:
			c.HearRoom(it.account, it.rooms[0], string(lines), d, it.at)
		case part:
			c.PartRoom(it.account, it.rooms[0], d)
		case waiting:
			c.Waiting(lines, it.number)
		case feed:
			c.Feed(it.number)
		case event:
			c.Event(it.account, lines)
		case private:
			c.Private(it.account, lines, it.number)
		case invited:
			c.Invited(it.account, lines, it.number)
		case waitingInvited:
			c.WaitingInvited(lines, it.number)
		case end:
			c.End(it.account, it.closing)
		case reformat:
			it.session.Format = protocol.Format(it.number)
		}
	}
}
