package commands

import (
	"errors"

	"parley/protocol"
	"parley/storage"
)

var block = &Command{
	Form: protocol.Form{Name: "block", Exact: true, Params: []protocol.Param{{Name: "name"}}},
	Help: "Takes no private messages and invitations from somebody; they are told.", Group: oneselfGroup,
	Role: Member, Account: true, Run: runBlock(storage.Block), Kept: keptBlock,
}

var unblock = &Command{
	Form: protocol.Form{Name: "unblock", Exact: true, Params: []protocol.Param{{Name: "name"}}},
	Help: "Takes them again.", Group: oneselfGroup,
	Role: Member, Account: true, Run: runBlock(storage.Unblock), Kept: keptBlock,
}

func runBlock(kind storage.AskKind) func(r *Response) error {
	return func(r *Response) error {
		name := r.Arg("name")
		key, ok := r.chat.presence.key(name)
		if !ok {
			return noSuchUser(name)
		}
		return r.change(storage.Ask{Kind: kind, To: key, Order: &storage.Order{}}, name)
	}
}

func keptBlock(r *Response, k *Kept) error {
	switch err := k.Verdict.Err; {
	case errors.Is(err, storage.ErrNothing):
		return protocol.Errorf(protocol.NotBlocked, "You have not blocked %s.", protocol.Echo(k.To)).With("name", string(k.To))
	case errors.Is(err, storage.ErrTooMany):
		return protocol.Errorf(protocol.TooMany, "You have blocked as many as you may.")
	case err != nil:
		return k.refusal(nil, k.To)
	}
	r.Done(nil, protocol.Word("name", k.Verdict.Name))
	return nil
}

var blocked = &Command{
	Form: protocol.Form{Name: "blocked"},
	Help: "Lists whom you have blocked.", Group: oneselfGroup,
	Role: Member, Account: true, Slow: true,
	Run: func(r *Response) error {
		ctx, cancel := r.chat.deadline()
		defer cancel()
		names, err := r.chat.store.Blocked(ctx, r.session.account.id)
		if err != nil {
			return err
		}
		for _, name := range names {
			r.Row("blocked", nil, protocol.Word("name", name))
		}
		r.Done(nil, protocol.Number("count", int64(len(names))))
		return nil
	},
}
