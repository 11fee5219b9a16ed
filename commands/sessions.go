package commands

import "parley/protocol"

var sessions = &Command{
	Form: protocol.Form{Name: "sessions"},
	Help: "Lists where you are logged in.", Group: oneselfGroup,
	Role: Member, Slow: true,
	Run: func(r *Response) error {
		count := int64(0)
		for _, p := range r.chat.presence.sessionsOf(r.session.account) {
			from := "unix"
			if p.session.Remote.IsValid() {
				from = p.session.Remote.String()
			}
			fields := []protocol.Field{
				protocol.Number("session", p.id), protocol.Word("from", from), protocol.Time("since", p.since), protocol.Word("client", p.session.client()),
			}
			if p.token != "" {
				fields = append(fields, protocol.Word("token", p.token))
			}
			if p.session == r.session {
				fields = append(fields, protocol.Flag("this"))
			}
			r.Row("session", nil, fields...)
			count++
		}
		r.Done(nil, protocol.Number("count", count))
		return nil
	},
}

// client is the kind of client that a session has.
func (s *Session) client() string {
	if s.telnet.Load() {
		return "telnet"
	}
	return s.written().String()
}

var endSession = &Command{
	Form: protocol.Form{Name: "end", Exact: true, Params: []protocol.Param{{Name: "session", Kind: protocol.Count, Zero: true}}},
	Help: "Ends one of your sessions; /sessions lists them.", Group: oneselfGroup,
	Role: Member,
	Run: func(r *Response) error {
		id := r.number("session", 0)
		account := r.session.account
		for _, p := range r.chat.presence.sessionsOf(account) {
			if p.id != id {
				continue
			}
			r.Done(nil, protocol.Number("session", id))
			if p.session == r.session {
				r.Close(protocol.Ended, endedByOwner)
			} else {
				r.chat.committer.end(p.session, account.id, ClosingLine(protocol.Ended, endedByOwner))
			}
			return nil
		}
		return &protocol.Error{
			Code: protocol.NoSuchSession, Fields: []protocol.Field{protocol.Number("session", id)}, Sentence: "You have no such session; /sessions lists them.",
		}
	},
}

const endedByOwner = "You have ended this session."
