package commands

import (
	"errors"

	"parley/protocol"
	"parley/storage"
)

// outbound writes the mail of one batch after the other: for each shard the answers, the private messages and
// what was said in the lobby. It belongs to the committer's goroutine.
type outbound struct {
	outlets []Outlet
	mails   []Mail // one for each outlet
}

func newOutbound(outlets []Outlet) outbound {
	return outbound{outlets: outlets, mails: make([]Mail, len(outlets))}
}

// answer writes and delivers what a batch has come to.
func (o *outbound) answer(h *hub, q *queue, b *storage.Batch, err error) {
	for i := range q.posts {
		p := &q.posts[i]
		tag, to, text := p.split(q.words)
		switch {
		case p.index < 0:
			o.refuse(p, tag, to, storage.ErrNoAccount)
		case err != nil:
			o.refuse(p, tag, to, err)
		case b.Posts[p.index].Err != nil:
			o.refuse(p, tag, to, b.Posts[p.index].Err)
		case p.private:
			o.private(h, p, &b.Posts[p.index], tag, text)
		default:
			o.said(p, &b.Posts[p.index], tag, text)
		}
	}
	for i := range q.pages {
		q.pages[i].then(&b.Pages[i], err, o.mail(q.pages[i].session))
	}
	for i := range o.outlets {
		if !o.mails[i].Empty() {
			o.outlets[i].Deliver(&o.mails[i])
		}
	}
}

// mail returns the mail of the session's shard.
func (o *outbound) mail(s *Session) *Mail {
	for i := range o.outlets {
		if o.outlets[i] == s.Outlet {
			return &o.mails[i]
		}
	}
	panic("a session of an unknown outlet")
}

// said tells the lobby. Each shard gets the event once; the session that said it gets the answer in its place.
func (o *outbound) said(p *post, kept *storage.Post, tag, text []byte) {
	var start, end int
	for i := range o.mails {
		m := &o.mails[i]
		start = len(m.Room)
		m.Room = protocol.Start(m.Room, nil, protocol.Event, "all")
		m.Room = protocol.Field(m.Room, kept.From)
		m.Room = protocol.Text(m.Room, text)
		m.Room = protocol.End(m.Room)
		end = len(m.Room)
	}
	m := o.mail(p.session)
	from := len(m.Lines)
	m.Lines = protocol.Start(m.Lines, tag, protocol.Done, "all")
	m.Lines = protocol.Int(m.Lines, kept.Number)
	m.Lines = protocol.End(m.Lines)
	it := m.add(Own, p.session, from, 0)
	it.Skip, it.SkipEnd = int32(start), int32(end)
}

// private tells the sender, all sessions of the recipient, and the sender's other sessions.
func (o *outbound) private(h *hub, p *post, kept *storage.Post, tag, text []byte) {
	recipients := h.sessions(kept.To)
	m := o.mail(p.session)
	start := len(m.Lines)
	m.Lines = protocol.Start(m.Lines, tag, protocol.Done, "msg")
	m.Lines = protocol.Field(m.Lines, kept.ToName)
	m.Lines = protocol.Int(m.Lines, kept.Number)
	if len(recipients) == 0 {
		m.Lines = protocol.Field(m.Lines, "stored")
	} else {
		m.Lines = protocol.KeyInt(m.Lines, "sent", int64(len(recipients)))
	}
	m.Lines = protocol.End(m.Lines)
	m.add(Answer, p.session, start, 0)

	for _, s := range recipients {
		m := o.mail(s)
		start := len(m.Lines)
		m.Lines = appendPrivate(m.Lines, kept.From, kept.Number, text)
		m.add(Private, s, start, kept.Number).Key = kept.To
	}
	if kept.To == kept.FromKey {
		return
	}
	for _, s := range h.sessions(kept.FromKey) {
		if s == p.session {
			continue
		}
		m := o.mail(s)
		start := len(m.Lines)
		m.Lines = protocol.Start(m.Lines, nil, protocol.Event, "msg")
		m.Lines = protocol.Field(m.Lines, kept.From)
		m.Lines = protocol.Int(m.Lines, kept.Number)
		m.Lines = protocol.KeyField(m.Lines, "to", kept.ToName)
		m.Lines = protocol.Text(m.Lines, text)
		m.Lines = protocol.End(m.Lines)
		m.add(Event, s, start, 0).Key = kept.FromKey
	}
}

func appendPrivate(b []byte, from string, number int64, text []byte) []byte {
	b = protocol.Start(b, nil, protocol.Event, "msg")
	b = protocol.Field(b, from)
	b = protocol.Int(b, number)
	b = protocol.Text(b, text)
	return protocol.End(b)
}

// refuse tells the sender alone.
func (o *outbound) refuse(p *post, tag, to []byte, err error) {
	m := o.mail(p.session)
	start := len(m.Lines)
	command := "all"
	if p.private {
		command = "msg"
	}
	told := tell(err)
	switch {
	case errors.Is(err, storage.ErrNoAccount):
		told = noSuchUser(to)
	case errors.Is(err, storage.ErrInboxFull):
		told = protocol.Errorf(protocol.InboxFull, "The inbox is full; they must read first.").With(string(to))
	}
	m.Lines = protocol.AppendError(m.Lines, tag, command, told)
	m.add(Answer, p.session, start, 0)
}
