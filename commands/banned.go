package commands

import (
	"parley/protocol"
	"parley/storage"
)

var banned = &Command{
	Form: protocol.Form{Name: "banned", Exact: true, Params: []protocol.Param{onRoom}},
	Help: "Lists the bans and mutes of a room, or of the server.", Group: moderationGroup,
	Role: Member, Slow: true,
	Run: runBanned,
}

func runBanned(r *Response) error {
	ctx, cancel := r.chat.deadline()
	defer cancel()
	room, err := r.moderated()
	if err != nil {
		return err
	}
	list, err := r.chat.store.Sanctions(ctx, room)
	if err != nil {
		return err
	}
	for i := range list {
		s := &list[i]
		word := "ban"
		if s.Mute {
			word = "mute"
		}
		fields := []protocol.Field{protocol.Word("name", s.Name)}
		if s.ByName != "" {
			fields = append(fields, protocol.Word("by", s.ByName))
		}
		fields = append(fields, protocol.Time("at", s.At))
		if !s.Until.IsZero() {
			fields = append(fields, protocol.Time("until", s.Until))
		}
		r.Row(word, textOrNone(s.Reason), fields...)
	}
	r.Done(nil, protocol.Number("count", int64(len(list))))
	return nil
}

// moderated finds the room of the request, which the session's account must moderate; without one it is the server.
func (r *Response) moderated() (storage.ID, error) {
	operator := r.chat.presence.isOperator(r.session)
	word := r.Arg("room")
	if word == nil {
		if !operator {
			return 0, errOperatorsOnly
		}
		return 0, nil
	}
	if key, err := roomKey(word); err == nil && key == storage.LobbyName && operator {
		ctx, cancel := r.chat.deadline()
		defer cancel()
		room, err := r.chat.store.Room(ctx, key)
		return room.ID, err
	}
	m, err := r.membership(word)
	switch {
	case err != nil:
		return 0, err
	case m.Role < storage.Op:
		return 0, protocol.Errorf(protocol.Forbidden, "Only an owner or an op of the room may see that.")
	}
	return m.ID, nil
}
