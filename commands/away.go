package commands

import (
	"parley/protocol"
	"parley/storage"
)

var away = &Command{
	Form: protocol.Form{Name: "away", Params: []protocol.Param{{Name: "text", Kind: protocol.Rest, Optional: true}}},
	Help: "Shows others that you are away, until /back or until you are offline.", Group: oneselfGroup,
	Role: Member,
	Run: func(r *Response) error {
		text := r.Arg("text")
		if err := checkLength(text, MaxNote); err != nil {
			return err
		}
		return r.change(storage.Ask{Kind: storage.SetAway, Text: text, Order: &storage.Order{May: true}}, nil)
	},
	Kept: func(r *Response, k *Kept) error {
		if k.Verdict.Err != nil {
			return k.Verdict.Err
		}
		r.Done(textOrNone(string(k.Ask.Text)))
		return nil
	},
}

var back = &Command{
	Form: protocol.Form{Name: "back"},
	Help: "You are here again.", Group: oneselfGroup,
	Role: Member,
	Run: func(r *Response) error {
		return r.change(storage.Ask{Kind: storage.SetAway, Order: &storage.Order{}}, nil)
	},
	Kept: func(r *Response, k *Kept) error {
		if k.Verdict.Err != nil {
			return k.Verdict.Err
		}
		r.Done(nil)
		return nil
	},
}

// setAway takes effect on every node where the account is.
func (f *fanout) setAway(e *storage.Event) {
	if !e.Change.On {
		f.presence.setAway(e.To, nil)
		return
	}
	text := string(e.Text)
	f.presence.setAway(e.To, &text)
}
