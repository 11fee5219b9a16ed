package commands

import (
	"errors"
	"strings"

	"parley/protocol"
	"parley/storage"
)

// monitor is what watch is for people: names that need not exist, and the answer says who is online.
var monitor = &Command{
	Form: protocol.Form{Name: "monitor", Params: []protocol.Param{{Name: "action"}, {Name: "names", Kind: protocol.Rest, Optional: true}}},
	Help: "Tells from now on when these come and go.",
	Role: Member, Slow: true, Hidden: true,
	Run: runMonitor,
}

func runMonitor(r *Response) error {
	monitors, action := r.chat.monitors, strings.ToUpper(string(r.Arg("action")))
	names := strings.FieldsFunc(string(r.Arg("names")), func(c rune) bool { return c == ',' || c == ' ' })
	var err error
	switch action {
	case "+":
		err = r.beginMonitoring(names)
	case "-":
		for _, name := range names {
			monitors.remove(r.session, NameKey(name))
		}
	case "C":
		monitors.remove(r.session, "")
	case "L":
		for _, one := range monitors.list(r.session) {
			r.Row("monitored", nil, protocol.Word("name", one))
		}
	case "S":
		for _, one := range monitors.list(r.session) {
			if err = r.status(one); err != nil {
				break
			}
		}
	default:
		err = usage(r.command)
	}
	if err == nil {
		r.Done(nil, protocol.Word("action", action))
	}
	return err
}

// beginMonitoring monitors as many of the names as may be.
func (r *Response) beginMonitoring(names []string) error {
	most := r.mostWatched()
	for i, name := range names {
		if len(name) > protocol.MaxName || NameKey(name) == "" {
			continue // nobody can be called so
		}
		if !r.chat.monitors.add(r.session, r.session.account.id, []string{NameKey(name)}, most) {
			full := tooManyWatched(most)
			full.Fields = []protocol.Field{protocol.Number("limit", int64(most)), protocol.Word("name", strings.Join(names[i:], ","))}
			return full
		}
		if err := r.status(name); err != nil {
			return err
		}
	}
	return nil
}

// status shows whether somebody is online.
func (r *Response) status(name string) error {
	name, online, err := r.chat.findOnline(name)
	word := "offline"
	if online {
		word = "online"
	}
	if err == nil {
		r.Row(word, nil, protocol.Word("name", name))
	}
	return err
}

// findOnline reports whether somebody of that name is online anywhere, and how its owner writes it then.
func (c *Chat) findOnline(name string) (string, bool, error) {
	key := NameKey(name)
	if sessions := c.presence.sessionsOfKey(key); len(sessions) > 0 {
		return c.presence.nameOf(sessions[0]), true, nil
	}
	if c.store.Alone() {
		return name, false, nil
	}
	ctx, cancel := c.deadline()
	defer cancel()
	account, err := c.store.Account(ctx, key)
	if errors.Is(err, storage.ErrNoAccount) {
		return name, false, nil
	} else if err != nil {
		return name, false, err
	}
	others, err := c.elsewhere([]storage.ID{account.ID})
	return account.Name, len(others) > 0, err
}
