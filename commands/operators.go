package commands

import (
	"fmt"
	"runtime"
	"strconv"
	"time"

	"parley/protocol"
	"parley/storage"
)

var announce = &Command{
	Form: protocol.Form{Name: "announce", Params: []protocol.Param{{Name: "text", Kind: protocol.Rest}}},
	Help: "Tells everybody who is here something.", Group: operatorGroup,
	Role: Member, Operators: true,
	Run: func(r *Response) error {
		if err := r.checkText(); err != nil {
			return err
		}
		return r.change(storage.Ask{Kind: storage.Announce, Text: r.Arg("text"), Order: &storage.Order{}}, nil)
	},
	Kept: func(r *Response, k *Kept) error {
		if k.Verdict.Err != nil {
			return k.refusal(nil, nil)
		}
		r.Done(nil, protocol.Number("number", k.Event.Number))
		return nil
	},
}

var lockdown = &Command{
	Form: protocol.Form{Name: "lockdown", Exact: true, Params: []protocol.Param{{Name: "setting", Shown: "on|off"}}},
	Help: "Lets nobody register, and nobody stay who does not log in at once.", Group: operatorGroup,
	Role: Member, Operators: true,
	Run: func(r *Response) error {
		word := string(r.Arg("setting"))
		if word != "on" && word != "off" {
			return usage(r.command)
		}
		return r.change(storage.Ask{Kind: storage.SetLockdown, Order: &storage.Order{May: word == "on"}}, nil)
	},
	Kept: func(r *Response, k *Kept) error {
		if k.Verdict.Err != nil {
			return k.refusal(nil, nil)
		}
		r.Done(nil, protocol.Word("setting", onOff(k.Event.Change.On)))
		return nil
	},
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

var stats = &Command{
	Form: protocol.Form{Name: "stats"},
	Help: "Shows how the server is.", Group: operatorGroup,
	Role: Member, Operators: true, Slow: true,
	Run: func(r *Response) error {
		c := r.chat
		var memory runtime.MemStats
		runtime.ReadMemStats(&memory)
		all := c.presence.count()
		list := []struct {
			name, value, help string
		}{
			{"version", Version, "The protocol that it speaks."},
			{"uptime", strconv.FormatInt(int64(time.Since(c.begun).Seconds()), 10), "Seconds since it was started."},
			{"accounts", strconv.Itoa(all.accounts), "People who are here."},
			{"sessions", strconv.Itoa(all.sessions), "Sessions that are logged in."},
			{"rooms", strconv.Itoa(all.rooms), "Rooms with somebody in them who is here."},
			{"lockdown", onOff(c.lockdown.Load()), "Whether nobody may register."},
			{"bans", strconv.Itoa(c.config.Bans.Len()), "Bans by address."},
			{"memory", fmt.Sprintf("%dMiB", memory.Sys>>20), "Memory taken from the system."},
		}
		for _, one := range list {
			r.Row("stat", []byte(one.help), protocol.Figure(one.name, one.value))
		}
		r.Done(nil, protocol.Number("count", int64(len(list))))
		return nil
	},
}
