package commands

import (
	"errors"
	"time"

	"parley/commands/ratelimit"
	"parley/internal/language"
	"parley/protocol"
	"parley/storage"
)

var guest = &Command{
	Form: protocol.Form{Name: "guest", Exact: true, Params: []protocol.Param{{Name: "name"}}},
	Help: "Comes in without an account, if the server takes guests.", Group: oneselfGroup,
	Role: Newcomer, Slow: true,
	Run: runGuest, Kept: keptGuest,
}

// guestShare is which part of the rates and of the watches of others a guest has.
const guestShare = 4

// guestRooms is how many rooms a guest may be in, besides the lobby.
const guestRooms = 10

func runGuest(r *Response) error {
	if err := r.mayComeIn(); err != nil {
		return err
	}
	switch {
	case r.chat.config.Load().Guests == 0:
		return protocol.Errorf(protocol.Forbidden, "This server takes no guests; /register <name> <password> makes an account.")
	case r.chat.lockdown.Load():
		return protocol.Errorf(protocol.Forbidden, "No guests may come just now. Please come again later.")
	}
	name, key, bad := newName(r.Arg("name"))
	if bad != nil {
		return bad
	}
	if err := r.chat.mayLogIn(r.session, key); err != nil {
		return err
	}
	account := storage.Account{Key: key, Name: name, Guest: true, Created: time.Now()}
	r.Ask(storage.Ask{Kind: storage.Create, New: &account, Begins: r.session.begins("")}, nil)
	return nil
}

func keptGuest(r *Response, k *Kept) error {
	account := *k.Ask.New
	switch err := k.Verdict.Err; {
	case errors.Is(err, storage.ErrExists):
		return nameTaken(account.Name)
	case errors.Is(err, storage.ErrTooMany):
		return protocol.Errorf(protocol.TooMany, "As many guests are here as may be; /register <name> <password> makes an account.")
	case errors.Is(err, storage.ErrUnsure):
		return errUnavailable // nothing is lost by trying again
	case err != nil:
		return err
	}
	r.chat.limits.right(r.session, account.Key, time.Now())
	account.ID = k.Verdict.Account
	r.welcome(&account, k)
	sentence := language.Say("You are a guest, and nothing is kept for you. /register %s <password> makes the name yours.", account.Name)
	r.DoneSaying(sentence, protocol.Word("name", account.Name))
	r.enter(account, k)
	return nil
}

// Guest reports whether the session's account is a guest's.
func (s *Session) Guest() bool { return s.account != nil && s.guest }

var errNoGuests = protocol.Errorf(protocol.Forbidden, "Guests can't do that; /register <your name> <password> makes your name an account.")

// share is what a session has of a rate.
func (s *Session) share(r ratelimit.Rate) ratelimit.Rate {
	if s.Guest() {
		return r.Part(guestShare)
	}
	return r
}

// mostWatched is how many people and rooms a session may watch.
func (r *Response) mostWatched() int {
	if r.session.Guest() {
		return r.chat.config.Load().Watches / guestShare
	}
	return r.chat.config.Load().Watches
}

// mayBeInMore refuses a guest who is in as many rooms as guests may be.
func (r *Response) mayBeInMore() error {
	if r.session.Guest() && len(r.rooms()) > guestRooms {
		return errTooManyRooms
	}
	return nil
}

// forget has the store remove a guest who has gone.
func (c *Chat) forget(id storage.ID) {
	c.committer.own(storage.Ask{Kind: storage.Forget, Account: id, Order: &storage.Order{}})
}

// registered makes a guest an ordinary account.
func (f *fanout) registered(e *storage.Event, asker *Session) {
	f.serverChanged = true // who was a guest when that was read may be none
	f.presence.setRegistered(e.To)
	f.tellOnlookers(&sight{"account", e.To, e.ToName, "", e.Change.Rooms, protocol.AccountNotify, nil})
}
