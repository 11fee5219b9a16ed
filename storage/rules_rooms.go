package storage

import (
	"bytes"
	"errors"
	"time"
)

// action is one ask while the rules do it.
type action struct {
	*rules
	place   int // of the ask in its batch
	ask     *Ask
	order   *Order
	verdict *Verdict
	by      *person // who asks
	leaving ID      // whose membership has ended, and may still be in the lists
}

// tell adds an event about a person in a room, or on the server if in is nil.
func (a *action) tell(kind EventKind, in *room, about *person, change *Change) int64 {
	e := a.event(kind, in, about, change)
	e.Number = a.number()
	a.out(e)
	return e.Number
}

// event makes an event that has no number yet.
func (a *action) event(kind EventKind, in *room, about *person, change *Change) Event {
	if change == nil {
		change = &Change{}
	}
	e := Event{Kind: kind, At: a.at, From: a.by.id, FromName: a.by.name, Change: change, Ask: a.place}
	if in != nil {
		e.Thread, change.Room = RoomThread(in.ID), in.Name
	}
	if about != nil {
		e.To, e.ToName = about.id, about.name
		change.Blocked = about.blocked[a.by.id]
	}
	if text := a.ask.Text; len(text) > 0 && kind != RoleSet && !change.Removed {
		e.Text = bytes.Clone(text) // the caller's own memory
	}
	return e
}

func (a *action) join() error {
	in, err := a.room(a.order.Room)
	if errors.Is(err, ErrNoRoom) {
		return a.found()
	}
	if err != nil {
		return err
	}
	s, err := a.standing(in, a.by.id)
	if err != nil {
		return err
	}
	if ban := a.holds(s.ban); ban != nil {
		a.verdict.Sanction = ban
		return ErrBanned
	}
	invited, err := a.invited(in, s)
	switch {
	case err != nil:
		return err
	case s.member != nil:
		return ErrMember
	case in.Private && !invited:
		return ErrInviteOnly
	case !in.isLobby() && a.by.rooms >= a.limits.Rooms:
		return ErrTooMany
	case !in.isLobby() && in.members >= a.limits.Members:
		return ErrRoomFull
	}
	if s.invite != nil {
		if err := a.keep(s.invite, nil); err != nil {
			return err
		}
		s.invite = nil
	}
	role, free := NoRole, !in.isLobby() && (in.members == 0 || in.Unowned)
	if free && !a.by.guest {
		role = Owner
	}
	// A room that everybody has left still has what they have said. Guests may come in, but it is the next account's.
	if err := a.setUnowned(in, free && a.by.guest); err != nil {
		return err
	}
	return a.enter(in, s, role)
}

// invited reports whether an invitation into a private room holds: the one who has invited must still be an owner or an op there. So nobody
// comes in by an invitation from when the room was public, or of somebody who was taken out.
func (a *action) invited(in *room, s *standing) (bool, error) {
	if s.invite == nil {
		return false, nil
	}
	from, err := a.standing(in, s.invite.From)
	return err == nil && from.member != nil && from.member.Role >= Op, err
}

// found makes a new room.
func (a *action) found() error {
	switch {
	case !a.order.May:
		return ErrNoRoom
	case a.by.rooms >= a.limits.Rooms:
		return ErrTooMany
	}
	taken, err := a.roomOfLook(a.order.Look)
	if err != nil {
		return err
	}
	if taken != 0 || a.looks[a.order.Look] { // the store may not know yet of a room that was made just now
		return ErrRoomTaken
	}
	in := &room{roomRecord: roomRecord{
		ID: ID(a.number()), Key: a.order.Room, Name: a.order.Name, Look: a.order.Look, Created: a.at, Unowned: a.by.guest,
	}}
	if err := a.keep(nil, &in.roomRecord); err != nil {
		return err
	}
	a.learnRoom(in)
	a.verdict.Made = true
	s := &standing{}
	in.standings[a.by.id] = s
	a.size++
	if a.by.guest {
		return a.enter(in, s, NoRole)
	}
	return a.enter(in, s, Owner)
}

