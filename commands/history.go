package commands

import (
	"context"
	"errors"
	"strconv"

	"parley/protocol"
	"parley/storage"
)

// How many messages /history shows by default, and at most.
const (
	historyDefault = 50
	historyMost    = 200
)

var history = &Command{
	Form: protocol.Form{Name: "history", Exact: true, Params: []protocol.Param{
		{Name: "name", Shown: "name|room", Optional: true},
		{Name: "count", Kind: protocol.Count, Optional: true},
		{Name: "before", Kind: protocol.Keyed, Optional: true},
		{Name: "after", Kind: protocol.Keyed, Optional: true, Zero: true},
	}},
	Help: "Shows what was said.",
	Role: Member, Slow: true,
	Run: runHistory,
}

func runHistory(r *Response) error {
	ctx, cancel := r.chat.deadline()
	defer cancel()
	part := storage.Range{
		Before: r.number("before", 0), After: r.number("after", 0), Forward: r.Arg("after") != nil,
		Limit: int(min(r.number("count", historyDefault), historyMost)),
	}
	switch name := r.Arg("name"); {
	case name == nil:
		return r.roomHistory(ctx, []byte(storage.LobbyName), part)
	case isRoom(name):
		return r.roomHistory(ctx, name, part)
	default:
		return r.conversation(ctx, name, part)
	}
}

// roomHistory shows what was said in a room. Whether the session's account may read it is looked at once more when it was read: somebody may
// just be taking it out of the room.
func (r *Response) roomHistory(ctx context.Context, name []byte, part storage.Range) error {
	m, err := r.membership(name)
	if err != nil {
		return err
	}
	asked := part.After
	part.After = max(part.After, m.ReadsFrom())
	messages, more, err := r.chat.store.History(ctx, storage.RoomThread(m.ID), part)
	if err != nil {
		return err
	}
	if now, err := r.membership(name); err != nil {
		return err
	} else if now.ID != m.ID || now.ReadsFrom() > part.After {
		return notInRoom(name)
	}
	r.messages(messages, protocol.Event{Kind: protocol.RoomMessage, Room: m.Name}, part, more)
	if len(messages) > 0 {
		from := messages[0].Number - 1
		if part.Forward {
			from = asked
		} else if !more {
			from = 0
		}
		for i := range messages {
			messages[i].Thread = storage.RoomThread(m.ID)
		}
		r.hasRead(m.ID, from, messages[len(messages)-1].Number, messages)
	}
	return nil
}

// conversation shows what was said between the session's account and somebody.
func (r *Response) conversation(ctx context.Context, name []byte, part storage.Range) error {
	other, err := r.account(ctx, name)
	if err != nil {
		return err
	}
	messages, more, err := r.chat.store.History(ctx, storage.PairThread(r.session.account.id, other.ID), part)
	if err != nil {
		return err
	}
	r.messages(messages, protocol.Event{Kind: protocol.PrivateMessage, With: other.Name}, part, more)
	return nil
}

// account finds the account of a name.
func (r *Response) account(ctx context.Context, name []byte) (storage.Account, error) {
	key, ok := r.chat.presence.key(name)
	if !ok {
		return storage.Account{}, noSuchUser(name)
	}
	account, err := r.chat.store.Account(ctx, key)
	if errors.Is(err, storage.ErrNoAccount) {
		err = noSuchUser(name)
	}
	return account, err
}

// messages shows messages as rows like this one, and ends the answer.
func (r *Response) messages(messages []storage.Event, row protocol.Event, part storage.Range, more bool) {
	for i := range messages {
		m := &messages[i]
		row.Number, row.At, row.From, row.Text = m.Number, m.At, m.FromName, m.Text
		r.MessageRow(&row)
	}
	shown := protocol.Number("count", int64(len(messages)))
	switch {
	case !more || len(messages) == 0:
		r.Done(nil, shown)
	case part.Forward:
		r.Done(nil, shown, protocol.Number("more", messages[len(messages)-1].Number))
	default:
		r.Done(nil, shown, protocol.Number("more", messages[0].Number))
	}
}

// number returns a parameter that is a number, or what it is where it was not given.
func (r *Response) number(name string, otherwise int64) int64 {
	n, err := strconv.ParseInt(string(r.Arg(name)), 10, 64)
	if err != nil {
		return otherwise
	}
	return n
}
