package commands

import (
	"strconv"

	"parley/protocol"
)

// caps has an IRC client written to for other capabilities, from its place in the order on.
var caps = &Command{
	Form: protocol.Form{Name: "caps", Exact: true, Params: []protocol.Param{{Name: "value"}}},
	Help: "Sets capabilities.",
	Role: Member, Hidden: true,
	Run: func(r *Response) error {
		r.Turn(r.Arg("value"))
		return nil
	},
	Kept: func(r *Response, k *Kept) error {
		value, err := strconv.ParseUint(string(k.To), 10, 24)
		if err != nil {
			return err
		}
		caps := protocol.IRCCaps(value)
		r.format = protocol.IRCFormat(caps)
		r.chat.presence.setFormat(r.session, r.format, caps)
		r.reformatted = true
		r.Done(nil)
		return nil
	},
}

// SetIRC has a session written to as an IRC client with these capabilities. It must not be logged in.
func (c *Chat) SetIRC(s *Session, caps protocol.IRCCaps) {
	s.Format = protocol.IRCFormat(caps)
	c.presence.setFormat(s, s.Format, caps)
}
