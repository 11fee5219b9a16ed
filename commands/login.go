package commands

import (
	"errors"
	"time"

	"parley/protocol"
	"parley/storage"
)

var login = &Command{
	Form: protocol.Form{Name: "login", Params: []protocol.Param{
		{Name: "name"}, {Name: "password", Kind: protocol.Rest, Prompt: "Your password"},
	}},
	Help: "Logs in to your account; what waits for you follows. Without a password it asks for it.",
	Role: Guest, Slow: true,
	Run: runLogin, Kept: keptLogin,
}

var errBadCredentials = protocol.Errorf(protocol.BadCredentials, "The name or the password is wrong.")

// entering is a login whose password was right.
type entering struct {
	account storage.Account
	request *protocol.Request
}

func runLogin(r *Response) error {
	folded, possible := foldName(nil, r.Arg("name"))
	key := string(folded)
	if r.session.entering == nil { // otherwise it was counted before
		if err := r.chat.limits.login(r.session, key, time.Now()); err != nil {
			return err
		}
	}
	r.session.entering = nil
	var account storage.Account
	if possible {
		ctx, cancel := r.chat.deadline()
		defer cancel()
		var err error
		if account, err = r.chat.store.Account(ctx, key); err != nil && !errors.Is(err, storage.ErrNoAccount) {
			return err
		}
	}
	fits, better, err := r.chat.passwords.check(string(r.Arg("password")), account.Hash)
	if err != nil {
		return err
	}
	if !fits {
		return errBadCredentials
	}
	r.chat.limits.right(r.session, key, time.Now())
	// What other sessions of the account have read by now need not be fed to this one.
	for _, other := range r.chat.presence.sessions(account.ID) {
		other.Connection.SettleAcks()
	}
	r.session.entering = &entering{account, r.request}
	r.Ask(storage.Ask{Kind: storage.Enter, Account: account.ID, Hash: account.Hash, NewHash: better, Limit: inboxPage}, nil)
	return nil
}

func keptLogin(r *Response, k *Kept) error {
	it := r.session.entering
	err := k.Verdict.Err
	if errors.Is(err, storage.ErrChanged) {
		// Another login may just have stored a better hash of the same password.
		r.again = it.request
		return nil
	}
	r.session.entering = nil
	switch {
	case errors.Is(err, storage.ErrGone):
		return errBadCredentials // the password was right a moment ago
	case err != nil:
		return err
	}
	account, page := it.account, &k.Verdict.Page
	fields := []protocol.Field{protocol.Word("name", account.Name), protocol.Number("waiting", int64(page.Waiting))}
	if page.Expired > 0 {
		fields = append(fields, protocol.Number("expired", int64(page.Expired)))
	}
	r.Done(nil, fields...)
	r.enter(account, k.Verdict.Rooms, page)
	return nil
}
