package commands

import (
	"errors"

	"parley/protocol"
	"parley/storage"
)

var goTo = &Command{
	Form: protocol.Form{Name: "go", Exact: true, Params: []protocol.Param{{Name: "room"}}},
	Help: "Has your plain lines go to another of your rooms; after login it is the lobby.", Group: roomGroup,
	Role: Member, Slow: true,
	Run: func(r *Response) error {
		m, err := r.membership(r.Arg("room"))
		if err != nil {
			return err
		}
		r.session.goTo(m.Room)
		r.Done(nil, protocol.Word("room", m.Name))
		return nil
	},
}

// membership finds a room that the session's account is a member of.
func (r *Response) membership(word []byte) (storage.Membership, error) {
	key, err := roomKey(word)
	if err != nil {
		return storage.Membership{}, err
	}
	ctx, cancel := r.chat.deadline()
	defer cancel()
	m, err := r.chat.store.Membership(ctx, r.session.account.id, key)
	switch {
	case errors.Is(err, storage.ErrNoRoom):
		err = noSuchRoom(word)
	case errors.Is(err, storage.ErrNotMember):
		err = notInRoom(word)
	}
	return m, err
}

func notInRoom(word []byte) error {
	shown := protocol.Echo(word)
	return protocol.Errorf(protocol.NotInRoom, "You are not in %s; /join %s first.", shown, shown).With("room", string(word))
}
