package commands

import (
	"parley/internal/language"
	"parley/protocol"
	"parley/storage"
)

var leave = &Command{
	Form: protocol.Form{Name: "leave", Params: []protocol.Param{{Name: "room"}, reason}},
	Help: "Leaves a room. Its only owner hands it on: to an op, or who is there longest.", Group: roomGroup,
	Role: Member,
	Run: func(r *Response) error {
		text := r.Arg("reason")
		if err := checkLength(text, MaxNote); err != nil {
			return err
		}
		return r.askRoom(storage.Ask{Kind: storage.Leave, Text: text})
	},
	Kept: func(r *Response, k *Kept) error {
		if k.Verdict.Err != nil {
			return k.refusal(k.To, nil)
		}
		s, room := r.session, k.Event.Thread.A
		r.then = func() {
			// Lines for a room that was lost in another way stay refused: what was meant for it is not published elsewhere.
			if s.place != nil && s.place.id == room {
				s.place = nil
			}
		}
		r.Done(nil, protocol.Word("room", k.Event.Change.Room))
		return nil
	},
}

// askRoom asks the store for something that the room of the request has to do with. The rest of the order is as given.
func (r *Response) askRoom(a storage.Ask) error {
	word := r.Arg("room")
	key, err := roomKey(word)
	if err != nil {
		return err
	}
	if a.Order == nil {
		a.Order = &storage.Order{}
	}
	a.Order.Room = key
	return r.change(a, word)
}

// change asks the store to change something. As is what the client has written for it.
func (r *Response) change(a storage.Ask, as []byte) error {
	if err := r.mayChange(); err != nil {
		return err
	}
	a.Account = r.session.account.id
	r.Ask(a, as)
	return nil
}

// mayChange reports whether the session may change something now.
func (r *Response) mayChange() error {
	if wait := r.session.changes.Take(r.session.share(r.chat.config.Load().ChangeRate), r.begun); wait > 0 {
		return &protocol.Error{Code: protocol.RateLimited, Retry: wait, Sentence: language.Say("That was too much at once. Nothing was done.")}
	}
	return nil
}
