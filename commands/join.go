package commands

import (
	"errors"
	"strconv"
	"time"

	"parley/commands/ratelimit"
	"parley/internal/language"
	"parley/protocol"
	"parley/storage"
)

var join = &Command{
	Form: protocol.Form{Name: "join", Exact: true, Params: []protocol.Param{{Name: "room"}}},
	Help: "Joins a room, and makes it if there is none; your plain lines go there then.", Group: roomGroup,
	Role: Member, Slow: true,
	Run: runJoin, Kept: keptJoin,
}

func runJoin(r *Response) error {
	order, err := roomOrder(r.Arg("room"))
	if err != nil {
		return err
	}
	if err := r.mayBeInMore(); err != nil {
		return err
	}
	if err := r.mayChange(); err != nil {
		return err
	}
	// A room costs one of those that the account may make. If there is one already, it is given back.
	account := r.session.account.id
	maker := r.maker(account)
	order.May = r.chat.newRooms.Take(maker, r.begun) == 0
	r.session.joining = 0
	if !r.chat.store.Alone() {
		if err := r.lookElsewhere(order); err != nil {
			r.chat.newRooms.GiveBack(maker, r.begun)
			return err
		}
	}
	r.Ask(storage.Ask{Kind: storage.Join, Account: account, Order: order}, r.Arg("room"))
	return nil
}

// maker is who makes a room, as far as new ones are counted: an account, or the address of a guest, since guests come and go.
func (r *Response) maker(account storage.ID) string {
	if s := r.session; s.guest && !s.Trusted {
		return ratelimit.AddressKey(s.Remote).String()
	}
	return strconv.FormatInt(int64(account), 10)
}

// lookElsewhere looks at what other nodes have to do with a join: how many members are online there, or how many rooms the account has made.
// If the store can't say, the join goes on without.
func (r *Response) lookElsewhere(order *storage.Order) error {
	ctx, cancel := r.chat.deadline()
	defer cancel()
	room, err := r.chat.store.Room(ctx, order.Room)
	switch {
	case errors.Is(err, storage.ErrNoRoom) && order.May:
		if wait := r.chat.mayMakeRoom(r.maker(r.session.account.id)); wait > 0 {
			return tooManyNew(wait)
		}
	case err == nil:
		if here, err := r.chat.membersHere([]storage.ID{room.ID}); err == nil {
			r.session.joining = int32(here[0])
		}
	}
	return nil
}

var errTooManyRooms = protocol.Errorf(protocol.TooManyRooms, "You are in as many rooms as you may be in; /leave one first.")

func tooManyNew(wait int) error {
	return &protocol.Error{Code: protocol.RateLimited, Retry: max(1, wait), Sentence: language.Say("You have made many rooms lately. Nothing was done.")}
}

func keptJoin(r *Response, k *Kept) error {
	err := k.Verdict.Err
	if k.Ask.Order.May && !k.Verdict.Made && !errors.Is(err, storage.ErrUnsure) {
		r.chat.newRooms.GiveBack(r.maker(k.Ask.Account), time.Now())
	}
	switch {
	case errors.Is(err, storage.ErrNoRoom):
		return tooManyNew(r.chat.newRooms.Wait(r.maker(k.Ask.Account), time.Now()))
	case errors.Is(err, storage.ErrTooMany):
		return errTooManyRooms
	case err != nil:
		return k.refusal(k.To, nil)
	}
	room, s := k.Verdict.Room, r.session
	r.then = func() { s.goTo(room.Room) }
	// The account that joins is not counted as here before the event is told, which comes right after this.
	here := 1 + max(int(s.joining), r.chat.presence.here(room.ID))
	r.Done(textOrNone(room.Topic), protocol.Word("room", room.Name), protocol.Number("members", int64(room.Members)), protocol.Number("here", int64(here)))
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
