package commands

import (
	"parley/protocol"
	"parley/storage"
)

var since = &Command{
	Form: protocol.Form{Name: "since", Exact: true, Params: []protocol.Param{
		{Name: "number", Kind: protocol.Count, Zero: true}, {Name: "count", Kind: protocol.Count, Optional: true},
	}},
	Help: "Shows all that you may read and that came after a number, oldest first.", Group: roomGroup,
	Role: Member, Slow: true,
	Run: runSince,
}

func runSince(r *Response) error {
	ctx, cancel := r.chat.deadline()
	defer cancel()
	account, after := r.session.account, r.number("number", 0)
	events, upto, more, err := r.chat.store.Since(ctx, account.id, after, int(min(r.number("count", historyDefault), MaxHistory)))
	if err != nil {
		return err
	}
	for i := range events {
		r.eventRow(&events[i])
	}
	fields := []protocol.Field{protocol.Number("count", int64(len(events))), protocol.Number("upto", upto)}
	if more {
		fields = append(fields, protocol.Number("more", upto))
	}
	r.Done(nil, fields...)
	r.hasRead(0, after, upto, events)
	return nil
}

// eventRow shows a message or an invitation as /history does.
func (r *Response) eventRow(e *storage.Event) {
	row := protocol.Event{Kind: protocol.PrivateMessage, Number: e.Number, At: e.At, From: e.FromName, With: e.FromName, To: e.ToName, Text: e.Text}
	switch {
	case e.Kind == storage.Invited:
		r.Row("invite", nil, protocol.Word("room", e.Change.Room), protocol.Word("from", e.FromName), protocol.Number("number", e.Number), protocol.Time("at", e.At))
		return
	case e.Thread.IsRoom():
		row.Kind, row.Room = protocol.RoomMessage, e.ToName
	case e.From == r.session.account.id && e.To != e.From:
		row.With, row.Copy = e.ToName, true
	}
	r.MessageRow(&row)
}

// hasRead notes that the session was shown all messages from one number to another, of one room or with the room 0 of all, when the answer has
// reached the client.
func (r *Response) hasRead(room storage.ID, from, upto int64, shown []storage.Event) {
	chat, account, before := r.chat, r.session.account, r.had
	r.had = func() {
		if before != nil {
			before()
		}
		if list := chat.presence.read(account, room, from, upto, shown); len(list) > 0 {
			chat.committer.seen(account.id, list)
		}
	}
}
