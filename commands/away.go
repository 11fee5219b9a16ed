package commands

import (
	"cmp"

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
		return r.change(storage.Ask{Kind: storage.SetAway, Text: text, Order: &storage.Order{May: true, Rooms: r.rooms()}}, nil)
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
		return r.change(storage.Ask{Kind: storage.SetAway, Order: &storage.Order{Rooms: r.rooms()}}, nil)
	},
	Kept: func(r *Response, k *Kept) error {
		if k.Verdict.Err != nil {
			return k.Verdict.Err
		}
		r.Done(nil)
		return nil
	},
}

// rooms are those of the session's account.
func (r *Response) rooms() []storage.ID { return r.chat.presence.roomsOf(r.session.account) }

// setAway takes effect on every node where the account is.
func (f *fanout) setAway(e *storage.Event, asker *Session) {
	text, shown := string(e.Text), ""
	if e.Change.On {
		f.presence.setAway(e.To, &text)
		shown = cmp.Or(text, defaultAway)
	} else {
		f.presence.setAway(e.To, nil)
	}
	f.tellOnlookers(&sight{"away", e.To, e.ToName, shown, e.Change.Rooms, protocol.AwayNotify, asker})
}

// defaultAway is what IRC clients are told of those who do not say why they are away, since no text means that they are back.
const defaultAway = "away"