// enter makes the asker a member.
func (a *action) enter(in *room, s *standing, role Role) error {
	number := a.tell(Joined, in, a.by, &Change{Role: role, Guest: a.by.guest})
	m := &memberRecord{Account: a.by.id, Room: in.ID, Since: number, Role: role, Read: number}
	if err := a.keep(nil, m); err != nil {
		return err
	}
	s.member = m
	in.members++
	if !in.isLobby() {
		a.by.rooms++
	}
	info := in.info()
	a.verdict.Room = &info
	return nil
}

func (a *action) leave() error {
	in, err := a.room(a.order.Room)
	if err != nil {
		return err
	}
	s, err := a.standing(in, a.by.id)
	switch {
	case err != nil:
		return err
	case s.member == nil:
		return ErrNotMember
	}
	if err := a.mayWriteText(); err != nil {
		return err
	}
	wasOwner := s.member.Role == Owner
	if err := a.depart(in, a.by, s); err != nil {
		return err
	}
	a.leaving = a.by.id
	a.tell(Left, in, a.by, nil)
	return a.settle(in, wasOwner)
}

// inRoom finds the room, and checks that the asker has this role there.
func (a *action) inRoom(least Role) (*room, *standing, error) {
	in, err := a.room(a.order.Room)
	if err != nil {
		return nil, nil, err
	}
	s, err := a.standing(in, a.by.id)
	if err != nil {
		return nil, nil, err
	}
	rank := a.rank(a.by, in, s)
	switch {
	case rank == NoRole && s.member == nil:
		return nil, nil, ErrNotMember
	case rank < least:
		return nil, nil, ErrForbidden
	}
	return in, s, nil
}

func (a *action) setTopic() error {
	in, _, err := a.inRoom(Op)
	if err != nil {
		return err
	}
	if err := a.mayWriteText(); err != nil {
		return err
	}
	before := in.roomRecord
	in.Topic, in.TopicBy, in.TopicAt = string(a.ask.Text), a.by.name, a.at
	if in.Topic == "" {
		in.TopicBy, in.TopicAt = "", time.Time{}
	}
	a.tell(TopicSet, in, nil, nil)
	return a.keepRoom(in, before)
}

// mayWriteText returns nil if what is asked for has no text, or the asker may speak on the server. A topic or a reason is read as a message is.
func (a *action) mayWriteText() error {
	if len(a.ask.Text) == 0 {
		return nil
	}
	return a.maySpeak(a.by, a.verdict)
}

// keepRoom writes a room that was changed.
func (r *rules) keepRoom(in *room, before roomRecord) error {
	after := in.roomRecord
	return r.keep(&before, &after)
}

func (a *action) setSetting() error {
	in, _, err := a.inRoom(Owner)
	if err != nil {
		return err
	}
	before := in.roomRecord
	switch a.order.Setting {
	case PublicRoom:
		in.Private = false
	case PrivateRoom:
		if in.isLobby() {
			return ErrForbidden // every new account is in it
		}
		in.Private = true
	case OpenRoom:
		in.Quiet = false
	case QuietRoom:
		in.Quiet = true
	}
	a.tell(SettingSet, in, nil, &Change{Setting: a.order.Setting})
	return a.keepRoom(in, before)
}

func (a *action) setRole() error {
	if a.by.guest {
		return ErrGuest
	}
	in, _, err := a.inRoom(Owner)
	if err != nil {
		return err
	}
	p, s, err := a.member(in)
	if err != nil {
		return err
	}
	switch {
	case p.guest:
		return ErrGuest
	case in.isLobby() && a.order.Role == Owner:
		return ErrForbidden // nobody owns it
	case p.id != a.by.id && s.member.Role == Owner:
		return ErrForbidden
	case p.id == a.by.id && s.member.Role == Owner && a.order.Role != Owner:
		if other, err := a.otherOwner(in, p.id); err != nil || !other {
			return orForbidden(err)
		}
	}
	return a.give(in, p, s, a.order.Role)
}

func orForbidden(err error) error {
	if err == nil {
		err = ErrForbidden
	}
	return err
}

// otherOwner reports whether a room has another owner than this one. Without one nobody could do anything there.
func (a *action) otherOwner(in *room, than ID) (bool, error) {
	members, err := a.membersOf(in.ID)
	for i := range members {
		if members[i].Role == Owner && members[i].Account != than {
			return true, err
		}
	}
	return false, err
}

