package commands

import (
	"parley/protocol"
	"parley/storage"
)

var announce = &Command{
	Form: protocol.Form{Name: "announce", Params: []protocol.Param{{Name: "text", Kind: protocol.Rest}}},
	Help: "Tells everybody who is here something.", Group: operatorGroup,
	Role: Member, Operators: true,
	Run: func(r *Response) error {
		if err := r.checkText(); err != nil {
			return err
		}
		return r.change(storage.Ask{Kind: storage.Announce, Text: r.Arg("text"), Order: &storage.Order{}}, nil)
	},
	Kept: func(r *Response, k *Kept) error {
		if k.Verdict.Err != nil {
			return k.refusal(nil, nil)
		}
		r.Done(nil, protocol.Number("number", k.Event.Number))
		return nil
	},
}

var lockdown = &Command{
	Form: protocol.Form{Name: "lockdown", Exact: true, Params: []protocol.Param{{Name: "setting", Shown: "on|off"}}},
	Help: "Lets nobody register, and nobody stay who does not log in at once.", Group: operatorGroup,
	Role: Member, Operators: true,
	Run: func(r *Response) error {
		word := string(r.Arg("setting"))
		if word != "on" && word != "off" {
			return usage(r.command)
		}
		return r.change(storage.Ask{Kind: storage.SetLockdown, Order: &storage.Order{May: word == "on"}}, nil)
	},
	Kept: func(r *Response, k *Kept) error {
		if k.Verdict.Err != nil {
			return k.refusal(nil, nil)
		}
		r.Done(nil, protocol.Word("setting", onOff(k.Event.Change.On)))
		return nil
	},
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}
