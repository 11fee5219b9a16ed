package commands

import (
	"errors"
	"time"

	"parley/protocol"
	"parley/storage"
)

var join = &Command{
	Form: protocol.Form{Name: "join", Exact: true, Params: []protocol.Param{{Name: "room"}}},
	Help: "Joins a room, and makes it if there is none; your plain lines go there then.", Group: roomGroup,
	Role: Member,
	Run:  runJoin, Kept: keptJoin,
}

func runJoin(r *Response) error {
	order, err := roomOrder(r.Arg("room"))
	if err != nil {
		return err
	}
	if err := r.mayChange(); err != nil {
		return err
	}
	// A room costs one of those that the account may make. If there is one already, it is given back.
	order.May = r.chat.newRooms.Take(r.session.account.id, r.begun) == 0
	r.Ask(storage.Ask{Kind: storage.Join, Account: r.session.account.id, Order: order}, r.Arg("room"))
	return nil
}

func keptJoin(r *Response, k *Kept) error {
	if k.Ask.Order.May && !k.Verdict.Made {
		r.chat.newRooms.GiveBack(k.Ask.Account, time.Now())
	}
	switch err := k.Verdict.Err; {
	case errors.Is(err, storage.ErrNoRoom):
		return &protocol.Error{Code: protocol.RateLimited, Retry: max(1, r.chat.newRooms.Wait(k.Ask.Account, time.Now())),
			Sentence: "You have made many rooms lately. Nothing was done."}
	case errors.Is(err, storage.ErrTooMany):
		return protocol.Errorf(protocol.TooManyRooms, "You are in as many rooms as you may be in; /leave one first.")
	case err != nil:
		return k.refusal(k.To, nil)
	}
	room, s := k.Verdict.Room, r.session
	r.then = func() { s.goTo(room.Room) }
	// The account that joins is not counted as here before the event is told, which comes right after this.
	r.Done(textOrNone(room.Topic), protocol.Word("room", room.Name), protocol.Number("members", int64(room.Members)),
		protocol.Number("here", int64(r.chat.presence.here(room.ID)+1)))
	return nil
}

// place is the room that a session's plain lines go to.
type place struct {
	id   storage.ID
	name []byte // as a client would write it
}

// goTo has the session's plain lines go to a room.
func (s *Session) goTo(room storage.Room) {
	s.place = &place{room.ID, []byte(room.Name)}
	if room.Name == storage.LobbyName {
		s.place = nil
	}
}
