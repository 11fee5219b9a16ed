package commands

import (
	"errors"
	"time"

	"parley/protocol"
	"parley/storage"
)

var passwd = &Command{
	Form: protocol.Form{Name: "passwd", Exact: true, Params: []protocol.Param{
		{Name: "old", Kind: protocol.Asked, Prompt: "Your old password"},
		{Name: "new", Kind: protocol.Asked, Prompt: "A new password"},
	}},
	Help: "Changes your password; your other sessions end.",
	Role: Member, Account: true, Slow: true, Owner: true,
	Run: runPasswd, Kept: keptPasswd,
}

func runPasswd(r *Response) error {
	own := r.session.account
	if err := r.chat.mayLogIn(r.session, own.key); err != nil {
		return err // nobody may guess the password at a session that was left open
	}
	ctx, cancel := r.chat.deadline()
	defer cancel()
	account, err := r.chat.store.Account(ctx, own.key)
	if err != nil && !errors.Is(err, storage.ErrNoAccount) {
		return err
	}
	if account.ID != own.id { // it was removed, and perhaps somebody else has the name
		account.Hash = ""
	}
	fits, _, err := r.chat.passwords.check(string(r.Arg("old")), account.Hash)
	if err != nil {
		return err
	}
	if !fits {
		if err := r.chat.guessed(r.session, own.key); err != nil {
			return err
		}
		return protocol.Errorf(protocol.BadCredentials, "The old password is wrong; nothing was changed.")
	}
	r.chat.limits.right(r.session, own.key, time.Now())
	hash, err := r.chat.passwords.hash(string(r.Arg("new")))
	if err != nil {
		return err
	}
	r.Ask(storage.Ask{Kind: storage.SetPassword, Account: own.id, Hash: account.Hash, NewHash: hash}, nil)
	return nil
}

func keptPasswd(r *Response, k *Kept) error {
	switch err := k.Verdict.Err; {
	case errors.Is(err, storage.ErrChanged), errors.Is(err, storage.ErrGone):
		return protocol.Errorf(protocol.BadCredentials, "The password was changed elsewhere just now; nothing was changed here.")
	case err != nil:
		return err
	}
	r.Done(nil)
	return nil
}
