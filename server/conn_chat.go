package server

import (
	"slices"

	"parley/commands"
	"parley/protocol"
	"parley/server/internal/irc"
	"parley/storage"
)

// This file is how a connection talks to the chat: requests go there one by one, and what the chat wants of the connection comes
// by the methods of commands.Connection, see there.

// maxOutstanding is how many answers the committer may owe to one connection.
const maxOutstanding = 128

// chatPart is a connection as the chat sees it, and what it knows of the chat. It is its session's commands.Connection.
type chatPart struct {
	// What a delivery to a room looks at stands together, as it does in conn.
	alone       bool  // no further line is looked at before what is outstanding is answered
	working     bool  // a request is being worked on elsewhere, and the session belongs to that until Finish
	feeding     bool  // what is being worked on is the feeding of waiting messages
	outstanding int16 // answers that the committer owes

	conn    *conn
	session commands.Session
	account storage.ID       // who is logged in here, and whose inbox the acks are about; 0 before Enter and after Leave
	held    []irc.Step       // of the line, must wait for earlier answers; nil: nothing. A line that is not IRC has one step, a request
	drained func(alive bool) // called when little is left to be sent, or with false when the connection has ended
}

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
		chat.Leave(&p.session, p.conn.heard.confirmed)
	}
}

// line has the chat do one line.
func (p *chatPart) line(line []byte, bad error) {
	p.session.Telnet = p.conn.in.framer.Telnet()
	if p.conn.acks.hasAnswers() {
		p.conn.askHeard() // whoever has read a history and asks what is unread has had it
	}
	if p.conn.irc != nil {
		p.lineOfIRC(line, bad)
		return
	}
	if p.session.Asking() {
		out, outcome := p.conn.shard.chat.Answer(&p.session, line, bad, p.conn.out.take())
		p.answered(out, outcome)
		if !p.session.Asking() {
			p.conn.append(p.conn.in.framer.ShowEcho())
		}
		return
	}
	q := &p.conn.shard.request
	if *q = p.session.Format.Parse(line, p.conn.shard.chat); bad != nil {
		*q = protocol.Refused(line, bad)
	}
	if p.outstanding > 0 && !p.conn.shard.chat.MayFollow(q) {
		held := q.Clone()
		p.held = []irc.Step{{Request: &held}}
		return
	}
	p.do(q)
}

// mayProceed reports whether the next step that has waited may be done now.
func (p *chatPart) mayProceed() bool {
	return len(p.held) > 0 && !p.working && !p.alone && (p.outstanding == 0 || p.mayFollow(&p.held[0]))
}

// proceed does the next step that has waited.
func (p *chatPart) proceed() {
	step := p.held[0]
	if p.held = p.held[1:]; len(p.held) == 0 {
		p.held = nil
	}
	if p.conn.irc != nil {
		p.step(&step)
		return
	}
	p.do(step.Request)
}

// do has the chat do one request.
func (p *chatPart) do(q *protocol.Request) {
	out, outcome := p.conn.shard.chat.Do(&p.session, q, p.outstanding > 0, p.conn.out.take())
	p.answered(out, outcome)
	if p.session.Asking() {
		p.conn.append(p.conn.in.framer.HideEcho())
	}
}

// answered does what follows from what has become of a request.
func (p *chatPart) answered(out []byte, outcome commands.Outcome) {
	p.conn.out.give(out)
	switch outcome {
	case commands.Asked, commands.AskedAlone:
		p.outstanding++
		p.alone = outcome == commands.AskedAlone
		p.conn.shard.asked = true
	case commands.Working:
		p.working = true
	case commands.Closing:
		p.conn.why = protocol.Bye
		p.conn.end()
	}
}

// say shows a part of an answer. Last says that nothing of the answer follows.
func (p *chatPart) say(lines []byte, last bool) {
	if p.conn.irc != nil {
		lines = p.conn.irc.answer(p, lines, last)
	}
	p.conn.append(lines)
}

func (p *chatPart) Answer(lines []byte) {
	if p.outstanding--; p.outstanding == 0 {
		p.alone = false
	}
	p.say(lines, p.last())
	p.conn.touch()
}

func (p *chatPart) Show(lines []byte) {
	p.say(lines, false)
	p.conn.touch()
}

