package storage

// makeToken gives somebody a token.
func (a *action) makeToken() error {
	p, err := a.tokenOwner()
	if err != nil {
		return err
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

// revokeToken takes a token back.
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
	for i := range list {
		if list[i].ID() != a.order.Token || list[i].Ended(a.at) {
			continue
		}
		if err := a.keep(&list[i], nil); err != nil {
			return err
		}
		a.tell(TokenRevoked, nil, p, &Change{Token: list[i].ID()})
		return nil
	}
	return ErrNothing
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
