package commands

import (
	"fmt"
	"runtime"
	"strconv"
	"time"

	"parley/internal/language"
	"parley/protocol"
	"parley/storage"
)

var stats = &Command{
	Form: protocol.Form{Name: "stats"},
	Help: "Shows how the server is.", Group: operatorGroup,
	Role: Member, Operators: true, Slow: true,
	Run: runStats,
}

// figure is one row of the answer.
type figure struct {
	name, value string
	help        language.Format
}

func runStats(r *Response) error {
	everybody, err := r.chat.everybody()
	if err != nil {
		return err
	}
	ctx, cancel := r.chat.deadline()
	defer cancel()
	nodes, err := r.chat.store.Nodes(ctx)
	if err != nil {
		return err
	}
	list := r.chat.figures(everybody)
	if len(nodes) == 1 {
		nodes = nil // the figures are all its own
	}
	if len(nodes) > 0 {
		list = append(list, figure{"nodes", strconv.Itoa(len(nodes)), "Processes that serve the store; they follow."})
	}
	for _, one := range list {
		r.Explain("stat", language.Say(one.help), protocol.Figure(one.name, one.value))
	}
	for i := range nodes {
		r.node(&nodes[i])
	}
	r.Done(nil, protocol.Number("count", int64(len(list)+len(nodes))))
	return nil
}

// figures are those of all nodes, and those of this one.
func (c *Chat) figures(everybody map[storage.ID]present) []figure {
	sessions := 0
	for _, one := range everybody {
		sessions += one.sessions
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	return []figure{
		{"version", Version, "The protocol that it speaks."},
		{"uptime", strconv.FormatInt(int64(time.Since(c.begun).Seconds()), 10), "Seconds since it was started."},
		{"accounts", strconv.Itoa(len(everybody)), "People who are here."},
		{"sessions", strconv.Itoa(sessions), "Sessions that are logged in."},
		{"rooms", strconv.Itoa(c.presence.roomCount()), "Rooms with somebody in them who is here."},
		{"lockdown", onOff(c.lockdown.Load()), "Whether nobody may register."},
		{"bans", strconv.Itoa(c.bans.Len()), "Bans by address."},
		{"memory", fmt.Sprintf("%dMiB", memory.Sys>>20), "Memory taken from the system."},
		{"shards", strconv.Itoa(len(c.committer.fanout.shards)), "Event loops."},
	}
}

// node shows a process that serves the store.
func (r *Response) node(n *storage.Node) {
	fields := []protocol.Field{protocol.Word("node", n.ID)}
	if n.Address != "" {
		fields = append(fields, protocol.Word("address", n.Address))
	}
	if n.Version != "" {
		fields = append(fields, protocol.Word("version", n.Version))
	}
	fields = append(fields, protocol.Time("since", n.Started), protocol.Number("accounts", int64(n.Accounts)), protocol.Number("sessions", int64(n.Sessions)),
		protocol.Number("silent", int64(n.Silent/time.Second)))
	if n.This {
		fields = append(fields, protocol.Flag("this"))
	}
	r.Row("node", nil, fields...)
}