func (p *chatPart) Finish(lines []byte) {
	p.working, p.feeding = false, false
	if p.conn.state != open {
		p.conn.shard.chat.Leave(&p.session, p.conn.heard.confirmed)
		return
	}
	p.say(lines, p.last())
	p.conn.release()
	p.conn.touch()
}

func (p *chatPart) Conclude(lines []byte) {
	if p.conn.state == open {
		p.conn.release()
	}
	p.Finish(lines)
}

func (p *chatPart) Enter(account storage.ID, rooms []storage.ID, d *commands.Delivery, at int32) {
	if p.conn.state != open {
		return
	}
	p.account = account
	p.conn.timers.stop(timerLogin)
	p.conn.hearing.seats = slices.Grow(p.conn.hearing.seats, len(rooms))
	for _, room := range rooms {
		p.conn.hearRoom(room, d, at)
	}
}

func (p *chatPart) HearRoom(account, room storage.ID, name string, d *commands.Delivery, at int32) {
	if account == p.account && p.conn.state == open && !p.conn.hears(room) {
		p.conn.hearRoom(room, d, at)
		p.hasJoined(name)
	}
}

func (p *chatPart) PartRoom(account, room storage.ID, d *commands.Delivery) {
	if account == p.account {
		p.conn.shard.leaveRoom(p.conn, room, d)
	}
}

func (p *chatPart) Leave() (heard int64) {
	p.conn.takeAcks()
	p.conn.forgetAcks()
	heard = p.conn.takeHeard()
	p.account = 0
	p.conn.shard.leaveRooms(p.conn)
	if p.conn.state == open {
		p.conn.awaitLogin()
	}
	return heard
}

// Waiting is part of the answer to the login, so it isn't held.
func (p *chatPart) Waiting(lines []byte, number int64) {
	p.conn.shard.delivered.private++
	if p.Show(lines); p.conn.state == open {
		p.conn.awaitAck(mark{end: p.conn.out.position(), number: number})
	}
}

func (p *chatPart) WaitingInvited(lines []byte, number int64) {
	if p.Show(lines); p.conn.state == open {
		p.conn.awaitAck(mark{end: p.conn.out.position(), number: number, invite: true})
	}
}

func (p *chatPart) Feed(after int64) {
	if p.conn.state != open {
		p.Finish(nil)
		return
	}
	p.feeding = true
	p.drained = func(alive bool) {
		if alive {
			p.conn.shard.chat.Feed(&p.session, after)
		}
	}
	p.conn.touch()
}

func (p *chatPart) Event(account storage.ID, lines []byte) {
	if account == p.account {
		p.conn.event(lines)
		p.conn.touch()
	}
}

func (p *chatPart) Private(account storage.ID, lines []byte, number int64) {
	p.marked(account, lines, mark{number: number})
}

func (p *chatPart) Invited(account storage.ID, lines []byte, number int64) {
	p.marked(account, lines, mark{number: number, invite: true})
}

// marked shows a line of which the chat must be told when it has reached the client.
func (p *chatPart) marked(account storage.ID, lines []byte, m mark) {
	c := p.conn
	if account != p.account || c.state != open {
		return
	}
	if !m.invite {
		c.shard.delivered.private++
	}
	c.event(lines)
	switch {
	case c.state != open: // that was too much for a slow reader
	case p.working:
		m.end = uint64(len(c.out.held))
		a := c.unacknowledged()
		a.held = append(a.held, m)
	default:
		m.end = c.out.position()
		c.awaitAck(m)
	}
	c.touch()
}

func (p *chatPart) End(account storage.ID, line *protocol.Line) {
	if account == p.account {
		p.conn.close(line)
	}
}

func (p *chatPart) Page(part []byte) bool {
	drained := make(chan bool, 1)
	part = slices.Clone(part)
	p.conn.shard.call(func() {
		if p.conn.state != open {
			drained <- false
			return
		}
		p.drained = func(alive bool) { drained <- alive }
		p.Show(part)
	})
	select {
	case alive := <-drained:
		return alive
	case <-p.conn.shard.loop.Done():
		return false
	}
}

func (p *chatPart) SettleAcks() {
	done := make(chan struct{})
	p.conn.shard.call(func() {
		p.conn.takeAcks()
		p.conn.noteHeard()
		close(done)
	})
	select {
	case <-done:
	case <-p.conn.shard.loop.Done():
	}
}
