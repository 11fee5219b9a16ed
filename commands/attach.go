package commands

import (
	"parley/protocol"
	"parley/storage"
)

// attachMost is how many messages that were missed in a room an IRC client is shown: the newest ones.
const attachMost = 200

// attach shows an IRC client that has come in who is in its rooms, and what it has missed there. It takes part in no other way: it can't ask for
// what is unread as people do.
var attach = &Command{
	Form: protocol.Form{Name: "attach", Exact: true},
	Help: "Shows who is in one's rooms, and what was missed there.",
	Role: Member, Slow: true, Hidden: true,
	Run: runAttach,
}

func runAttach(r *Response) error {
	caps := r.session.caps()
	ctx, cancel := r.chat.deadline()
	list, err := r.chat.store.Rooms(ctx, r.session.account.id)
	cancel()
	for i := 0; i < len(list) && err == nil; i++ {
		if caps&protocol.NoImplicitNames == 0 {
			err = r.showNames(&list[i])
		}
		if caps&protocol.ChatHistory == 0 && err == nil {
			err = r.showMissed(&list[i])
		}
	}
	return err
}

// showNames shows who of a room is online.
func (r *Response) showNames(m *storage.Membership) error {
	room := protocol.Word("room", m.Name)
	err := r.eachMember(m.ID, func(one *storage.Member, here *present) {
		if here != nil {
			r.user(here, one.Role, []protocol.Field{room})
		}
	})
	if err == nil {
		r.Row("names-end", nil, room)
	}
	return err
}

// showMissed shows what was missed in a room.
func (r *Response) showMissed(m *storage.Membership) error {
	after, missed := r.chat.presence.missed(r.session.account, m.ID)
	if missed == 0 {
		return nil
	}
	ctx, cancel := r.chat.deadline()
	defer cancel()
	room := protocol.Word("room", m.Name)
	// What was said since the account is online comes by itself.
	part := storage.Range{After: after, Before: r.session.account.entered + 1, Limit: attachMost}
	return r.readRoom(ctx, []byte(m.Name), part, func(now *storage.Membership, list []storage.Event, more bool) {
		r.Row("history", nil, room)
		r.messageRows(list, protocol.Event{Kind: protocol.RoomMessage, Room: now.Name})
		r.Row("history-end", nil, room)
	})
}
