package commands

import (
	"errors"
	"time"

	"parley/protocol"
	"parley/storage"
)

var register = &Command{
	Form: protocol.Form{Name: "register", Params: []protocol.Param{
		{Name: "name"}, {Name: "password", Kind: protocol.Rest, Prompt: "A password"},
	}},
	Help: "Makes an account and logs in.",
	Role: Nameless, Slow: true,
	Run: runRegister, Kept: keptRegister,
}

func runRegister(r *Response) error {
	if err := r.mayComeIn(); err != nil {
		return err
	}
	if r.chat.lockdown.Load() {
		return protocol.Errorf(protocol.Forbidden, "Nobody can register just now. Please come again later.")
	}
	name, key, bad := newName(r.Arg("name"))
	if bad != nil {
		return bad
	}
	if r.session.Guest() && key != r.session.account.key {
		return protocol.Errorf(protocol.Forbidden, "You are here as %s, and may make an account of that name only; /logout first for another one.", r.session.account.name)
	}
	password := string(r.Arg("password"))
	if err := weak(password); err != nil {
		return err
	}
	if err := r.chat.mayRegister(r.session); err != nil {
		return err
	}
	hash, err := r.chat.passwords.hash(password)
	if err != nil {
		return err
	}
	if r.session.Guest() {
		r.Ask(storage.Ask{Kind: storage.Register, Account: r.session.account.id, NewHash: hash, Order: &storage.Order{Rooms: r.rooms()}}, nil)
		return nil
	}
	account := storage.Account{Key: key, Name: name, Hash: hash, Created: time.Now()}
	r.Ask(storage.Ask{Kind: storage.Create, New: &account, Begins: r.session.begins("")}, nil)
	return nil
}

func keptRegister(r *Response, k *Kept) error {
	err := k.Verdict.Err
	if errors.Is(err, storage.ErrUnsure) {
		return protocol.Errorf(protocol.Unsure, "The store did not say whether it has made the account. Please try /login, or else /register once more.")
	}
	if k.Ask.Kind == storage.Register { // the session goes on
		if err == nil {
			r.Done(nil, protocol.Word("name", k.Event.ToName))
		}
		return err
	}
	account := *k.Ask.New
	switch {
	case errors.Is(err, storage.ErrExists):
		return nameTaken(account.Name)
	case err != nil:
		return err
	}
	account.ID = k.Verdict.Account
	r.welcome(&account, k)
	r.Done(nil, protocol.Word("name", account.Name))
	r.enter(account, k)
	return nil
}

func nameTaken(name string) error {
	return protocol.Errorf(protocol.NameTaken, "That name is taken. Is it yours? Then /login.").With("name", name)
}
