package commands

import (
	"slices"
	"strings"
	"time"

	"parley/protocol"
)

var who = &Command{
	Name: "who", Role: Member,
	Help: "Lists who is online, by name, with the seconds since they last typed.",
	Run: func(c *Call) error {
		list := c.Chat.hub.who(time.Now().Unix())
		slices.SortFunc(list, func(a, b presence) int { return strings.Compare(a.key, b.key) })
		for _, p := range list {
			row := protocol.Field(c.Row("user"), p.name)
			row = protocol.KeyInt(row, "idle", p.idle)
			c.EndRow(protocol.KeyInt(row, "sessions", int64(p.sessions)))
		}
		c.EndDone(protocol.Int(c.Done(), int64(len(list))))
		return nil
	},
}
