package commands

import "parley/storage"

// This file is what presence knows of guests.

// setRegistered notes that a guest has an account now.
func (p *presence) setRegistered(id storage.ID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.guests, id)
	if a := p.online[id]; a != nil {
		p.tally(a, -1)
		a.guest = false
		p.tally(a, 1)
		for _, s := range a.sessions {
			s.guest = false
		}
	}
}

// noteGuest notes whether somebody who is online on any node is a guest.
func (p *presence) noteGuest(id storage.ID, guest bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if guest {
		p.guests[id] = struct{}{}
	} else {
		delete(p.guests, id)
	}
}

// marks says of an author what IRC clients are told with a message: whether it is a guest, and whether it is a bot, as far as this node knows.
func (p *presence) marks(id storage.ID) (guest, bot bool) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	_, guest = p.guests[id]
	if a := p.online[id]; a != nil {
		bot = a.bot
	}
	return guest, bot
}

// isGuest reports whether somebody is a guest who is online, on whichever node.
func (p *presence) isGuest(id storage.ID) bool {
	p.mu.RLock()
	defer p.mu.RUnlock()
	_, guest := p.guests[id]
	return guest
}
