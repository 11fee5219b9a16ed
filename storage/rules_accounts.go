package storage

import "errors"

// mayCreate checks that an account may be made. First it removes a guest who was left over under its key.
func (r *rules) mayCreate(place int, ask *Ask) error {
	earlier, err := r.personOf(ask.New.Key)
	switch {
	case errors.Is(err, ErrNoAccount):
		return r.roomForGuest(ask.New, 0)
	case err != nil:
		return err
	case !earlier.guest:
		return ErrExists
	}
	left, err := r.isLeftOver(earlier.id)
	switch {
	case err != nil:
		return err
	case !left:
		return ErrExists
	}
	if err := r.roomForGuest(ask.New, 1); err != nil {
		return err
	}
	return r.remove(place, ask, earlier)
}

// roomForGuest returns nil if there may be one more guest when some have gone, or if the new account is none.
func (r *rules) roomForGuest(made *Account, gone int) error {
	if !made.Guest {
		return nil
	}
	count, err := r.countGuests()
	if err == nil && count-gone >= r.limits.Guests {
		err = ErrTooMany
	}
	return err
}

// register makes an ordinary account of a guest. It gets the rooms in which there were only guests.
func (a *action) register() error {
	if !a.by.guest {
		return ErrExists
	}
	if err := a.keep(&guestRecord{a.by.id}, &registeredRecord{a.by.id, a.ask.NewHash}); err != nil {
		return err
	}
	a.by.guest = false
	change := &Change{}
	if a.order != nil {
		change.Rooms = a.order.Rooms
	}
	a.tell(Registered, nil, a.by, change)
	memberships, err := a.membershipsOf(a.by.id)
	if err != nil {
		return err
	}
	for _, m := range memberships {
		in, err := a.room(m.roomKey)
		if err != nil {
			return err
		}
		if !in.Unowned {
			continue
		}
		if err := a.setUnowned(in, false); err != nil {
			return err
		}
		if err := a.giveTo(in, a.by, Owner); err != nil {
			return err
		}
	}
	return nil
}

// forgetGuest removes a guest whose session has ended. What was a guest may be an account by now, without its node knowing it.
func (a *action) forgetGuest() error {
	if !a.by.guest {
		return ErrExists
	}
	return a.remove(a.place, a.ask, a.by)
}

// tellOf adds an event that is about an account. Nobody has done it if it was an operator's command.
func (r *rules) tellOf(kind EventKind, p *person, place int, change *Change) {
	e := Event{Kind: kind, Number: r.number(), At: r.at, To: p.id, ToName: p.name, Change: change, Ask: place}
	if !r.shared {
		e.From, e.FromName = p.id, p.name
	}
	r.out(e)
}

// remove removes an account, and tells everybody.
func (r *rules) remove(place int, ask *Ask, p *person) error {
	rooms, err := r.roomsOf(p.id)
	if err != nil {
		return err
	}
	if err := r.removeMemberships(place, ask, p); err != nil {
		return err
	}
	if err := r.eraseAccount(p); err != nil {
		return err
	}
	r.tellOf(AccountRemoved, p, place, &Change{Rooms: rooms})
	return nil
}

// removeLeftGuests removes guests who have no session. More reports whether some may be left.
func (a *action) removeLeftGuests() (more bool, err error) {
	left, err := a.leftGuests()
	for _, id := range left {
		if err != nil {
			return false, err
		}
		var p *person
		if p, err = a.person(id); err == nil {
			err = a.remove(a.place, a.ask, p)
		}
	}
	return len(left) == maxLeftGuests, err
}

// removeMemberships takes an account that is being removed out of everything.
func (r *rules) removeMemberships(place int, ask *Ask, p *person) error {
	a := action{rules: r, place: place, ask: ask, by: p, leaving: p.id}
	memberships, err := r.membershipsOf(p.id)
	if err != nil {
		return err
	}
	for _, m := range memberships {
		in, err := r.room(m.roomKey)
		if err != nil {
			return err
		}
		s, err := r.standing(in, p.id)
		if err != nil {
			return err
		}
		wasOwner := m.Role == Owner
		if err := r.depart(in, p, s); err != nil {
			return err
		}
		if in.isLobby() {
			continue // nobody was told when it came, either
		}
		a.tell(Left, in, p, &Change{Removed: true})
		if err := a.settle(in, wasOwner); err != nil {
			return err
		}
	}
	return r.removeOwn(p)
}

// removeOwn removes what hangs on an account alone.
func (r *rules) removeOwn(p *person) error {
	invites, err := r.invitesOf(p.id)
	if err != nil {
		return err
	}
	for i := range invites {
		if err := r.keep(&invites[i], nil); err != nil {
			return err
		}
	}
	blocked, err := r.blocksOf(p.id)
	if err != nil {
		return err
	}
	for _, other := range blocked {
		if err := r.keep(&blockRecord{p.id, other}, nil); err != nil {
			return err
		}
	}
	if err := r.removeTokens(p.id); err != nil {
		return err
	}
	for _, s := range []*sanctionRecord{p.ban, p.mute} {
		if s != nil {
			if err := r.keep(s, nil); err != nil {
				return err
			}
		}
	}
	delete(r.persons, p.id)
	delete(r.ids, p.key)
	return nil
}
