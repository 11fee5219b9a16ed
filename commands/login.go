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
	Help: "Logs in; what has waited for you follows.",
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
	if err := r.mayComeIn(); err != nil {
		return err
	}
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
	case errors.Is(err, storage.ErrBanned):
		return sanctioned(k.Verdict.Sanction, nil)
	case err != nil:
		return err
	}
	account, page := it.account, &k.Verdict.Page
	fields := []protocol.Field{
		protocol.Word("name", account.Name), protocol.Number("waiting", int64(page.Waiting)), protocol.Number("last", r.hadUpTo(account.ID, k.Verdict)),
	}
	if len(page.Invites) > 0 {
		fields = append(fields, protocol.Number("invites", int64(len(page.Invites))))
	}
	if page.Expired > 0 {
		fields = append(fields, protocol.Number("expired", int64(page.Expired)))
	}
	r.Done(nil, fields...)
	r.enter(account, k.Verdict)
	return nil
}

// hadUpTo is the number up to which an account that logs in has had everything. If it is online, presence knows more than the store.
func (r *Response) hadUpTo(account storage.ID, v *storage.Verdict) int64 {
	last, online := r.chat.presence.had(account)
	if !online {
		last = v.Since
		for i := range v.Rooms {
			if m := &v.Rooms[i]; m.Unread > 0 {
				last = min(last, m.Read)
			}
		}
	}
	if len(v.Page.Messages) > 0 {
		last = min(last, v.Page.Messages[0].Number-1)
	}
	if len(v.Page.Invites) > 0 {
		last = min(last, v.Page.Invites[0].Number-1)
	}
	return last
}

// mayComeIn reports whether the session's address is free of a ban. It is asked before a password is hashed.
func (r *Response) mayComeIn() error {
	if s := r.chat.config.Bans.Find(r.session.Remote, time.Now()); s != nil {
		return sanctioned(s, nil)
	}
	return nil
}
