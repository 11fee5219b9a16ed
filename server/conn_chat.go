package server

import "parley/commands"

// This file is how a connection talks to the chat: lines go there by line, and what the chat wants of the connection comes
// by the methods of commands.Peer, see there.

// chatPart is what a connection knows of its part in the chat.
type chatPart struct {
	working     bool  // a command is being worked on elsewhere, and the session belongs to that until Finish
	outstanding int16 // lines whose answer the committer owes
	session     commands.Session
	account     string           // who is logged in here, by key, and whose inbox the acks are about; empty before Join and after Leave
	later       *later           // a line that must wait until nothing is outstanding
	drained     func(alive bool) // see Drained
}

type later struct {
	line []byte
	bad  error
}

// stopped reports whether the next line must wait.
func (p *chatPart) stopped() bool {
	return p.working || p.later != nil || p.outstanding >= maxOutstanding
}

// idle reports whether no line is being worked on.
func (p *chatPart) idle() bool { return !p.working && p.later == nil && p.outstanding == 0 }

// drain tells whoever waits for it that little is left to be sent, or that the connection has ended.
func (p *chatPart) drain(alive bool) {
	if next := p.drained; next != nil {
		p.drained = nil
		next(alive)
	}
}

// end takes the session out of the chat. It may be called again.
func (p *chatPart) end(chat *commands.Chat) {
	p.later = nil
	if !p.working {
		chat.Leave(&p.session)
	}
}

// line has the chat do one line.
func (c *conn) line(line []byte, bad error) {
	p := &c.chat
	asked := p.session.Asking()
	p.session.Telnet = c.in.framer.Telnet()
	out, outcome := c.shard.chat.Line(&p.session, line, bad, p.outstanding > 0, c.out.take())
	c.out.give(out)
	switch outcome {
	case commands.Posted:
		p.outstanding++
		c.shard.posted = true
	case commands.Working:
		p.working = true
	case commands.Later:
		p.later = &later{append([]byte(nil), line...), bad}
	case commands.Closing:
		c.end()
	}
	if now := p.session.Asking(); now != asked && outcome != commands.Later {
		if now {
			c.append(c.in.framer.HideEcho())
		} else {
			c.append(c.in.framer.ShowEcho())
		}
	}
}

// retryLater does the line that had to wait, if it need not any longer.
func (c *conn) retryLater() bool {
	l := c.chat.later
	if l == nil || c.chat.outstanding > 0 || c.chat.working || c.out.unsent() >= flushSize {
		return false
	}
	c.chat.later = nil
	c.line(l.line, l.bad)
	return true
}

func (c *conn) Page(part []byte) bool {
	drained := make(chan bool, 1)
	part = append([]byte(nil), part...)
	c.shard.do(&c.chat.session, func() {
		c.Show(part)
		c.Drained(func(alive bool) { drained <- alive })
	})
	select {
	case alive := <-drained:
		return alive
	case <-c.shard.loop.Done():
		return false
	}
}

func (c *conn) Show(part []byte) {
	c.append(part)
	c.touch()
}

func (c *conn) Drained(next func(alive bool)) {
	if c.state != open {
		next(false)
		return
	}
	c.chat.drained = next
	c.touch()
}

func (c *conn) Finish(rest []byte) {
	c.chat.working = false
	if c.state != open {
		c.shard.chat.Leave(&c.chat.session)
		return
	}
	c.append(rest)
	c.release()
	c.touch()
}

func (c *conn) Join() {
	if c.state == open {
		c.chat.account = c.chat.session.Key()
		c.shard.join(c)
	}
}

func (c *conn) Leave() {
	c.Prove()
	c.forgetAcks()
	c.chat.account = ""
	c.shard.leave(c)
	if c.state == open {
		c.timers.after(timerLogin, c.shard.config.LoginTime.Milliseconds())
	}
}

func (c *conn) Close(line []byte) { c.close(line) }
