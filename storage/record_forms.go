package storage

// The records of dumps and those that the rules decide on are the same things in two forms: the first is a contract, and the second may change.

func (r *roomRecord) dumped() *Record {
	return &Record{Room: &RoomRecord{ID: r.ID, Key: r.Key, Name: r.Name, Look: r.Look, Created: r.Created, Topic: r.Topic, TopicBy: r.TopicBy,
		TopicAt: r.TopicAt, Private: r.Private, Quiet: r.Quiet, Unowned: r.Unowned}}
}

func (r *RoomRecord) loaded() *roomRecord {
	return &roomRecord{ID: r.ID, Key: r.Key, Name: r.Name, Look: r.Look, Created: r.Created, Topic: r.Topic, TopicBy: r.TopicBy,
		TopicAt: r.TopicAt, Private: r.Private, Quiet: r.Quiet, Unowned: r.Unowned}
}

func (m *memberRecord) dumped() *Record {
	return &Record{Member: &MemberRecord{Account: m.Account, Room: m.Room, Since: m.Since, Role: m.Role, Read: m.Read}}
}

func (m *MemberRecord) loaded() *memberRecord {
	return &memberRecord{Account: m.Account, Room: m.Room, Since: m.Since, Role: m.Role, Read: m.Read}
}

func (s *sanctionRecord) dumped() *Record {
	return &Record{Sanction: &SanctionRecord{Room: s.Room, Account: s.Account, Mute: s.Mute, Target: s.Target, Name: s.Name, ByName: s.ByName,
		At: s.At, Until: s.Until, Reason: s.Reason}}
}

func (s *SanctionRecord) loaded() *sanctionRecord {
	return &sanctionRecord{Room: s.Room, Account: s.Account, Sanction: Sanction{Mute: s.Mute, Target: s.Target, Name: s.Name, ByName: s.ByName,
		At: s.At, Until: s.Until, Reason: s.Reason}}
}

func (in *inviteRecord) dumped() *Record {
	return &Record{Invite: &InviteRecord{Account: in.Account, Room: in.Room, RoomName: in.RoomName, From: in.From, FromName: in.FromName,
		Number: in.Number, At: in.At, Told: in.Told}}
}

func (in *InviteRecord) loaded() *inviteRecord {
	return &inviteRecord{Account: in.Account, Room: in.Room, RoomName: in.RoomName, From: in.From, FromName: in.FromName,
		Number: in.Number, At: in.At, Told: in.Told}
}

func (b *BlockRecord) loaded() *blockRecord { return &blockRecord{b.Account, b.Other} }

func (t *tokenRecord) dumped() *Record {
	return &Record{Token: &TokenRecord{Account: t.Account, Hash: t.Hash, Note: t.Note, At: t.At, Until: t.Until}}
}

func (t *TokenRecord) loaded() *tokenRecord {
	return &tokenRecord{t.Account, Token{Hash: t.Hash, Note: t.Note, At: t.At, Until: t.Until}}
}

func (o *onceRecord) dumped() *Record {
	return &Record{Once: &OnceKeyRecord{Account: o.Account, Key: o.Key, At: o.At, Digest: o.Digest, Number: o.Number, ToName: o.ToName,
		Sent: o.Sent, Away: o.Away}}
}

func (o *OnceKeyRecord) loaded() *onceRecord {
	return &onceRecord{o.Account, o.Key, o.At, o.Digest, Said{Number: o.Number, ToName: o.ToName, Sent: o.Sent, Away: o.Away}}
}
