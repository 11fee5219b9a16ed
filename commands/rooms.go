package commands

import (
	"errors"

	"parley/protocol"
	"parley/storage"
)

var rooms = &Command{
	Form: protocol.Form{Name: "rooms", Exact: true, Params: []protocol.Param{{Name: "all", Shown: "all|room", Optional: true}}},
	Help: "Lists your rooms with what you missed, or with all also the public ones; or shows one room.", Group: roomGroup,
	Role: Member, Slow: true,
	Run: runRooms,
}

func runRooms(r *Response) error {
	word := r.Arg("all")
	if isRoom(word) {
		return r.room(word)
	}
	ctx, cancel := r.chat.deadline()
	defer cancel()
	account := r.session.account
	list, err := r.chat.store.Rooms(ctx, account.id)
	if err != nil {
		return err
	}
	switch {
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
		r.Row("room", textOrNone(m.Topic), roomFields(m, here[i], missed[m.ID])...)
	}
	r.Done(nil, protocol.Number("count", int64(len(list))))
	return nil
}

// room shows one room: to everybody if it is public, or else to its members.
func (r *Response) room(word []byte) error {
	key, err := roomKey(word)
	if err != nil {
		return err
	}
	ctx, cancel := r.chat.deadline()
	defer cancel()
	info, err := r.chat.store.Room(ctx, key)
	if errors.Is(err, storage.ErrNoRoom) {
		return noSuchRoom(word)
	} else if err != nil {
		return err
	}
	m, err := r.chat.store.Membership(ctx, r.session.account.id, key)
	switch {
	case errors.Is(err, storage.ErrNotMember) && !info.Private:
	case errors.Is(err, storage.ErrNotMember), errors.Is(err, storage.ErrNoRoom):
		return noSuchRoom(word)
	case err != nil:
		return err
	}
	here, err := r.chat.membersHere([]storage.ID{info.ID})
	if err != nil {
		return err
	}
	m.RoomInfo = info
	fields := roomFields(&m, here[0], r.chat.presence.unread(r.session.account)[info.ID])
	r.Row("room", textOrNone(info.Topic), append(fields, originFields(&info)...)...)
	r.Done(nil, protocol.Number("count", 1))
	return nil
}

// roomFields are those of a room in a list. Here is how many of its members are, and missed how many messages are unread.
func roomFields(m *storage.Membership, here, missed int) []protocol.Field {
	fields := []protocol.Field{protocol.Word("room", m.Name), protocol.Number("members", int64(m.Members)), protocol.Number("here", int64(here))}
	fields = append(fields, roleField(m.Role)...)
	if missed > 0 {
		fields = append(fields, protocol.Number("unread", int64(missed)))
	}
	if m.Private {
		fields = append(fields, protocol.Flag("private"))
	}
	if m.Quiet {
		fields = append(fields, protocol.Flag("quiet"))
	}
	return fields
}

// originFields say when a room was made, and who has set its topic.
func originFields(in *storage.RoomInfo) (fields []protocol.Field) {
	if !in.Created.IsZero() {
		fields = append(fields, protocol.Time("created", in.Created))
	}
	if in.TopicBy != "" {
		fields = append(fields, protocol.Word("by", in.TopicBy))
	}
	if !in.TopicAt.IsZero() {
		fields = append(fields, protocol.Time("at", in.TopicAt))
	}
	return fields
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
