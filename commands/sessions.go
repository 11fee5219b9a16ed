package commands

import (
	"cmp"
	"slices"

	"parley/internal/language"
	"parley/protocol"
	"parley/storage"
)

var sessions = &Command{
	Form: protocol.Form{Name: "sessions"},
	Help: "Lists where you are logged in.", Group: oneselfGroup,
	Role: Member, Slow: true,
	Run: func(r *Response) error {
		list, err := r.ownSessions()
		if err != nil {
			return err
		}
		for i := range list {
			s := &list[i]
			fields := []protocol.Field{
				protocol.Number("session", s.ID), protocol.Word("from", s.From), protocol.Time("since", s.Since), protocol.Word("client", s.Client),
			}
			if s.Token != "" {
				fields = append(fields, protocol.Word("token", s.Token))
			}
			if s.session == r.session {
				fields = append(fields, protocol.Flag("this"))
			}
			r.Row("session", nil, fields...)
		}
		r.Done(nil, protocol.Number("count", int64(len(list))))
		return nil
	},
}

// ownSessions lists the sessions of the session's account on all nodes, the oldest first.
func (r *Response) ownSessions() ([]ownSession, error) {
	account := r.session.account
	list := r.chat.presence.sessionsOf(account)
	others, err := r.chat.elsewhere([]storage.ID{account.id})
	for i := range others {
		for _, s := range others[i].Sessions {
			list = append(list, ownSession{Session: s})
		}
	}
	slices.SortFunc(list, func(a, b ownSession) int { return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.ID, b.ID)) })
	return list, err
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
	Role: Member, Slow: true,
	Run: runEnd,
	Kept: func(r *Response, k *Kept) error {
		if k.Verdict.Err != nil {
			return k.Verdict.Err
		}
		r.Done(nil, protocol.Number("session", k.Ask.After))
		return nil
	},
}

func runEnd(r *Response) error {
	id := r.number("session", 0)
	list, err := r.ownSessions()
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(s ownSession) bool { return s.ID == id })
	switch {
	case i < 0:
		return &protocol.Error{
			Code: protocol.NoSuchSession, Fields: []protocol.Field{protocol.Number("session", id)}, Sentence: language.Say("You have no such session; /sessions lists them."),
		}
	case list[i].session == nil: // the node that has it is told
		return r.change(storage.Ask{Kind: storage.EndSession, After: id, Order: &storage.Order{}}, nil)
	case list[i].session == r.session:
		r.closing = endedLine
	default:
		r.chat.committer.end(list[i].session, r.session.account.id, endedLine)
	}
	r.Done(nil, protocol.Number("session", id))
	return nil
}

// endOne ends the session that its owner has ended on another node.
func (f *fanout) endOne(e *storage.Event) {
	if s := f.presence.session(e.To, e.Change.Session); s != nil {
		f.of(s).End(s, e.To, endedLine)
	}
}

var endedLine = ClosingLine(protocol.Ended, "You have ended this session.")
