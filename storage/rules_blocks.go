package storage

func (a *action) block() error {
	if a.by.guest {
		return ErrGuest
	}
	p, err := a.personOf(a.ask.To)
	if err != nil {
		return err
	}
	a.verdict.Name = p.name
	switch {
	case p.id == a.by.id:
		return ErrForbidden
	case a.by.blocked[p.id]:
		return nil
	case len(a.by.blocked) >= a.limits.Blocks:
		return ErrTooMany
	}
	if err := a.keep(nil, &blockRecord{a.by.id, p.id}); err != nil {
		return err
	}
	if a.by.blocked == nil {
		a.by.blocked = map[ID]bool{}
	}
	a.by.blocked[p.id] = true
	return nil
}

func (a *action) unblock() error {
	p, err := a.personOf(a.ask.To)
	if err != nil {
		return err
	}
	a.verdict.Name = p.name
	if !a.by.blocked[p.id] {
		return ErrNothing
	}
	delete(a.by.blocked, p.id)
	return a.keep(&blockRecord{a.by.id, p.id}, nil)
}
