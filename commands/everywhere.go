package commands

import (
	"time"

	"parley/storage"
)

// This file is what is asked of the store because other nodes may have it. A node that is alone answers by what it knows itself.

// addElsewhere adds what accounts have on other nodes to what they have here. With nil these are all accounts.
func (c *Chat) addElsewhere(here map[storage.ID]present, accounts []storage.ID, now int64) error {
	list, err := c.elsewhere(accounts)
	addPresent(here, list, now)
	for i := range list {
		if one := here[list[i].Account]; !one.guest && c.presence.isGuest(one.id) {
			one.guest = true
			here[one.id] = one
		}
	}
	return err
}

// addPresent adds what accounts have elsewhere.
func addPresent(here map[storage.ID]present, list []storage.Present, now int64) {
	for i := range list {
		p := &list[i]
		idle := max(0, now-p.Active.Unix())
		one, known := here[p.Account]
		if !known {
			one = present{id: p.Account, key: NameKey(p.Name), name: p.Name, idle: idle}
		}
		one.idle = min(one.idle, idle)
		one.sessions += len(p.Sessions)
		if one.away == nil {
			one.away = p.Away
		}
		here[p.Account] = one
	}
}

// elsewhere lists who is logged in on other nodes: of these accounts, or with nil of all.
func (c *Chat) elsewhere(accounts []storage.ID) ([]storage.Present, error) {
	if c.store.Alone() {
		return nil, nil
	}
	ctx, cancel := c.deadline()
	defer cancel()
	return c.store.Elsewhere(ctx, accounts)
}

// membersHere counts the members of rooms who are online, on whichever node.
func (c *Chat) membersHere(rooms []storage.ID) ([]int, error) {
	if !c.store.Alone() {
		ctx, cancel := c.deadline()
		defer cancel()
		return c.store.Here(ctx, rooms)
	}
	counts := make([]int, len(rooms))
	for i, room := range rooms {
		counts[i] = c.presence.here(room)
	}
	return counts, nil
}

// everybody lists who is online, by id.
func (c *Chat) everybody() (map[storage.ID]present, error) {
	now := time.Now().Unix()
	here := c.presence.who(now)
	return here, c.addElsewhere(here, nil, now)
}
