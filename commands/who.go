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
			r.user(&list[i], storage.NoRole, nil)
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
	count := 0
	err = r.eachMember(m.ID, func(one *storage.Member, here *present) {
		count++
		if here != nil {
			r.user(here, one.Role, nil)
		} else {
			r.Row("user", nil, append([]protocol.Field{protocol.Word("name", one.Name), protocol.Flag("away")}, roleField(one.Role)...)...)
		}
	})
	if err == nil {
		r.Done(nil, protocol.Number("count", int64(count)))
	}
	return err
}

// eachMember calls a function with each member of a room, and what it is if it is online.
func (r *Response) eachMember(room storage.ID, f func(one *storage.Member, here *present)) error {
	ctx, cancel := r.chat.deadline()
	defer cancel()
	members, err := r.chat.store.Members(ctx, room)
	if err != nil {
		return err
	}
	ids := make([]storage.ID, 0, len(members))
	for i := range members {
		ids = append(ids, members[i].ID)
	}
	now := time.Now().Unix()
	here := r.chat.presence.whoIn(room, now)
	if err := r.chat.addElsewhere(here, ids, now); err != nil {
		return err
	}
	for i := range members {
		if p, ok := here[members[i].ID]; ok {
			f(&members[i], &p)
		} else {
			f(&members[i], nil)
		}
	}
	return nil
}

// user shows somebody who is online. More are fields behind the role.
func (r *Response) user(p *present, role storage.Role, more []protocol.Field) {
	fields := []protocol.Field{protocol.Word("name", p.name), protocol.Number("idle", p.idle), protocol.Number("sessions", int64(p.sessions))}
	r.userRow(p, append(append(fields, roleField(role)...), more...))
}

// userRow shows somebody by these fields and what else there is to say.
func (r *Response) userRow(p *present, fields []protocol.Field) {
	flag := func(on bool, name string) {
		if on {
			fields = append(fields, protocol.Flag(name))
		}
	}
	flag(p.guest, "guest")
	flag(p.away != nil, "away")
	flag(p.operator, "operator")
	flag(p.bot, "bot")
	r.line = protocol.Line{Type: protocol.Row, Tag: r.tag, Word: "user", Fields: fields, Real: p.real}
	if p.away != nil {
		r.line.Text = textOrNone(*p.away)
	}
	r.out = r.format.AppendLine(r.out, &r.line)
	r.page()
}

func roleField(role storage.Role) []protocol.Field {
	if role == storage.NoRole {
		return nil
	}
	return []protocol.Field{protocol.Word("role", roleWords[role])}
}
