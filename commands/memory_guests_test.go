package commands

import "parley/storage"

// This file is what the store in memory knows of guests.

// register makes an ordinary account of a guest.
func (c *change) register() error {
	if !c.who.Guest {
		return storage.ErrExists
	}
	c.who.Guest, c.who.Hash = false, c.ask.NewHash
	c.accounts[c.who.Key] = c.who
	c.tell(storage.Registered, nil, c.who, storage.Change{Rooms: c.order.Rooms})
	return nil
}

// removeOwn removes an account that asks for that.
func (m *memory) removeOwn(who storage.Account) (events []storage.Event) {
	for _, in := range m.rooms {
		if in.members[who.ID] == nil {
			continue
		}
		if delete(in.members, who.ID); in.ID != lobby {
			events = append(events, storage.Event{
				Kind: storage.Left, Number: m.next(), Thread: storage.RoomThread(in.ID), From: who.ID, FromName: who.Name, To: who.ID, ToName: who.Name,
				Change: &storage.Change{Room: in.Name, Removed: true},
			})
		}
	}
	delete(m.accounts, who.Key)
	return append(events, storage.Event{Kind: storage.AccountRemoved, Number: m.next(), To: who.ID, ToName: who.Name})
}
