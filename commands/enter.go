package commands

import (
	"time"

	"go.uber.org/zap"

	"parley/protocol"
	"parley/storage"
)

// inboxPage is how many waiting messages are fed at once.
const inboxPage = 64

// enter logs the session in: from now on the account is online here. The answer comes by mail together with the first
// waiting messages.
func (c *Call) enter(key, name string) {
	s := c.Session
	s.Catching = true
	c.Chat.hub.enter(s, key, name)
	// What other sessions of the account have read by now need not be fed to this one.
	for _, other := range c.Chat.hub.sessions(key) {
		if other != s {
			other.send(other.Peer.Prove)
		}
	}
	c.byMail()
	s.send(func() {
		c.Chat.committer.page(page{
			session: s,
			ask:     storage.Page{Key: key, Limit: inboxPage},
			then:    c.entered,
		})
	})
}

// entered writes the answer to the login. On the committer's goroutine.
func (c *Call) entered(p *storage.Page, err error, m *Mail) {
	s := c.Session
	if err == nil {
		err = p.Err
	}
	if err != nil {
		m.Do(s, func() {
			c.Chat.hub.leave(s)
			c.fail(err)
			s.Peer.Finish(c.out)
		})
		return
	}
	line := c.Done()
	line = protocol.Field(line, s.Name())
	if c.Command.Name == "login" {
		line = protocol.KeyInt(line, "waiting", int64(p.Waiting))
		if p.Expired > 0 {
			line = protocol.KeyInt(line, "expired", int64(p.Expired))
		}
	}
	line = protocol.End(line)
	m.Do(s, func() {
		s.Peer.Show(line)
		s.Peer.Join()
	})
	c.Chat.feed(s, p, m)
}

// feed writes a page of waiting messages, and sees to the next one. On the committer's goroutine.
func (c *Chat) feed(s *Session, p *storage.Page, m *Mail) {
	last := p.After
	for i := range p.Messages {
		message := &p.Messages[i]
		start := len(m.Lines)
		m.Lines = protocol.Start(m.Lines, nil, protocol.Event, "msg")
		m.Lines = protocol.Field(m.Lines, message.From)
		m.Lines = protocol.Int(m.Lines, message.Number)
		m.Lines = protocol.KeyTime(m.Lines, "at", message.At)
		m.Lines = protocol.Text(m.Lines, message.Text)
		m.Lines = protocol.End(m.Lines)
		m.add(Waited, s, start, message.Number).Key = p.Key
		last = message.Number
	}
	if !p.More { // or the account is gone
		m.Do(s, func() {
			s.Catching = false
			s.Peer.Finish(nil)
		})
		return
	}
	next := storage.Page{Key: p.Key, After: last, Limit: inboxPage}
	m.Do(s, func() { c.more(s, next) })
}

// more asks for the next page of waiting messages when little of the last one is left to be sent: again and again, until
// the store has it or the connection has ended. The login is not over before. On the loop.
func (c *Chat) more(s *Session, ask storage.Page) {
	s.Peer.Drained(func(alive bool) {
		if !alive {
			s.Peer.Finish(nil)
			return
		}
		c.committer.page(page{session: s, ask: ask, then: func(p *storage.Page, err error, m *Mail) {
			if err == nil {
				c.feed(s, p, m)
				return
			}
			c.log.Debug("waiting messages are late", zap.Error(err))
			time.AfterFunc(c.config.StoreTimeout/4, func() { s.send(func() { c.more(s, ask) }) })
		}})
	})
}
