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
	Role: Newcomer, Slow: true,
	Run: runLogin, Kept: keptLogin,
}

var errBadCredentials = protocol.Errorf(protocol.BadCredentials, "The name or the password is wrong.")

// entering is a login under way. A request runs again when a password that looks like a token is none, or when its hash was changed meanwhile.
type entering struct {
	request *protocol.Request
	token   string // the token's id, if one was given
	counted bool   // among the tries of its address
	account storage.Account
}

func runLogin(r *Response) error {
	if r.session.entering == nil {
		r.session.entering = &entering{request: r.request}
	}
	err := r.logIn(r.session.entering)
	if err != nil {
		r.session.entering = nil
	}
	return err
}

// logIn tries the password, first as a token, if it looks like one: that costs no hash, and nobody guesses 130 bits, so that a right one need
// not be counted. A wrong one is, as a wrong password.
func (r *Response) logIn(it *entering) error {
	if err := r.mayComeIn(); err != nil {
		return err
	}
	folded, possible := protocol.FoldName(nil, r.Arg("name"))
	key, password := string(folded), r.Arg("password")
	if possible && isToken(password) && it.token == "" {
		if err := r.chat.limits.mayTry(r.session, time.Now()); err != nil {
			return err
		}
		given := storage.Token{Hash: storage.TokenHash(string(password))}
		it.token = given.ID()
		r.settleAcks(key)
		r.Ask(byToken(key, &given, r.session.begins(it.token)), nil)
		return nil
	}
	account, better, err := r.check(password, key, possible, &it.counted)
	if err != nil {
		return err
	}
	it.account = account
	r.settleAcks(key)
	r.Ask(byPassword(&account, better, r.session.begins("")), nil)
	return nil
}

// byPassword asks for the login of an account whose password was compared with its hash. Better, unless it is empty, takes the place of that.
func byPassword(a *storage.Account, better string, begins *storage.Session) storage.Ask {
	return storage.Ask{Kind: storage.Enter, Account: a.ID, Hash: a.Hash, NewHash: better, Limit: inboxPage, Begins: begins}
}

// byToken asks for the login of the account of a key by a token.
func byToken(key string, t *storage.Token, begins *storage.Session) storage.Ask {
	return storage.Ask{Kind: storage.Enter, To: key, Token: t.Hash, Limit: inboxPage, Begins: begins}
}

// check finds the account that a password is right for; possible is whether there can be an account of that key. The try is counted unless it was.
// Better is the hash to store in place of the account's, if it is not empty.
func (r *Response) check(password []byte, key string, possible bool, counted *bool) (account storage.Account, better string, err error) {
	if !*counted {
		if err := r.chat.mayLogIn(r.session, key); err != nil {
			return account, "", err
		}
		*counted = true
	}
	if possible {
		ctx, cancel := r.chat.deadline()
		defer cancel()
		if account, err = r.chat.store.Account(ctx, key); err != nil && !errors.Is(err, storage.ErrNoAccount) {
			return account, "", err
		}
	}
	fits, better, err := r.chat.passwords.check(string(password), account.Hash)
	if err != nil {
		return account, "", err
	}
	if !fits {
		r.chat.metrics.loginsFailed.Inc()
		if err := r.chat.guessed(r.session, key); err != nil {
			return account, "", err
		}
		return account, "", errBadCredentials
	}
	r.chat.limits.right(r.session, key, time.Now())
	return account, better, nil
}

// settleAcks has other sessions of an account say what they have read by now, so that it need not be fed to this one.
func (r *Response) settleAcks(key string) {
	for _, other := range r.chat.presence.sessionsOfKey(key) {
		other.Connection.SettleAcks()
	}
}

func keptLogin(r *Response, k *Kept) error {
	it := r.session.entering
	err := k.Verdict.Err
	if errors.Is(err, storage.ErrChanged) || errors.Is(err, storage.ErrNoToken) {
		// Another login may just have stored a better hash of the same password; or the password only looks like a token.
		r.again = it.request
		return nil
	}
	r.session.entering = nil
	if err != nil {
		return loginRefusal(k)
	}
	if k.Verdict.Entered != nil {
		it.account = *k.Verdict.Entered
	}
	r.loggedIn(it.account, k)
	return nil
}

// loginRefusal is why the store has not let somebody in whose password was right.
func loginRefusal(k *Kept) error {
	switch err := k.Verdict.Err; {
	case errors.Is(err, storage.ErrGone):
		return errBadCredentials // the password was right a moment ago
	case errors.Is(err, storage.ErrBanned):
		return sanctioned(k.Verdict.Sanction, nil)
	case errors.Is(err, storage.ErrUnsure):
		return errUnavailable // nothing is lost by trying again
	default:
		return err
	}
}

// loggedIn answers a login, and begins the session.
func (r *Response) loggedIn(account storage.Account, k *Kept) {
	page := &k.Verdict.Page
	fields := []protocol.Field{
		protocol.Word("name", account.Name), protocol.Number("waiting", int64(page.Waiting)), protocol.Number("last", r.hadUpTo(account.ID, k.Verdict)),
	}
	if len(page.Invites) > 0 {
		fields = append(fields, protocol.Number("invites", int64(len(page.Invites))))
	}
	if page.Expired > 0 {
		fields = append(fields, protocol.Number("expired", int64(page.Expired)))
	}
	r.welcome(&account, k)
	r.Done(nil, fields...)
	r.enter(account, k)
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
	if s := r.chat.bans.Find(r.session.Remote, time.Now()); s != nil {
		return sanctioned(s, nil)
	}
	return nil
}
