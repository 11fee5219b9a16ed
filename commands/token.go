package commands

import (
	"crypto/rand"
	"errors"
	"strings"
	"time"

	"parley/protocol"
	"parley/storage"
)

// tokenTime is for how long a token lasts, unless its maker says something else.
const tokenTime = 30 * 24 * time.Hour

// tokenPrefix begins every token, so that people and programs that look for forgotten secrets recognise one.
const tokenPrefix = "parley_"

// NewToken makes the secret of a token: 130 random bits.
func NewToken() string { return tokenPrefix + rand.Text() }

// tokenLength is the length of a token's secret in bytes.
var tokenLength = len(NewToken())

// isToken reports whether a password looks like a token. It may be a password all the same.
func isToken(password []byte) bool {
	return len(password) == tokenLength && strings.HasPrefix(string(password), tokenPrefix)
}

var token = &Command{
	Form: protocol.Form{Name: "token", Params: []protocol.Param{
		{Name: "for", Kind: protocol.KeyedTime, Optional: true}, {Name: "note", Kind: protocol.Rest, Optional: true},
	}},
	Help: "Makes a secret with which a program logs in instead of your password.", Group: botGroup,
	Role: Member, Account: true, Owner: true,
	Run: func(r *Response) error {
		if err := checkLength(r.Arg("note"), MaxNote); err != nil {
			return err
		}
		lasts := tokenTime
		if word := r.Arg("for"); word != nil {
			lasts, _ = protocol.ParseTime(word)
		}
		secret := NewToken()
		return r.change(storage.Ask{
			Kind: storage.MakeToken, Hash: storage.TokenHash(secret), Text: r.Arg("note"), Order: &storage.Order{Until: Until(r.begun, lasts)},
		}, []byte(secret))
	},
	Kept: func(r *Response, k *Kept) error {
		switch err := k.Verdict.Err; {
		case errors.Is(err, storage.ErrTooMany):
			return protocol.Errorf(protocol.TooMany, "You have as many tokens as you may have; /revoke one first.")
		case err != nil:
			return err
		}
		made := storage.Token{Hash: k.Ask.Hash}
		r.Done(nil, protocol.Word("token", made.ID()), protocol.Word("secret", string(k.To)), protocol.Time("until", k.Ask.Order.Until))
		return nil
	},
}

var tokens = &Command{
	Form: protocol.Form{Name: "tokens"},
	Help: "Lists your tokens, without their secrets.", Group: botGroup,
	Role: Member, Account: true, Slow: true,
	Run: func(r *Response) error {
		ctx, cancel := r.chat.deadline()
		defer cancel()
		list, err := r.chat.store.Tokens(ctx, r.session.account.id)
		if err != nil {
			return err
		}
		for i := range list {
			t := &list[i]
			r.Row("token", textOrNone(t.Note), protocol.Word("token", t.ID()), protocol.Time("at", t.At), protocol.Time("until", t.Until))
		}
		r.Done(nil, protocol.Number("count", int64(len(list))))
		return nil
	},
}

var revoke = &Command{
	Form: protocol.Form{Name: "revoke", Exact: true, Params: []protocol.Param{{Name: "token"}}},
	Help: "Takes a token back, and ends the sessions that it has begun; /tokens lists them.", Group: botGroup,
	Role: Member, Account: true,
	Run: func(r *Response) error {
		word := r.Arg("token")
		return r.change(storage.Ask{Kind: storage.RevokeToken, Order: &storage.Order{Token: string(word)}}, word)
	},
	Kept: func(r *Response, k *Kept) error {
		switch err := k.Verdict.Err; {
		case errors.Is(err, storage.ErrNothing):
			return protocol.Errorf(protocol.NoSuchToken, "You have no such token; /tokens lists them.").With("token", string(k.To))
		case err != nil:
			return err
		}
		r.Done(nil, protocol.Word("token", k.Event.Change.Token))
		return nil
	},
}

// revoked ends the sessions that a token has begun.
func (f *fanout) revoked(e *storage.Event) {
	for _, s := range f.presence.sessionsBy(e.To, e.Change.Token) {
		f.of(s).End(s, e.To, revokedLine)
	}
}

var revokedLine = ClosingLine(protocol.Ended, "The token of this session was revoked.")
