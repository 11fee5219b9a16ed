package storage

// This file is how a run changes accounts. Each of these asks has a run of its own.

// addCreate makes an account in the lobby, and begins its first session as a login does.
func (r *run) addCreate(parts *runParts, s *redisStore, i int) error {
	a := r.b.Asks[i].New
	if _, err := s.rules.personOf(a.Key); err == nil {
		return ErrExists
	} else if err != ErrNoAccount {
		return err
	}
	lobby, err := s.rules.room(LobbyName)
	if err != nil {
		return err
	}
	number := s.records.number()
	id := ID(number)
	s.records.do = append(s.records.do,
		command{"HSET", accountKey(id), "key", a.Key, "name", a.Name, "hash", a.Hash, "created", a.Created.UnixMilli()},
		command{"HSET", namesKey, a.Key, idText(id)})
	m := &memberRecord{Account: id, Room: lobby.ID, Since: number, Read: number}
	if err := s.rules.keep(nil, m); err != nil {
		return err
	}
	lobby.members++
	verdict := &r.b.Verdicts[i]
	verdict.Account = id
	verdict.Rooms = []Membership{{RoomInfo: lobby.info(), Since: number, Read: number}}
	r.addPage(parts, s, i, "C", idText(id), a.Hash, "")
	return nil
}

// addSetPassword gives an account another password, if it has the one that was compared.
func (r *run) addSetPassword(s *redisStore, i int) error {
	ask := &r.b.Asks[i]
	p, err := s.rules.person(ask.Account)
	if err != nil {
		return err
	}
	if err := s.rules.removeTokens(p.id); err != nil {
		return err
	}
	if ask.Hash != "" {
		s.records.expect = append(s.records.expect, expected{accountKey(p.id), "hash", ask.Hash})
	}
	s.records.do = append(s.records.do, command{"HSET", accountKey(p.id), "hash", ask.NewHash})
	r.addChange(PasswordChanged, s, p, i)
	return nil
}

// addRemove removes an account and what hangs on it.
func (r *run) addRemove(s *redisStore, i int) error {
	ask := &r.b.Asks[i]
	p, err := s.rules.person(ask.Account)
	if err != nil {
		return err
	}
	if err := s.rules.removeMemberships(i, ask, p); err != nil {
		return err
	}
	s.records.do = append(s.records.do,
		command{"DEL", accountKey(p.id), inboxKey(p.id), pairsKey(p.id)},
		command{"HDEL", namesKey, p.key}, command{"HDEL", expiredKey, idText(p.id)})
	s.records.touched = append(s.records.touched, touch{kind: 'p', account: p.id})
	r.addChange(AccountRemoved, s, p, i)
	return nil
}

// addChange adds an event that is about an account.
func (r *run) addChange(kind EventKind, s *redisStore, p *person, i int) {
	e := Event{Kind: kind, Number: s.records.number(), At: s.rules.at, To: p.id, ToName: p.name, Ask: i}
	if !s.shared {
		e.From, e.FromName = p.id, p.name
	}
	r.events = append(r.events, e)
}
