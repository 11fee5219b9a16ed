package commands

import (
	"context"
	"errors"
	"strconv"

	"parley/protocol"
	"parley/storage"
)

// MaxHistory is how many messages an answer shows at most.
const MaxHistory = 200

// historyDefault is how many it shows by itself.
const historyDefault = 50

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
		Limit: int(min(r.number("count", historyDefault), MaxHistory)),
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

// roomHistory shows what was said in a room.
func (r *Response) roomHistory(ctx context.Context, name []byte, part storage.Range) error {
	return r.readRoom(ctx, name, part, func(m *storage.Membership, messages []storage.Event, more bool) {
		r.messages(messages, protocol.Event{Kind: protocol.RoomMessage, Room: m.Name}, part, more)
	})
}

// readRoom shows a part of what was said in a room. Whether the session's account may read it is looked at once more when it was read: somebody
// may just be taking it out of the room.
func (r *Response) readRoom(ctx context.Context, name []byte, part storage.Range, show func(*storage.Membership, []storage.Event, bool)) error {
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
	show(&m, messages, more)
	if len(messages) > 0 {
		from := messages[0].Number - 1
		if part.Forward || !more {
			from = asked
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
	other, err := r.correspondent(ctx, name)
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

// correspondent finds whom the session's account has a conversation with.
func (r *Response) correspondent(ctx context.Context, name []byte) (storage.Account, error) {
	if r.session.Guest() {
		return storage.Account{}, errNoGuests
	}
	return r.account(ctx, name)
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
	r.messageRows(messages, row)
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

// messageRows shows messages as rows like this one, which says with whom they are or in which room.
func (r *Response) messageRows(messages []storage.Event, row protocol.Event) {
	for i := range messages {
		m := &messages[i]
		row.Number, row.At, row.From, row.Text = m.Number, m.At, m.FromName, m.Text
		if row.To = r.session.account.name; row.From == row.To {
			row.To = row.With
		}
		r.MessageRow(&row)
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
