package commands

import (
	"parley/protocol"
	"parley/storage"
)

var rooms = &Command{
	Form: protocol.Form{Name: "rooms", Exact: true, Params: []protocol.Param{{Name: "all", Optional: true}}},
	Help: "Lists your rooms with what you missed, or with all also the public ones.", Group: roomGroup,
	Role: Member, Slow: true,
	Run: runRooms,
}

func runRooms(r *Response) error {
	ctx, cancel := r.chat.deadline()
	defer cancel()
	account := r.session.account
	list, err := r.chat.store.Rooms(ctx, account.id)
	if err != nil {
		return err
	}
	switch word := r.Arg("all"); {
	case string(word) == "all":
		public, err := r.chat.store.PublicRooms(ctx)
		if err != nil {
			return err
		}
		list = append(list, others(public, list)...)
	case word != nil:
		return usage(r.command)
	}
	rooms := make([]storage.ID, 0, len(list))
	for i := range list {
		rooms = append(rooms, list[i].ID)
	}
	here, err := r.chat.membersHere(rooms)
	if err != nil {
		return err
	}
	missed := r.chat.presence.unread(account)
	for i := range list {
		m := &list[i]
		fields := []protocol.Field{
			protocol.Word("room", m.Name), protocol.Number("members", int64(m.Members)),
			protocol.Number("here", int64(here[i])),
		}
		fields = append(fields, roleField(m.Role)...)
		if n := missed[m.ID]; n > 0 {
			fields = append(fields, protocol.Number("unread", int64(n)))
		}
		if m.Private {
			fields = append(fields, protocol.Flag("private"))
		}
		if m.Quiet {
			fields = append(fields, protocol.Flag("quiet"))
		}
		r.Row("room", textOrNone(m.Topic), fields...)
	}
	r.Done(nil, protocol.Number("count", int64(len(list))))
	return nil
}

// others are the rooms that are not among one's own.
func others(all []storage.RoomInfo, own []storage.Membership) (rest []storage.Membership) {
	known := map[storage.ID]bool{}
	for i := range own {
		known[own[i].ID] = true
	}
	for _, room := range all {
		if !known[room.ID] {
			rest = append(rest, storage.Membership{RoomInfo: room})
		}
	}
	return rest
}
