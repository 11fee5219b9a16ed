package commands

import (
	"maps"
	"slices"
	"strings"
	"time"

	"parley/protocol"
	"parley/storage"
)

var who = &Command{
	Form: protocol.Form{Name: "who", Params: []protocol.Param{{Name: "room", Kind: protocol.RoomWord, Optional: true}}},
	Help: "Lists who is online, or who is in a room.",
	Role: Member, Slow: true,
	Run: func(r *Response) error {
		if word := r.Arg("room"); word != nil {
			return r.whoIn(word)
		}
		everybody, err := r.chat.everybody()
		if err != nil {
			return err
		}
		list := slices.SortedFunc(maps.Values(everybody), func(a, b present) int { return strings.Compare(a.key, b.key) })
		for i := range list {
			r.user(&list[i], storage.NoRole)
		}
		r.Done(nil, protocol.Number("count", int64(len(list))))
		return nil
	},
}

// whoIn lists the members of a room, also those who are not here.
func (r *Response) whoIn(word []byte) error {
	m, err := r.membership(word)
	if err != nil {
		return err
	}
	ctx, cancel := r.chat.deadline()
	defer cancel()
	members, err := r.chat.store.Members(ctx, m.ID)
	if err != nil {
		return err
	}
	ids := make([]storage.ID, 0, len(members))
	for i := range members {
		ids = append(ids, members[i].ID)
	}
	now := time.Now().Unix()
	here := r.chat.presence.whoIn(m.ID, now)
	if err := r.chat.addElsewhere(here, ids, now); err != nil {
		return err
	}
	for i := range members {
		one := &members[i]
		if p, ok := here[one.ID]; ok {
			r.user(&p, one.Role)
			continue
		}
		r.Row("user", nil, append([]protocol.Field{protocol.Word("name", one.Name), protocol.Flag("away")}, roleField(one.Role)...)...)
	}
	r.Done(nil, protocol.Number("count", int64(len(members))))
	return nil
}

// user shows somebody who is online.
func (r *Response) user(p *present, role storage.Role) {
	fields := []protocol.Field{protocol.Word("name", p.name), protocol.Number("idle", p.idle), protocol.Number("sessions", int64(p.sessions))}
	fields = append(fields, roleField(role)...)
	if p.away == nil {
		r.Row("user", nil, fields...)
		return
	}
	r.Row("user", textOrNone(*p.away), append(fields, protocol.Flag("away"))...)
}

func roleField(role storage.Role) []protocol.Field {
	if role == storage.NoRole {
		return nil
	}
	return []protocol.Field{protocol.Word("role", roleWords[role])}
}
