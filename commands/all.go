package commands

import (
	"parley/protocol"
	"parley/storage"
)

var all = &Command{
	Form: protocol.Form{Name: "all", Params: []protocol.Param{{Name: "text", Kind: protocol.Rest}, onceParam}},
	Help: "Says something in the lobby, as a plain line does.",
	Role: Member, Pipelined: true,
	Run: func(r *Response) error {
		if err := r.checkText(); err != nil {
			return err
		}
		return r.say(storage.LobbyName, nil)
	},
	Kept: func(r *Response, k *Kept) error {
		if k.Verdict.Err != nil {
			return k.refusal([]byte(storage.LobbyName), nil)
		}
		r.Done(nil, protocol.Number("number", r.said(k).Number))
		return nil
	},
}
