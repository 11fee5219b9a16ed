package server

import "parley/commands"

// When a connection looks how far its client has what was said in rooms, in milliseconds: soon after the first words, and then once a second.
const (
	askHeardSoon = 100
	askHeardEach = 1000
)

// heard is how far a client has what was said in its session's rooms, and what it was shown of their histories.
type heard struct {
	first, last words // that were sent and are not known to have reached the client; a number of 0: none
	asked       int64 // when the kernel was last asked, on the loop's clock
	confirmed   int64 // every event up to this number has reached the client
	told        int64 // the chat knows of that up to here
	held        int64 // the last event of those that wait for the end of an answer; 0: none
}

// answer is the end of an answer, and what is to be done when it has reached the client.
type answer struct {
	end uint64 // among all bytes ever sent
	had func()
}

// words is the end of what was said in a delivery.
type words struct {
	end    uint64 // among all bytes ever sent
	number int64  // of the last event
}

// heardAll notes that the connection was sent all that it had to hear of a delivery.
func (c *conn) heardAll(d *commands.Delivery) {
	if c.state != open || d.Last() == 0 {
		return
	}
	if c.chat.working {
		c.heard.held = d.Last()
		return
	}
	c.sentUpTo(d.Last())
}

// sentHeld notes that what was held was sent.
func (c *conn) sentHeld() {
	if number := c.heard.held; number > 0 {
		c.heard.held = 0
		c.sentUpTo(number)
	}
}

// sentUpTo notes that everything up to an event was sent.
func (c *conn) sentUpTo(number int64) {
	c.heard.last = words{c.out.position(), number}
	if c.heard.first.number == 0 {
		c.heard.first = c.heard.last
	}
	c.askHeardLater()
}

// WhenHad is commands.Connection's.
func (p *chatPart) WhenHad(f func()) {
	if c := p.conn; c.state == open {
		a := c.unacknowledged()
		a.answers = append(a.answers, answer{c.out.position(), f})
		c.askHeardLater()
	}
}

func (c *conn) askHeardLater() {
	if !c.timers.isArmed(timerHeard) {
		now := c.shard.schedule.now()
		c.timers.after(timerHeard, max(askHeardSoon, c.heard.asked+askHeardEach-now))
	}
}

// noteHeard tells the chat how far everything has reached the client, and looks again later if that is not all.
func (c *conn) noteHeard() {
	if c.state != open {
		return // another session of the account wanted to know
	}
	c.askHeard()
	if c.heard.confirmed > c.heard.told {
		c.heard.told = c.heard.confirmed
		c.shard.chat.Heard(&c.chat.session, c.heard.told)
	}
	if c.awaitsHeard() {
		c.timers.after(timerHeard, askHeardEach)
	}
}

// awaitsHeard reports whether something is not known to have reached the client.
func (c *conn) awaitsHeard() bool { return c.heard.last.number > 0 || c.acks.hasAnswers() }

// takeHeard looks a last time, and returns the number up to which every event has reached the client.
func (c *conn) takeHeard() int64 {
	c.timers.stop(timerHeard)
	c.askHeard()
	c.heard.first, c.heard.last, c.heard.held = words{}, words{}, 0
	if c.acks != nil {
		c.acks.answers = nil
		c.dropIdleAcks()
	}
	return c.heard.confirmed
}

// heardAtEnd is takeHeard when evio has closed the descriptor, so that the kernel can't be asked. A client on this machine that has ended in
// order has received everything: the kernel hands it over at once, and a client that closes without having read all of it resets the connection.
func (c *conn) heardAtEnd() {
	if c.awaitsHeard() && !c.source.unclean && c.out.unsent() == 0 && (c.local() || c.visitor.Address.IsLoopback()) {
		c.hasHad(c.out.written)
	}
}

// askHeard asks how far the client has what was sent.
func (c *conn) askHeard() {
	if !c.awaitsHeard() {
		return
	}
	c.heard.asked = c.shard.schedule.now()
	if acked, ok := c.source.acked(c.out.written, c.out.tls); ok {
		c.hasHad(acked)
	}
}

// hasHad notes that so many of the bytes ever sent have reached the client.
func (c *conn) hasHad(bytes uint64) {
	h := &c.heard
	switch {
	case h.last.number == 0:
	case h.last.end <= bytes:
		h.confirmed = h.last.number
		h.first, h.last = words{}, words{}
	case h.first.end <= bytes:
		h.confirmed = h.first.number
		h.first = h.last
	}
	if c.acks.hasAnswers() {
		for c.acks.hasAnswers() && c.acks.answers[0].end <= bytes {
			had := c.acks.answers[0].had
			c.acks.answers = c.acks.answers[1:]
			had()
		}
		c.dropIdleAcks()
	}
}
