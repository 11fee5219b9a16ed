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
	Role: Guest, Slow: true,
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
	account := storage.Account{Key: key, Name: name, Hash: hash, Created: time.Now()}
	r.Ask(storage.Ask{Kind: storage.Create, New: &account, Begins: r.session.begins("")}, nil)
	return nil
}

func keptRegister(r *Response, k *Kept) error {
	account := *k.Ask.New
	switch err := k.Verdict.Err; {
	case errors.Is(err, storage.ErrExists):
		return protocol.Errorf(protocol.NameTaken, "That name is taken. Is it yours? Then /login.").With("name", account.Name)
	case errors.Is(err, storage.ErrUnsure):
		return protocol.Errorf(protocol.Unsure, "The store did not say whether it has made the account. Please try /login, or else /register once more.")
	case err != nil:
		return err
	}
	account.ID = k.Verdict.Account
	r.Done(nil, protocol.Word("name", account.Name))
	r.enter(account, k)
	return nil
}
