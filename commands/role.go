package commands

import (
	"parley/protocol"
	"parley/storage"
)

var roleWords = [...]string{storage.NoRole: "none", storage.Voice: "voice", storage.Op: "op", storage.Owner: "owner"}

var role = &Command{
	Form: protocol.Form{Name: "role", Exact: true, Params: []protocol.Param{{Name: "room"}, {Name: "name"}, {Name: "role", Shown: "owner|op|voice|none"}}},
	Help: "Says what somebody may do in your room: all, moderate, speak when it is quiet.", Group: roomGroup,
	Role: Member, Account: true,
	Run: func(r *Response) error {
		for i, word := range roleWords {
			if string(r.Arg("role")) == word {
				return r.askAbout(storage.Ask{Kind: storage.SetRole, Order: &storage.Order{Role: storage.Role(i)}})
			}
		}
		return usage(r.command)
	},
	Kept: func(r *Response, k *Kept) error {
		if k.Verdict.Err != nil {
			return k.refusal(nil, k.To)
		}
		e := k.Event
		r.Done(nil, protocol.Word("room", e.Change.Room), protocol.Word("name", e.ToName), protocol.Word("role", roleWords[e.Change.Role]))
		return nil
	},
}
