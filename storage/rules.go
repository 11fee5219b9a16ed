package storage

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"
)

// rules decide what is asked for, but for what a store does by itself (messages, inboxes, passwords). They are the same for every store.
type rules struct {
	keeper
	known
	limits Limits
	shared bool // an operator's command, and no server

	// Of the batch that is being done:
	at  time.Time
	out func(Event) // takes the events
}

// forget drops what is remembered: somebody else may have changed it, or it was not kept after all.
func (r *rules) forget() { r.known = newKnown() }

// do does one ask. An error for which isAnswer is false is a failure of the store.
func (r *rules) do(place int, ask *Ask, verdict *Verdict) error {
	by, err := r.asker(ask)
	if err != nil {
		return err
	}
	a := action{rules: r, place: place, ask: ask, order: ask.Order, verdict: verdict, by: by}
	if a.order == nil {
		a.order = &Order{}
	}
	switch ask.Kind {
	case Join:
		return a.join()
	case Leave:
		return a.leave()
	case SetTopic:
		return a.setTopic()
	case SetSetting:
		return a.setSetting()
	case SetRole:
		return a.setRole()
	case Kick:
		return a.kick()
	case Ban, Mute:
		return a.sanction()
	case Unban, Unmute:
		return a.pardon()
	case Invite:
		return a.invite()
	case Told:
		return a.told()
	case Block:
		return a.block()
	case Unblock:
		return a.unblock()
	case Seen:
		return a.seen()
	case Announce:
		return a.announce()
	case SetLockdown:
		return a.setLockdown()
	case SetOperator:
		return a.setOperator()
	case RemoveRoom:
		return a.removeRoom()
	case MakeToken:
		return a.makeToken()
	case RevokeToken:
		return a.revokeToken()
	case SetAway:
		return a.setAway()
	case EndSession:
		return a.endSession()
	case Tidy:
		return a.tidy()
	case Register:
		return a.register()
	case Forget:
		return a.forgetGuest()
	}
	return errors.New("no such kind of ask")
}

// needsLists reports whether an ask must see everything that was asked for before it as kept: it uses the lists of a keeper.
func needsLists(kind AskKind) bool {
	switch kind {
	case Leave, SetRole, Ban, Mute, Unban, Unmute, Invite, Told, Block, Unblock, RemoveRoom, Remove, MakeToken, RevokeToken, Tidy, Register, Forget:
		return true
	}
	return false
}

// byRules reports whether the rules decide this kind of ask.
func byRules(kind AskKind) bool { return kind >= Join }

// operators is the person who asks on the command line.
var operators = &person{operator: true}

func (r *rules) asker(ask *Ask) (*person, error) {
	if ask.Account == 0 {
		return operators, nil
	}
	return r.person(ask.Account)
}

// person returns an account, or ErrGone.
func (r *rules) person(id ID) (*person, error) {
	p := r.persons[id]
	if p == nil {
		var err error
		if p, err = r.glance(id); err != nil {
			return nil, err
		}
		r.learn(p)
	}
	return p, nil
}

// glance is person for somebody who may never ask for anything more, and is not remembered for that.
func (r *rules) glance(id ID) (*person, error) {
	if p := r.persons[id]; p != nil {
		return p, nil
	}
	p, err := r.loadPerson(id)
	if err == nil && p == nil {
		err = ErrGone
	}
	return p, err
}

func (r *rules) learn(p *person) {
	r.persons[p.id], r.ids[p.key] = p, p.id
	r.size++
}

// personOf returns the account of a key, or ErrNoAccount.
func (r *rules) personOf(key string) (*person, error) {
	id := r.ids[key]
	if id == 0 {
		var err error
		if id, err = r.accountID(key); err != nil {
			return nil, err
		}
		if id == 0 {
			return nil, ErrNoAccount
		}
	}
	p, err := r.person(id)
	if errors.Is(err, ErrGone) {
		err = ErrNoAccount
	}
	return p, err
}

// room returns the room of a key, or ErrNoRoom.
func (r *rules) room(key string) (*room, error) {
	found := r.rooms[key]
	if found == nil {
		var err error
		if found, err = r.loadRoom(key); err != nil {
			return nil, err
		}
		if found == nil {
			return nil, ErrNoRoom
		}
		r.learnRoom(found)
	}
	return found, nil
}

// roomByID returns the room of an id, or ErrNoRoom.
func (r *rules) roomByID(id ID) (*room, error) {
	found := r.byID[id]
	if found == nil {
		var err error
		if found, err = r.loadRoomByID(id); err != nil {
			return nil, err
		}
		if found == nil {
			return nil, ErrNoRoom
		}
		r.learnRoom(found)
	}
	return found, nil
}

