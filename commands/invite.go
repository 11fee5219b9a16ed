package commands

import (
	"errors"

	"parley/protocol"
	"parley/storage"
)

var invite = &Command{
	Form: protocol.Form{Name: "invite", Exact: true, Params: []protocol.Param{{Name: "room"}, {Name: "name"}}},
	Help: "Invites somebody into a room; it waits for them if they are away.", Group: roomGroup,
	Role: Member, Account: true,
	Run: func(r *Response) error { return r.askAbout(storage.Ask{Kind: storage.Invite}) },
	Kept: func(r *Response, k *Kept) error {
		switch err := k.Verdict.Err; {
		case errors.Is(err, storage.ErrTooMany):
			return protocol.Errorf(protocol.TooMany, "As many invitations as may wait for them do so already.")
		case errors.Is(err, storage.ErrBanned):
			return protocol.Errorf(protocol.Banned, "%s is banned from there; /unban first.", protocol.Echo(k.To)).With("room", k.Ask.Order.Name)
		case err != nil:
			return k.refusal(nil, k.To)
		}
		r.Done(nil, protocol.Word("room", k.Event.Change.Room), protocol.Word("name", k.Event.ToName))
		return nil
	},
}

// askAbout asks the store for something about the person of the request, in its room, or on the server if it has none.
func (r *Response) askAbout(a storage.Ask) error {
	if a.Order == nil {
		a.Order = &storage.Order{}
	}
	if word := r.Arg("room"); word != nil {
		key, err := roomKey(word)
		if err != nil {
			return err
		}
		a.Order.Room, a.Order.Name = key, string(word)
	} else if !r.chat.presence.isOperator(r.session) {
		return errOperatorsOnly
	}
	name := r.Arg("name")
	if a.To == "" {
		key, ok := r.chat.presence.key(name)
		if !ok {
			return noSuchUser(name)
		}
		a.To = key
	}
	return r.change(a, name)
}
