package storage

// This file is how a run changes accounts. Each of these asks has a run of its own.

// addCreate makes an account in the lobby, and begins its first session as a login does.
func (r *run) addCreate(parts *runParts, s *redisStore, i int) error {
	if err := s.rules.mayCreate(i, &r.b.Asks[i]); err != nil {
		return err
	}
	lobby, err := s.rules.room(LobbyName)
	if err != nil {
		return err
	}
	a := *r.b.Asks[i].New
	number := s.records.number()
	a.ID = ID(number)
	s.records.do = append(s.records.do, accountCommands(&a)...)
	m := &memberRecord{Account: a.ID, Room: lobby.ID, Since: number, Read: number}
	if err := s.rules.keep(nil, m); err != nil {
		return err
	}
	lobby.members++
	verdict := &r.b.Verdicts[i]
	verdict.Account = a.ID
	verdict.Rooms = []Membership{{RoomInfo: lobby.info(), Since: number, Read: number}}
	r.addPage(parts, s, i, "C", idText(a.ID), a.Hash, "")
	return nil
}

// accountCommands make an account.
func accountCommands(a *Account) []command {
	key := accountKey(a.ID)
	if a.Guest {
		return []command{
			{"HSET", key, "key", a.Key, "name", a.Name, "hash", "", "created", a.Created.UnixMilli(), "guest", 1},
			{"HSET", namesKey, a.Key, idText(a.ID)}, {"SADD", guestsKey, idText(a.ID)},
		}
	}
	return []command{
		{"HSET", key, "key", a.Key, "name", a.Name, "hash", a.Hash, "created", a.Created.UnixMilli()},
		{"HSET", namesKey, a.Key, idText(a.ID)},
	}
}

// addSetPassword gives an account another password, if it has the one that was compared.
func (r *run) addSetPassword(s *redisStore, i int) error {
	ask := &r.b.Asks[i]
	p, err := s.rules.person(ask.Account)
	switch {
	case err != nil:
		return err
	case p.guest:
		return ErrGuest
	}
	if err := s.rules.removeTokens(p.id); err != nil {
		return err
	}
	if ask.Hash != "" {
		s.records.expect = append(s.records.expect, expected{accountKey(p.id), "hash", ask.Hash})
	}
	s.records.do = append(s.records.do, command{"HSET", accountKey(p.id), "hash", ask.NewHash})
	s.rules.tellOf(PasswordChanged, p, i, nil)
	return nil
}

// addRemove removes an account and what hangs on it.
func (r *run) addRemove(s *redisStore, i int) error {
	p, err := s.rules.person(r.b.Asks[i].Account)
	if err != nil {
		return err
	}
	return s.rules.remove(i, &r.b.Asks[i], p)
}
