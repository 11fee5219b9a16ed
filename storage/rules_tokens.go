package storage

import "slices"

// makeToken gives somebody a token.
func (a *action) makeToken() error {
	p, err := a.tokenOwner()
	if err != nil {
		return err
	}
	if p.guest {
		return ErrGuest
	}
	list, err := a.tokensOf(p.id)
	if err != nil {
		return err
	}
	count := 0
	for i := range list {
		if !list[i].Ended(a.at) {
			count++
		}
	}
	if count >= a.limits.Tokens && a.by != operators {
		return ErrTooMany
	}
	a.verdict.Name = p.name
	return a.keep(nil, &tokenRecord{p.id, Token{Hash: a.ask.Hash, Note: string(a.ask.Text), At: a.at, Until: a.until()}})
}

// revokeToken takes a token back. Should two have the same ID, it takes both: the sessions of both end.
func (a *action) revokeToken() error {
	p, err := a.tokenOwner()
	if err != nil {
		return err
	}
	a.verdict.Name = p.name
	list, err := a.tokensOf(p.id)
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(t tokenRecord) bool { return t.ID() != a.order.Token || t.Ended(a.at) })
	if len(list) == 0 {
		return ErrNothing
	}
	for i := range list {
		if err := a.keep(&list[i], nil); err != nil {
			return err
		}
	}
	a.tell(TokenRevoked, nil, p, &Change{Token: a.order.Token})
	return nil
}

// tokenOwner is the account whose tokens are asked about.
func (a *action) tokenOwner() (*person, error) {
	if a.by == operators {
		return a.personOf(a.ask.To)
	}
	return a.by, nil
}

// removeTokens removes all tokens of an account.
func (r *rules) removeTokens(account ID) error {
	list, err := r.tokensOf(account)
	for i := range list {
		if err == nil {
			err = r.keep(&list[i], nil)
		}
	}
	return err
}
