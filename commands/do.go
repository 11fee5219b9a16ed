package commands

import (
	"time"

	"parley/internal/language"
	"parley/protocol"
)

// Outcome says how a request is answered.
type Outcome uint8

// The outcomes.
const (
	Answered   Outcome = iota // the answer is in out; it may be empty
	Asked                     // the answer comes by Connection.Answer, after Chat.Commit was called
	AskedAlone                // the same, and until then no further line may be looked at
	Working                   // the answer comes by Connection.Page and Finish; until then no request may follow
	Closing                   // as Answered; then the connection ends
)

// Form is protocol.Forms'.
func (c *Chat) Form(name []byte) *protocol.Form {
	var buf [16]byte
	lower, ok := lowerCase(buf[:0], name)
	if !ok {
		return nil
	}
	if command := c.byName[string(lower)]; command != nil && !command.Hidden {
		return &command.Form
	}
	return nil
}

// AnyForm returns the form of a command, which may be a hidden one. There must be a command of that name.
func (c *Chat) AnyForm(name string) *protocol.Form { return &c.byName[name].Form }

// lowerCase appends a command's name in small letters; ok is false for one that is longer than any.
func lowerCase(buf, name []byte) (out []byte, ok bool) {
	if len(name) > cap(buf) {
		return nil, false
	}
	for _, b := range name {
		if 'A' <= b && b <= 'Z' {
			b += 'a' - 'A'
		}
		buf = append(buf, b)
	}
	return buf, true
}

// MayFollow reports whether a request may be done while answers to earlier ones of the session have still to come.
func (c *Chat) MayFollow(q *protocol.Request) bool {
	if q.Empty || q.Plain != nil {
		return true
	}
	return q.Err == nil && q.Form != nil && c.byName[q.Form.Name].Pipelined
}

// Do does one request of a session that is not Asking, on the loop. Outstanding says that answers to earlier requests have still to come; then
// MayFollow must be true. Answers are appended to out. The request is not used after the call.
func (c *Chat) Do(s *Session, q *protocol.Request, outstanding bool, out []byte) ([]byte, Outcome) {
	now := time.Now()
	s.seen(now)
	s.failure = nil
	if q.Empty {
		return out, Answered
	}
	command, err := c.commandOf(s, q)
	if err != nil {
		return s.Format.AppendFailure(out, q.Tag, "", c.refuse(err)), Answered
	}
	if err := c.allow(s, command, q); err != nil {
		if outstanding { // its answer must come after theirs
			c.committer.turn(s, command, q.Tag, nil, err)
			return out, Asked
		}
		s.failure = c.refuse(err)
		return s.Format.AppendFailure(out, q.Tag, command.Name, s.failure), Answered
	}
	if !q.Complete() {
		held := q.Clone()
		s.prompt = &prompt{command: command, request: held, missing: held.Missing()}
		return s.ask(out), Answered
	}
	return c.start(s, command, q, now, outstanding, out)
}

// seen notes that a line has come.
func (s *Session) seen(now time.Time) {
	s.active.Store(now.Unix())
	if s.telnet.Load() != s.Telnet {
		s.telnet.Store(s.Telnet)
	}
}

// commandOf finds the command of a request. A text without a command is for where the session is.
func (c *Chat) commandOf(s *Session, q *protocol.Request) (*Command, error) {
	switch {
	case q.Err != nil:
		return nil, q.Err
	case q.Plain != nil && s.place != nil:
		q.Form = &msg.Form
		q.SetArg("to", s.place.name)
		q.SetArg("text", q.Plain)
		return msg, nil
	case q.Plain != nil:
		q.Form = &all.Form
		q.SetArg("text", q.Plain)
		return all, nil
	case q.Form == nil:
		return nil, c.unknown(q.Name)
	}
	return c.byName[q.Form.Name], nil
}

// allow checks what all commands have in common: the role, and the parameters.
func (c *Chat) allow(s *Session, command *Command, q *protocol.Request) error {
	switch {
	case command.Role == Member && s.account == nil:
		return errLoginRequired
	case s.account != nil && (command.Role == Newcomer || command.Role == Nameless && !s.guest):
		return protocol.Errorf(protocol.AlreadyLoggedIn, "You are logged in as %s; /logout first.", s.account.name)
	case command.Operators && !c.presence.isOperator(s):
		return errOperatorsOnly
	case command.Account && s.guest:
		return errNoGuests
	case command.Owner && s.token != "":
		return errOwnersOnly
	case !q.Malformed.Empty():
		return protocol.Errorf(protocol.Usage, "It is used as %s. %s %s", command.Usage(), language.Say(command.Help), q.Malformed)
	case !q.Complete():
		for _, p := range q.Missing() {
			if p.Prompt == "" { // otherwise the client is asked for it
				return usage(command)
			}
		}
	}
	return nil
}

var errLoginRequired = protocol.Errorf(protocol.LoginRequired, "Please /login <name> <password> or /register <name> <password> first.")

var errOperatorsOnly = protocol.Errorf(protocol.Forbidden, "Only operators of this server may do that.")

var errOwnersOnly = protocol.Errorf(protocol.Forbidden, "This session was logged in by a token; log in with the password for that.")

func usage(command *Command) error {
	return protocol.Errorf(protocol.Usage, "It is used as %s. %s", command.Usage(), language.Say(command.Help))
}

// start runs a command that has all it needs.
func (c *Chat) start(s *Session, command *Command, q *protocol.Request, now time.Time, outstanding bool, out []byte) ([]byte, Outcome) {
	if command.Slow {
		held := q.Clone()
		r := &Response{chat: c, session: s, format: s.Format, command: command, request: &held, tag: held.Tag, begun: now}
		c.working.Go(r.work)
		return out, Working
	}
	r := responses.Get().(*Response)
	*r = Response{chat: c, session: s, format: s.Format, command: command, request: q, tag: q.Tag, begun: now, out: out, outstanding: outstanding, fields: r.fields}
	r.run()
	out = r.out
	outcome := Answered
	switch {
	case r.asked && command.Pipelined:
		outcome = Asked
	case r.asked:
		outcome = AskedAlone
	case r.closing != nil:
		out, outcome = s.Format.AppendLine(out, r.closing), Closing
	}
	*r = Response{fields: r.fields}
	responses.Put(r)
	return out, outcome
}
