package commands

import (
	"parley/protocol"
	"parley/storage"
)

var all = &Command{
	Form: protocol.Form{Name: "all", Params: []protocol.Param{{Name: "text", Kind: protocol.Rest}}},
	Help: "Says something in the lobby, as a line without a slash does.",
	Role: Member, Pipelined: true,
	Run: func(r *Response) error {
		if err := r.checkText(); err != nil {
			return err
		}
		r.say(storage.LobbyName, nil)
		return nil
	},
	Kept: func(r *Response, k *Kept) error {
		if k.Verdict.Err != nil {
			return k.refusal([]byte(storage.LobbyName), nil)
		}
		r.Done(nil, protocol.Number("number", k.Event.Number))
		return nil
	},
}