// give gives a member a role.
func (a *action) give(in *room, p *person, s *standing, role Role) error {
	after := *s.member
	after.Role = role
	a.tell(RoleSet, in, p, &Change{Role: role, Was: s.member.Role})
	if err := a.keep(s.member, &after); err != nil {
		return err
	}
	s.member = &after
	return nil
}

// giveTo is give for a member whose standing must be looked up.
func (a *action) giveTo(in *room, p *person, role Role) error {
	s, err := a.standing(in, p.id)
	if err != nil {
		return err
	}
	return a.give(in, p, s, role)
}

// member finds the member of a room that the ask is about.
func (a *action) member(in *room) (*person, *standing, error) {
	p, s, err := a.target(in)
	if err == nil && s.member == nil {
		err = ErrAbsent
	}
	return p, s, err
}

// target finds the account that the ask is about, and how it stands with the room.
func (a *action) target(in *room) (*person, *standing, error) {
	p, err := a.personOf(a.ask.To)
	if err != nil {
		return nil, nil, err
	}
	s, err := a.standing(in, p.id)
	return p, s, err
}

func (a *action) invite() error {
	if a.by.guest {
		return ErrGuest
	}
	in, s, err := a.inRoom(NoRole)
	if err != nil {
		return err
	}
	if in.Private && a.rank(a.by, in, s) < Op {
		return ErrForbidden
	}
	p, theirs, err := a.target(in)
	if err != nil {
		return err
	}
	if p.guest {
		return ErrGuest
	}
	if ban := a.holds(theirs.ban); ban != nil {
		a.verdict.Sanction = ban
		return ErrBanned
	}
	switch {
	case theirs.member != nil:
		return ErrMember
	case p.blocked[a.by.id]:
		return ErrBlocked
	}
	if theirs.invite == nil {
		waiting, err := a.invitesOf(p.id)
		if err != nil {
			return err
		}
		if len(waiting) >= a.limits.Invites && a.by != operators {
			return ErrTooMany
		}
	}
	number := a.tell(Invited, in, p, nil)
	after := &inviteRecord{Account: p.id, Room: in.ID, RoomName: in.Name, From: a.by.id, FromName: a.by.name, Number: number, At: a.at}
	if err := a.keep(orNil(theirs.invite), after); err != nil {
		return err
	}
	theirs.invite = after
	return nil
}

// orNil makes a record of a pointer that may be nil.
func orNil[T any](p *T) record {
	if p == nil {
		return nil
	}
	return p
}

// told notes that an invitation was told.
func (a *action) told() error {
	invites, err := a.invitesOf(a.by.id)
	if err != nil {
		return err
	}
	for i := range invites {
		before := &invites[i]
		if before.Number != a.ask.After || before.Told {
			continue
		}
		after := *before
		after.Told = true
		if in := a.byID[after.Room]; in != nil && in.standings[a.by.id] != nil {
			in.standings[a.by.id].invite = &after
		}
		return a.keep(before, &after)
	}
	return nil
}

// seen notes how far the asker has had everything of its rooms.
func (a *action) seen() error {
	for _, reading := range a.order.Readings {
		in, err := a.roomByID(reading.Room)
		if errors.Is(err, ErrNoRoom) {
			continue
		}
		if err != nil {
			return err
		}
		s, err := a.standing(in, a.by.id)
		if err != nil {
			return err
		}
		if s.member == nil || s.member.Read >= reading.Number {
			continue
		}
		after := *s.member
		after.Read = reading.Number
		if err := a.keep(s.member, &after); err != nil {
			return err
		}
		s.member = &after
	}
	return nil
}

// removeRoom removes a room with its members.
func (a *action) removeRoom() error {
	if a.by != operators {
		return ErrForbidden
	}
	in, err := a.room(a.order.Room)
	if err != nil {
		return err
	}
	if in.isLobby() {
		return ErrForbidden
	}
	members, err := a.membersOf(in.ID)
	if err != nil {
		return err
	}
	for i := range members {
		m := &members[i]
		if err := a.keep(m, nil); err != nil {
			return err
		}
		if p := a.persons[m.Account]; p != nil {
			p.rooms--
		}
	}
	a.tell(RoomRemoved, in, nil, nil)
	return a.removeRecords(in)
}
