package server

import (
	"slices"

	"parley/commands"
	"parley/protocol"
	"parley/storage"
)

// audience is the connections of a shard that hear a room.
type audience struct{ members []*conn }

// seat is a connection's place in an audience.
type seat struct {
	room  storage.ID
	place int // among the members
}

// hearing is the rooms that a connection hears, and what it still has to hear of the current delivery.
type hearing struct {
	seats []seat
	due   []due // the rooms of the delivery that it hears
}

// due is how far a connection has heard one room's words in the current delivery.
type due struct {
	words int // the room's place in the delivery
	next  int // the first event there that it has not heard
}

// join makes a connection hear a room.
func (s *shard) join(c *conn, room storage.ID) {
	a := s.audiences[room]
	if a == nil {
		a = &audience{}
		s.audiences[room] = a
	}
	c.hearing.seats = append(c.hearing.seats, seat{room, len(a.members)})
	a.members = append(a.members, c)
}

// hearRoom makes a connection hear a room from event number at of a delivery on.
func (c *conn) hearRoom(room storage.ID, d *commands.Delivery, at int32) {
	c.shard.join(c, room)
	place, ok := d.Place(room)
	if !ok {
		return
	}
	heard, _ := slices.BinarySearch(d.Rooms()[place].At, at)
	if len(c.hearing.due) == 0 {
		c.shard.hearers = append(c.shard.hearers, c)
	}
	c.hearing.due = append(c.hearing.due, due{place, heard})
}

// hears reports whether a connection hears a room.
func (c *conn) hears(room storage.ID) bool {
	return slices.ContainsFunc(c.hearing.seats, func(one seat) bool { return one.room == room })
}

// leaveRoom ends that a connection hears a room, in the midst of a delivery.
func (s *shard) leaveRoom(c *conn, room storage.ID, d *commands.Delivery) {
	h := &c.hearing
	i := slices.IndexFunc(h.seats, func(one seat) bool { return one.room == room })
	if i < 0 {
		return
	}
	s.vacate(h.seats[i])
	h.seats = slices.Delete(h.seats, i, i+1)
	if place, ok := d.Place(room); ok {
		// It stays among the hearers, even if nothing is left to hear.
		h.due = slices.DeleteFunc(h.due, func(one due) bool { return one.words == place })
	}
}

// leaveRooms ends what a connection hears. It may be called again.
func (s *shard) leaveRooms(c *conn) {
	for _, seat := range c.hearing.seats {
		s.vacate(seat)
	}
	c.hearing.seats, c.hearing.due = nil, nil
}

// vacate takes a seat away from its connection. The last member of the audience moves there.
func (s *shard) vacate(one seat) {
	a := s.audiences[one.room]
	last := len(a.members) - 1
	moved := a.members[last]
	a.members[one.place] = moved
	moved.hearing.move(one.room, one.place)
	a.members[last] = nil
	a.members = a.members[:last]
	if last == 0 {
		delete(s.audiences, one.room)
	}
}

func (h *hearing) move(room storage.ID, place int) {
	for i := range h.seats {
		if h.seats[i].room == room {
			h.seats[i].place = place
		}
	}
}

// announce notes who hears what of a delivery.
func (s *shard) announce(d *commands.Delivery) {
	for i := range d.Rooms() {
		a := s.audiences[d.Rooms()[i].Room]
		if a == nil {
			continue
		}
		s.delivered.room += len(a.members) * len(d.Rooms()[i].At)
		for _, c := range a.members {
			if len(c.hearing.due) == 0 {
				s.hearers = append(s.hearers, c)
			}
			c.hearing.due = append(c.hearing.due, due{words: i})
		}
	}
}

// sayRest gives each hearer the rest of a delivery, by one write.
func (s *shard) sayRest(d *commands.Delivery) {
	for i, c := range s.hearers {
		c.chat.hearRest(d)
		c.hearing.due = c.hearing.due[:0]
		c.heardAll(d)
		s.hearers[i] = nil
	}
	s.hearers = s.hearers[:0]
}

// next returns the next piece of what was said before event number at and not heard yet. Pieces come in the order of the events. One is empty if
// its events are not for this format; ok is false if there is no more.
func (h *hearing) next(d *commands.Delivery, format protocol.Format, at int32) (words []byte, ok bool) {
	first, until := -1, at // the room with the next event, and where another room's next event is
	for i := range h.due {
		from := h.due[i].position(d)
		switch {
		case from >= at:
		case first < 0 || from < h.due[first].position(d):
			if first >= 0 {
				until = h.due[first].position(d)
			}
			first = i
		default:
			until = min(until, from)
		}
	}
	if first < 0 {
		return nil, false
	}
	one := &h.due[first]
	w := &d.Rooms()[one.words]
	n, _ := slices.BinarySearch(w.At[one.next:], until)
	from := one.next
	one.next += n
	return w.In(format).From(from, one.next), true
}

// position returns the number of this room's next event among the events of all rooms.
func (o *due) position(d *commands.Delivery) int32 {
	if w := &d.Rooms()[o.words]; o.next < len(w.At) {
		return w.At[o.next]
	}
	return d.Said()
}

// Hear is commands.Connection's.
func (p *chatPart) Hear(d *commands.Delivery, at int32) {
	c := p.conn
	for len(c.hearing.due) > 0 {
		words, ok := c.hearing.next(d, p.session.Format, at)
		if !ok {
			return
		}
		if len(words) > 0 {
			c.event(words)
			c.touch()
		}
	}
}

// SkipOwn is commands.Connection's.
func (p *chatPart) SkipOwn(d *commands.Delivery, at int32) {
	due := p.conn.hearing.due
	for i := range due {
		if due[i].position(d) == at {
			due[i].next++
		}
	}
}

// OwnWords is commands.Connection's. The session may just be joining the room, and so not be one of those who hear the event.
func (p *chatPart) OwnWords(d *commands.Delivery, at int32) []byte {
	for i := range d.Rooms() {
		w := &d.Rooms()[i]
		if n, found := slices.BinarySearch(w.At, at); found {
			return w.In(p.session.Format).From(n, n+1)
		}
	}
	return nil
}

// hearRest gives the connection the rest of a delivery. If it hears only one of the rooms, the words are written without a copy.
func (p *chatPart) hearRest(d *commands.Delivery) {
	c := p.conn
	if len(c.hearing.due) != 1 || p.working || c.out.unsent() > 0 {
		p.Hear(d, d.Said())
		return
	}
	if words, _ := c.hearing.next(d, p.session.Format, d.Said()); len(words) > 0 {
		c.write(words)
	}
}
