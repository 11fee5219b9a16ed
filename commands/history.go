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
		{Name: "name", Optional: true},
		{Name: "count", Kind: protocol.Count, Optional: true},
		{Name: "before", Kind: protocol.Keyed, Optional: true},
	}},
	Help: "Shows what was said in the lobby, or between you and somebody; the oldest first.",
	Role: Member, Slow: true,
	Run: runHistory,
}

func runHistory(r *Response) error {
	ctx, cancel := r.chat.deadline()
	defer cancel()
	thread, row, err := r.thread(ctx, r.Arg("name"))
	if err != nil {
		return err
	}
	count := min(r.number("count", historyDefault), historyMost)
	messages, more, err := r.chat.store.History(ctx, thread, r.number("before", 0), int(count))
	if err != nil {
		return err
	}
	for i := range messages {
		m := &messages[i]
		row.Number, row.At, row.From, row.Text = m.Number, m.At, m.FromName, m.Text
		r.MessageRow(&row)
	}
	shown := protocol.Number("count", int64(len(messages)))
	if more && len(messages) > 0 {
		r.Done(nil, shown, protocol.Number("more", messages[0].Number))
	} else {
		r.Done(nil, shown)
	}
	return nil
}

// thread finds what is to be read, and how its messages are shown: the lobby, or a conversation with somebody.
func (r *Response) thread(ctx context.Context, name []byte) (storage.Thread, protocol.Event, error) {
	if name == nil {
		lobby, _ := r.session.account.room(storage.LobbyName)
		return storage.RoomThread(lobby.ID), protocol.Event{Kind: protocol.RoomMessage, Room: lobby.Name}, nil
	}
	key, ok := r.chat.presence.key(name)
	if !ok {
		return storage.Thread{}, protocol.Event{}, noSuchUser(name)
	}
	other, err := r.chat.store.Account(ctx, key)
	if errors.Is(err, storage.ErrNoAccount) {
		err = noSuchUser(name)
	}
	return storage.PairThread(r.session.account.id, other.ID), protocol.Event{Kind: protocol.PrivateMessage}, err
}

// number returns a parameter that is a number, or what it is where it was not given.
func (r *Response) number(name string, otherwise int64) int64 {
	n, err := strconv.ParseInt(string(r.Arg(name)), 10, 64)
	if err != nil {
		return otherwise
	}
	return n
}
