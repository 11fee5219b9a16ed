package commands

import (
	"parley/protocol"
	"parley/storage"
)

var settingWords = [...]string{
	storage.PublicRoom: "public", storage.PrivateRoom: "private", storage.OpenRoom: "open", storage.QuietRoom: "quiet",
}

var setting = &Command{
	Form: protocol.Form{Name: "room", Exact: true, Params: []protocol.Param{{Name: "room"}, {Name: "setting", Shown: "public|private|open|quiet"}}},
	Help: "Sets who may come in, or who may speak.", Group: roomGroup,
	Role: Member, Account: true,
	Run: func(r *Response) error {
		for i, word := range settingWords {
			if string(r.Arg("setting")) == word {
				return r.askRoom(storage.Ask{Kind: storage.SetSetting, Order: &storage.Order{Setting: storage.Setting(i)}})
			}
		}
		return usage(r.command)
	},
	Kept: func(r *Response, k *Kept) error {
		if k.Verdict.Err != nil {
			return k.refusal(k.To, nil)
		}
		r.Done(nil, protocol.Word("room", k.Event.Change.Room), protocol.Word("setting", settingWords[k.Event.Change.Setting]))
		return nil
	},
}