func (r *rules) learnRoom(found *room) {
	found.standings = map[ID]*standing{}
	r.rooms[strings.Clone(found.Key)], r.byID[found.ID] = found, found
	r.looks[found.Look] = true
	r.size++
}

// standing returns how an account stands with a room.
func (r *rules) standing(in *room, account ID) (*standing, error) {
	s := in.standings[account]
	if s == nil {
		var err error
		if s, err = r.loadStanding(in.ID, account); err != nil {
			return nil, err
		}
		in.standings[account] = s
		r.size++
	}
	return s, nil
}

// holds returns a sanction if it has not ended.
func (r *rules) holds(s *sanctionRecord) *Sanction {
	if s == nil || s.Ended(r.at) {
		return nil
	}
	found := s.Sanction
	found.Everywhere = s.Room == 0
	return &found
}

// maySpeak returns nil if a person may speak at all.
func (r *rules) maySpeak(p *person, verdict *Verdict) error {
	if s := r.holds(p.mute); s != nil {
		verdict.Sanction = s
		return ErrMuted
	}
	return nil
}

// maySpeakIn returns nil if a person who may speak may do so in a room.
func (r *rules) maySpeakIn(p *person, in *room, verdict *Verdict) error {
	s, err := r.standing(in, p.id)
	switch {
	case err != nil:
		return err
	case s.member == nil:
		return ErrNotMember
	case in.Quiet && r.rank(p, in, s) == NoRole:
		return ErrQuiet
	}
	if mute := r.holds(s.mute); mute != nil {
		verdict.Sanction = mute
		return ErrMuted
	}
	return nil
}

// mayWrite returns nil if a person who may speak may write to another.
func (r *rules) mayWrite(from, to *person) error {
	if to.blocked[from.id] {
		return ErrBlocked
	}
	return nil
}

// rank is what a person may do in a room. The lobby is moderated by the operators.
func (r *rules) rank(p *person, in *room, s *standing) Role {
	switch {
	case p == operators, in.isLobby() && p.operator:
		return Owner
	case s.member == nil:
		return NoRole
	}
	return s.member.Role
}

// depart ends a membership. Settle must follow when its event was told.
func (r *rules) depart(in *room, p *person, s *standing) error {
	if err := r.keep(s.member, nil); err != nil {
		return err
	}
	s.member = nil
	in.members--
	if !in.isLobby() {
		p.rooms--
	}
	return nil
}

// settle gives a room that somebody has left another owner if it has none, and removes one that is of no use to anybody. No guest inherits it: if
// only guests are left, it has no owner.
func (a *action) settle(in *room, wasOwner bool) error {
	switch {
	case in.isLobby():
		return nil
	case in.members == 0 && in.Private: // nobody could ever read it
		return a.removeRecords(in)
	case in.members == 0:
		used, err := a.hasMessages(in.ID, a.at)
		if err != nil || used {
			return err
		}
		return a.removeRecords(in)
	case !wasOwner:
		return nil
	}
	members, err := a.membersOf(in.ID)
	if err != nil {
		return err
	}
	members = slices.DeleteFunc(members, func(m memberRecord) bool { return m.Account == a.leaving })
	slices.SortFunc(members, func(x, y memberRecord) int { return compareHeirs(y, x) })
	for i := range members {
		p, err := a.person(members[i].Account)
		switch {
		case err != nil:
			return err
		case p.guest:
			continue
		case members[i].Role == Owner:
			return nil
		}
		return a.giveTo(in, p, Owner)
	}
	return a.setUnowned(in, true)
}

// setUnowned notes whether a room has only guests.
func (r *rules) setUnowned(in *room, unowned bool) error {
	if in.Unowned == unowned {
		return nil
	}
	before := in.roomRecord
	in.Unowned = unowned
	return r.keepRoom(in, before)
}

// compareHeirs says who rather becomes the owner: an op, or else the member of longest standing.
func compareHeirs(x, y memberRecord) int {
	claim := func(m memberRecord) Role {
		if m.Role < Op {
			return NoRole
		}
		return m.Role
	}
	return cmp.Or(cmp.Compare(claim(x), claim(y)), cmp.Compare(y.Since, x.Since))
}

// removeRecords removes a room and all that hangs on it but for its members.
func (r *rules) removeRecords(in *room) error {
	sanctions, err := r.sanctionsOf(in.ID)
	if err != nil {
		return err
	}
	for i := range sanctions {
		if err := r.keep(&sanctions[i], nil); err != nil {
			return err
		}
	}
	invites, err := r.invitesTo(in.ID)
	if err != nil {
		return err
	}
	for i := range invites {
		if err := r.keep(&invites[i], nil); err != nil {
			return err
		}
	}
	delete(r.rooms, in.Key)
	delete(r.byID, in.ID)
	delete(r.looks, in.Look)
	return r.keep(&in.roomRecord, nil)
}
