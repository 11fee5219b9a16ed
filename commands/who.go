package commands

import (
	"slices"
	"strings"
	"time"

	"parley/protocol"
)

var who = &Command{
	Form: protocol.Form{Name: "who"},
	Help: "Lists who is online, by name, with the seconds since they last typed.",
	Role: Member, Slow: true,
	Run: func(r *Response) error {
		list := r.chat.presence.who(time.Now().Unix())
		slices.SortFunc(list, func(a, b present) int { return strings.Compare(a.key, b.key) })
		for _, p := range list {
			r.Row("user", nil, protocol.Word("name", p.name), protocol.Number("idle", p.idle), protocol.Number("sessions", int64(p.sessions)))
		}
		r.Done(nil, protocol.Number("count", int64(len(list))))
		return nil
	},
}
