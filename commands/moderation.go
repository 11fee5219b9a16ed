package commands

import (
	"bytes"
	"errors"

	"parley/protocol"
	"parley/storage"
)

// The commands that keep order: in a room for its owners and ops, and without a room for the operators of the server.

var (
	onRoom = protocol.Param{Name: "room", Kind: protocol.RoomWord, Optional: true}
	onName = protocol.Param{Name: "name"}
	until  = protocol.Param{Name: "for", Kind: protocol.KeyedTime, Optional: true}
	reason = protocol.Param{Name: "reason", Kind: protocol.Rest, Optional: true}
)

var kick = &Command{
	Form: protocol.Form{Name: "kick", Params: []protocol.Param{onRoom, onName, reason}},
	Help: "Takes somebody out of a room; without a room it ends their sessions.", Group: moderationGroup,
	Role: Member, Run: runSanction(storage.Kick), Kept: keptModeration,
}

var ban = &Command{
	Form: protocol.Form{Name: "ban", Params: []protocol.Param{onRoom, {Name: "name", Shown: "name|address"}, until, reason}},
	Help: "Keeps somebody out of a room, or off the server; TIME is like 90s, 2h or 7d.", Group: moderationGroup,
	Role: Member, Run: runSanction(storage.Ban), Kept: keptModeration,
}

var mute = &Command{
	Form: protocol.Form{Name: "mute", Params: []protocol.Param{onRoom, onName, until, reason}},
	Help: "Keeps somebody from speaking, in a room or on the server.", Group: moderationGroup,
	Role: Member, Run: runSanction(storage.Mute), Kept: keptModeration,
}

var unban = &Command{
	Form: protocol.Form{Name: "unban", Exact: true, Params: []protocol.Param{onRoom, {Name: "name", Shown: "name|address"}}},
	Help: "Takes a ban back.", Group: moderationGroup,
	Role: Member, Run: runSanction(storage.Unban), Kept: keptModeration,
}

var unmute = &Command{
	Form: protocol.Form{Name: "unmute", Exact: true, Params: []protocol.Param{onRoom, onName}},
	Help: "Lets somebody speak again.", Group: moderationGroup,
	Role: Member, Run: runSanction(storage.Unmute), Kept: keptModeration,
}

// runSanction asks for one of these.
func runSanction(kind storage.AskKind) func(r *Response) error {
	return func(r *Response) error {
		a := storage.Ask{Kind: kind, Order: &storage.Order{}}
		if kind == storage.Kick || kind == storage.Ban || kind == storage.Mute {
			a.Text = r.Arg("reason")
			if err := checkLength(a.Text, MaxNote); err != nil {
				return err
			}
		}
		if kind == storage.Ban || kind == storage.Mute {
			if d, ok := protocol.ParseTime(r.Arg("for")); ok {
				a.Order.Until = Until(r.begun, d)
			}
		}
		if kind != storage.Ban && kind != storage.Unban || r.Arg("room") != nil {
			return r.askAbout(a)
		}
		name := r.Arg("name")
		addresses, ok := ParseAddresses(string(name))
		switch {
		case !ok && bytes.ContainsAny(name, "/:"): // no name has these
			return protocol.Errorf(protocol.Usage, "%s is no address: write one such as 192.0.2.7, 192.0.2.0/24 or 2001:db8::/48.", protocol.Echo(name))
		case !ok:
			return r.askAbout(a)
		case kind == storage.Ban && addresses.Contains(r.session.Remote):
			return protocol.Errorf(protocol.Forbidden, "Your own address is among these.")
		}
		a.To = addresses.String()
		return r.askAbout(a)
	}
}

func keptModeration(r *Response, k *Kept) error {
	shown := protocol.Echo(k.To)
	switch err := k.Verdict.Err; {
	case errors.Is(err, storage.ErrNothing) && k.Ask.Kind == storage.Unban:
		return protocol.Errorf(protocol.NotBanned, "%s is not banned there.", shown).With("name", string(k.To))
	case errors.Is(err, storage.ErrNothing):
		return protocol.Errorf(protocol.NotMuted, "%s is not muted there.", shown).With("name", string(k.To))
	case errors.Is(err, storage.ErrTooMany):
		return protocol.Errorf(protocol.TooMany, "This room has as many bans and mutes as it may have.")
	case err != nil:
		return k.refusal(nil, k.To)
	}
	e := k.Event
	r.Done(nil, moderationFields(e, nil)...)
	return nil
}

// moderationFields are those of an answer or an event about somebody in a room, or on the server.
func moderationFields(e *storage.Event, rest []protocol.Field) []protocol.Field {
	var fields []protocol.Field
	if e.Change.Room != "" {
		fields = append(fields, protocol.Word("room", e.Change.Room))
	}
	fields = append(fields, protocol.Word("name", e.ToName))
	fields = append(fields, rest...)
	if !e.Change.Until.IsZero() {
		fields = append(fields, protocol.Time("until", e.Change.Until))
	}
	return fields
}
