package server

import (
	"slices"

	"parley/commands"
	"parley/protocol"
	"parley/storage"
)

// This file is how a connection talks to the chat: requests go there one by one, and what the chat wants of the connection comes
// by the methods of commands.Connection, see there.

// maxOutstanding is how many answers the committer may owe to one connection.
const maxOutstanding = 128

// chatPart is what a connection knows of its part in the chat.
type chatPart struct {
	// What a delivery to a room looks at stands together, as it does in conn.
	working     bool  // a request is being worked on elsewhere, and the session belongs to that until Finish
	feeding     bool  // what is being worked on is the feeding of waiting messages
	outstanding int16 // answers that the committer owes

	session commands.Session
	account storage.ID        // who is logged in here, and whose inbox the acks are about; 0 before Enter and after Leave
	held    *protocol.Request // must wait until nothing is outstanding
	drained func(alive bool)  // called when little is left to be sent, or with false when the connection has ended
}

// stopped reports whether the next line must wait.
func (p *chatPart) stopped() bool {
	return p.working || p.held != nil || p.outstanding >= maxOutstanding
}

// idle reports whether no line is being worked on.
func (p *chatPart) idle() bool { return !p.working && p.held == nil && p.outstanding == 0 }

// drain calls what waits for little being left to be sent.
func (p *chatPart) drain(alive bool) {
	if next := p.drained; next != nil {
		p.drained = nil
		next(alive)
	}
}

// end takes the session out of the chat. It may be called again.
func (p *chatPart) end(chat *commands.Chat) {
	p.held = nil
	if !p.working || p.feeding {
		chat.Leave(&p.session)
	}
}

// line has the chat do one line.
func (c *conn) line(line []byte, bad error) {
	p := &c.chat
	p.session.Telnet = c.in.framer.Telnet()
	if p.session.Asking() {
		out, outcome := c.shard.chat.Answer(&p.session, line, bad, c.out.take())
		c.answered(out, outcome)
		if !p.session.Asking() {
			c.append(c.in.framer.ShowEcho())
		}
		return
	}
	q := p.session.Format.Parse(line, c.shard.chat)
	if bad != nil {
		q = protocol.Refused(line, bad)
	}
	if p.outstanding > 0 && !c.shard.chat.MayFollow(&q) {
		held := q.Clone()
		p.held = &held
		return
	}
	c.do(&q)
}

// do has the chat do one request.
func (c *conn) do(q *protocol.Request) {
	p := &c.chat
	out, outcome := c.shard.chat.Do(&p.session, q, p.outstanding > 0, c.out.take())
	c.answered(out, outcome)
	if p.session.Asking() {
		c.append(c.in.framer.HideEcho())
	}
}

// doHeld does the request that had to wait, if it need not any longer.
func (c *conn) doHeld() bool {
	q := c.chat.held
	if q == nil || c.chat.outstanding > 0 || c.chat.working || c.out.unsent() >= flushSize {
		return false
	}
	c.chat.held = nil
	c.do(q)
	return true
}

// answered does what follows from what has become of a request.
func (c *conn) answered(out []byte, outcome commands.Outcome) {
	c.out.give(out)
	switch outcome {
	case commands.Asked:
		c.chat.outstanding++
		c.shard.asked = true
	case commands.Working:
		c.chat.working = true
	case commands.Closing:
		c.end()
	}
}

func (c *conn) Answer(lines []byte) {
	c.chat.outstanding--
	c.append(lines)
	c.touch()
}

func (c *conn) Show(lines []byte) {
	c.append(lines)
	c.touch()
}

func (c *conn) Finish(lines []byte) {
	c.chat.working, c.chat.feeding = false, false
	if c.state != open {
		c.shard.chat.Leave(&c.chat.session)
		return
	}
	c.append(lines)
	c.release()
	c.touch()
}

func (c *conn) Enter(account storage.ID, rooms []storage.Room, d *commands.Delivery, at int32) {
	if c.state != open {
		return
	}
	c.chat.account = account
	for _, room := range rooms {
		c.shard.join(c, room.ID)
		if place, ok := d.Place(room.ID); ok {
			heard, _ := slices.BinarySearch(d.Rooms()[place].At, at)
			c.hearing.due = append(c.hearing.due, due{place, heard})
			c.shard.hearers = append(c.shard.hearers, c)
		}
	}
}

func (c *conn) Leave() {
	c.takeAcks()
	c.forgetAcks()
	c.chat.account = 0
	c.shard.leaveRooms(c)
	if c.state == open {
		c.timers.after(timerLogin, c.shard.config.LoginTime.Milliseconds())
	}
}

// Waiting is part of the answer to the login, so it isn't held.
func (c *conn) Waiting(lines []byte, number int64) {
	if c.Show(lines); c.state == open {
		c.awaitAck(c.out.position(), number)
	}
}

func (c *conn) Feed(after int64) {
	if c.state != open {
		c.Finish(nil)
		return
	}
	c.chat.feeding = true
	c.chat.drained = func(alive bool) {
		if alive {
			c.shard.chat.Feed(&c.chat.session, after)
		}
	}
	c.touch()
}

func (c *conn) Event(account storage.ID, lines []byte) {
	if account == c.chat.account {
		c.event(lines)
		c.touch()
	}
}

func (c *conn) Private(account storage.ID, lines []byte, number int64) {
	if account == c.chat.account && c.state == open {
		c.private(lines, number)
		c.touch()
	}
}

func (c *conn) End(account storage.ID, line []byte) {
	if account == c.chat.account {
		c.close(line)
	}
}

func (c *conn) Page(part []byte) bool {
	drained := make(chan bool, 1)
	part = slices.Clone(part)
	c.shard.call(func() {
		if c.state != open {
			drained <- false
			return
		}
		c.chat.drained = func(alive bool) { drained <- alive }
		c.Show(part)
	})
	select {
	case alive := <-drained:
		return alive
	case <-c.shard.loop.Done():
		return false
	}
}

func (c *conn) SettleAcks() {
	done := make(chan struct{})
	c.shard.call(func() {
		c.takeAcks()
		close(done)
	})
	select {
	case <-done:
	case <-c.shard.loop.Done():
	}
}
