package server

import (
	"parley/commands"
	"parley/protocol"
	"parley/server/internal/irc"
)

// This file is how a connection speaks IRC. There a line may ask the chat for several things, and some lines are answered without the chat. So a line is
// made into steps. They are done in order: a step waits for the answers to those before it, but that requests may follow each other as in
// other formats.

// ircPart is what a connection that speaks IRC has besides.
type ircPart struct {
	client *irc.Client
	label  *irc.Answer // the answer that is being given, unless it has no label
	hide   irc.Hide    // what of the answer to the current request is not shown
}

// speakIRC makes the connection one that speaks IRC. Nobody is logged in yet.
func (c *conn) speakIRC() {
	c.irc = &ircPart{client: irc.NewClient(ircChat{c.shard.chat, &c.chat.session}, &c.shard.irc)}
	c.in.irc = &irc.Framer{}
	c.shard.chat.SetIRC(&c.chat.session, 0)
}

// lineOfIRC does the steps of a line, as far as they may be done now.
func (p *chatPart) lineOfIRC(line []byte, bad error) {
	p.held = p.conn.irc.client.Line(line, bad)
	for p.mayProceed() && p.conn.state == open {
		p.proceed()
	}
	for i := range p.held {
		if q := p.held[i].Request; q != nil {
			kept := q.Clone()
			p.held[i].Request = &kept
		}
	}
	if len(p.held) == 0 {
		p.held = nil
	}
}

// mayFollow reports whether a step may be done while answers to earlier ones have still to come. One with a label may not: the label belongs to
// one answer.
func (p *chatPart) mayFollow(s *irc.Step) bool {
	return s.Request != nil && p.conn.irc != nil && p.conn.irc.label == nil && s.Hide == irc.Nothing &&
		p.outstanding < maxOutstanding && p.conn.shard.chat.MayFollow(s.Request)
}

// step does one step.
func (p *chatPart) step(s *irc.Step) {
	part := p.conn.irc
	switch {
	case s.Begin != nil:
		part.label = s.Begin
	case s.End:
		p.conn.append(part.label.End(nil))
		part.label = nil
	case s.Then != nil:
		p.held = append(s.Then(), p.held...)
	case s.Request != nil:
		part.hide = s.Hide
		p.doOfIRC(s.Request)
	default:
		part.hide = irc.Nothing
		p.say(s.Text, p.last())
		if s.Close {
			p.conn.why = protocol.Bye
			p.conn.end()
		}
	}
}

// doOfIRC has the chat do one request.
func (p *chatPart) doOfIRC(q *protocol.Request) {
	if p.conn.irc.label == nil && p.conn.irc.hide == irc.Nothing {
		p.do(q)
		return
	}
	out, outcome := p.conn.shard.chat.Do(&p.session, q, p.outstanding > 0, nil)
	if len(out) > 0 { // otherwise the session belongs to somebody else by now
		p.say(out, p.last())
	}
	p.answered(p.conn.out.take(), outcome)
}

// last reports whether the line has no more steps that may say something.
func (p *chatPart) last() bool { return len(p.held) == 0 || p.held[0].End }

// answer returns a part of an answer as it is shown.
func (i *ircPart) answer(p *chatPart, lines []byte, last bool) []byte {
	if i.hide == irc.Everything || i.hide == irc.Failure && p.session.Failure() != nil {
		return nil
	}
	if i.label == nil {
		return lines
	}
	return i.label.Append(nil, lines, !last)
}

// hasJoined lets an IRC client know what is in a room that the account has joined.
func (p *chatPart) hasJoined(room string) {
	if p.conn.irc == nil {
		return
	}
	if steps := p.conn.irc.client.Joined(room); steps != nil {
		p.held = append(p.held, steps...)
		p.conn.touch()
	}
}

// ircChat is the chat as an IRC client sees it.
type ircChat struct {
	chat    *commands.Chat
	session *commands.Session
}

func (c ircChat) Form(command string) *protocol.Form { return c.chat.AnyForm(command) }
func (c ircChat) Parse(line []byte) protocol.Request { return protocol.Text.Parse(line, c.chat) }
func (c ircChat) SetCaps(caps protocol.IRCCaps)      { c.chat.SetIRC(c.session, caps) }
func (c ircChat) Verified() string                   { return c.session.Verified() }
func (c ircChat) LoggedIn() bool                     { return c.session.LoggedIn() }
func (c ircChat) Guest() bool                        { return c.session.Guest() }
func (c ircChat) Operator() bool                     { return c.chat.IsOperator(c.session) }
func (c ircChat) Name() string                       { return c.session.Name() }
func (c ircChat) HasGuest(name string) bool          { return c.chat.HasGuest(name) }
func (c ircChat) Rooms() []string                    { return c.chat.RoomNames(c.session) }
func (c ircChat) Failure() *protocol.Error           { return c.session.Failure() }
func (c ircChat) MOTD() []string                     { return c.chat.MOTD() }
func (c ircChat) Counts() commands.Counts            { return c.chat.Counts() }
