package commands

import (
	"errors"

	"parley/protocol"
	"parley/storage"
)

// enterVerified logs the session in to the account that it has verified. The password is not compared again.
var enterVerified = &Command{
	Form: protocol.Form{Name: "enter", Exact: true},
	Help: "Logs in as who was verified.",
	Role: Newcomer, Slow: true, Hidden: true,
	Run: runEnter, Kept: keptEnter,
}

func runEnter(r *Response) error {
	v := r.session.verified
	if v == nil {
		return errLoginRequired
	}
	if err := r.mayComeIn(); err != nil {
		return err
	}
	r.settleAcks(v.key)
	if v.token != nil {
		r.Ask(byToken(v.key, v.token, r.session.begins(v.token.ID())), nil)
	} else {
		r.Ask(byPassword(&v.account, v.better, r.session.begins("")), nil)
	}
	return nil
}

func keptEnter(r *Response, k *Kept) error {
	v := r.session.verified
	switch err := k.Verdict.Err; {
	case errors.Is(err, storage.ErrChanged), errors.Is(err, storage.ErrNoToken):
		r.session.verified = nil
		return errBadCredentials // it was right a moment ago
	case err != nil:
		return loginRefusal(k)
	}
	r.loggedIn(v.account, k)
	return nil
}

// welcome shows an IRC client that it has come in, and where it is. Its committer must not wait, however much that is.
func (r *Response) welcome(account *storage.Account, k *Kept) {
	if !r.format.IsIRC() {
		return
	}
	r.append(protocol.Row, "welcome", nil, []protocol.Field{protocol.Word("name", account.Name)})
	for i := range k.Verdict.Rooms {
		m := &k.Verdict.Rooms[i]
		fields := append(roomFields(m, r.chat.presence.here(m.ID), m.Unread), originFields(&m.RoomInfo)...)
		fields = append(fields, guestField(account.Guest)...)
		r.append(protocol.Row, "room", textOrNone(m.Topic), fields)
	}
}
