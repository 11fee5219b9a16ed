package commands

import (
	"errors"
	"slices"
	"time"

	"parley/protocol"
	"parley/storage"
)

// verify checks a password or a token, and leaves the login to enter: an IRC client says who it is before it is ready to come in.
var verify = &Command{
	Form: protocol.Form{Name: "verify", Params: []protocol.Param{{Name: "name"}, {Name: "password", Kind: protocol.Rest}}},
	Help: "Checks a password.",
	Slow: true, Hidden: true,
	Run: runVerify,
}

// verified is an account that a session may enter without a password, since it has given that.
type verified struct {
	key     string
	account storage.Account // whose hash the password was compared with
	better  string          // the hash to store in place of that; empty: none
	token   *storage.Token  // that was given in place of the password; nil: none
}

func runVerify(r *Response) error {
	r.session.verified = nil
	if err := r.mayComeIn(); err != nil {
		return err
	}
	folded, possible := protocol.FoldName(nil, r.Arg("name"))
	v := &verified{key: string(folded)}
	password := r.Arg("password")
	if possible && isToken(password) {
		if err := r.chat.limits.mayTry(r.session, time.Now()); err != nil {
			return err
		}
		if err := r.findToken(v, storage.TokenHash(string(password))); err != nil {
			return err
		}
	}
	if v.token == nil {
		var err error
		if v.account, v.better, err = r.check(password, v.key, possible, new(bool)); err != nil {
			return err
		}
	}
	r.session.verified = v
	r.Done(nil, protocol.Word("name", v.account.Name))
	return nil
}

// findToken looks whether the account has a token whose secret has this hash.
func (r *Response) findToken(v *verified, hash string) error {
	ctx, cancel := r.chat.deadline()
	defer cancel()
	account, err := r.chat.store.Account(ctx, v.key)
	if errors.Is(err, storage.ErrNoAccount) {
		return nil
	} else if err != nil {
		return err
	}
	tokens, err := r.chat.store.Tokens(ctx, account.ID)
	if i := slices.IndexFunc(tokens, func(t storage.Token) bool { return t.Hash == hash }); i >= 0 {
		v.account, v.token = account, &tokens[i]
	}
	return err
}

// Verified returns the name of the account that the session may enter, empty if there is none.
func (s *Session) Verified() string {
	if s.verified == nil {
		return ""
	}
	return s.verified.account.Name
}
