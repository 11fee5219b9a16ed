package storage

import (
	"errors"
	"net/netip"
	"strings"
	"time"
)

// onServer checks that the asker may moderate the server, and finds the account that the ask is about.
func (a *action) onServer() (*person, error) {
	if !a.by.operator {
		return nil, ErrForbidden
	}
	p, err := a.personOf(a.ask.To)
	if err == nil && a.by != operators && p.operator { // also oneself
		err = ErrForbidden
	}
	return p, err
}

// below finds the room and the account that the ask is about. The asker must be at least an op, and above that account, unless it is the command line.
func (a *action) below() (*room, *person, *standing, error) {
	in, mine, err := a.inRoom(Op)
	if err != nil {
		return nil, nil, nil, err
	}
	p, s, err := a.target(in)
	if err == nil && a.by != operators && (p.id == a.by.id || a.rank(p, in, s) >= a.rank(a.by, in, mine)) {
		err = ErrForbidden
	}
	return in, p, s, err
}

func (a *action) kick() error {
	if a.order.Room == "" {
		p, err := a.onServer()
		if err == nil {
			a.tell(Kicked, nil, p, nil)
		}
		return err
	}
	in, p, s, err := a.below()
	switch {
	case err != nil:
		return err
	case s.member == nil:
		return ErrAbsent
	}
	if err := a.mayWriteText(); err != nil {
		return err
	}
	a.tell(Kicked, in, p, nil)
	return a.depart(in, p, s)
}

// sanction bans or mutes.
func (a *action) sanction() error {
	switch {
	case a.order.Room != "":
		return a.sanctionInRoom()
	case isAddresses(a.ask.To):
		return a.banAddresses()
	}
	p, err := a.onServer()
	if err != nil {
		return err
	}
	place, kind := &p.ban, Banned
	if a.ask.Kind == Mute {
		place, kind = &p.mute, Muted
	}
	if err := a.put(place, nil, p); err != nil {
		return err
	}
	a.tell(kind, nil, p, &Change{Until: a.until()})
	return nil
}

func (a *action) sanctionInRoom() error {
	in, p, s, err := a.below()
	if err != nil {
		return err
	}
	if err := a.mayWriteText(); err != nil {
		return err
	}
	place, kind := &s.ban, Banned
	if a.ask.Kind == Mute {
		place, kind = &s.mute, Muted
	}
	if *place == nil {
		others, err := a.sanctionsOf(in.ID)
		if err != nil {
			return err
		}
		if len(others) >= a.limits.Bans && a.by != operators {
			return ErrTooMany
		}
	}
	if err := a.put(place, in, p); err != nil {
		return err
	}
	member := kind == Banned && s.member != nil
	a.tell(kind, in, p, &Change{Until: a.until(), Member: member})
	if kind == Banned && s.invite != nil {
		if err := a.keep(s.invite, nil); err != nil {
			return err
		}
		s.invite = nil
	}
	if member {
		return a.depart(in, p, s)
	}
	return nil
}

// put keeps a sanction for a person, in place of the one that there is.
func (a *action) put(place **sanctionRecord, in *room, p *person) error {
	after := &sanctionRecord{Account: p.id, Sanction: a.newSanction(p.key, p.name)}
	if in != nil {
		after.Room = in.ID
	}
	if err := a.keep(orNil(*place), after); err != nil {
		return err
	}
	*place = after
	return nil
}

func (a *action) newSanction(target, name string) Sanction {
	return Sanction{Mute: a.ask.Kind == Mute, Target: target, Name: name, ByName: a.by.name, At: a.at, Until: a.until(),
		Reason: string(a.ask.Text)}
}

// until is when a sanction ends, as times are kept.
func (a *action) until() time.Time { return a.order.Until.Truncate(time.Millisecond) }

// isAddresses reports whether a target is addresses. No name has a slash.
func isAddresses(target string) bool { return strings.Contains(target, "/") }

// banAddresses bans addresses from the server.
func (a *action) banAddresses() error {
	prefix, err := netip.ParsePrefix(a.ask.To)
	if !a.by.operator || err != nil || a.ask.Kind == Mute {
		return ErrForbidden
	}
	target := prefix.Masked().String()
	before, err := a.findSanction(0, target, false)
	if err != nil {
		return err
	}
	if err := a.keep(orNil(before), &sanctionRecord{Sanction: a.newSanction(target, target)}); err != nil {
		return err
	}
	a.tell(Banned, nil, &person{name: target}, &Change{Until: a.until()})
	return nil
}

// findSanction finds a sanction by its target, nil if there is none.
func (a *action) findSanction(room ID, target string, mute bool) (*sanctionRecord, error) {
	sanctions, err := a.sanctionsOf(room)
	for i := range sanctions {
		if s := &sanctions[i]; s.Target == target && s.Mute == mute {
			return s, err
		}
	}
	return nil, err
}

// pardon takes a ban or a mute back. The account may have been removed.
func (a *action) pardon() error {
	var in *room
	var id ID
	if a.order.Room == "" {
		if !a.by.operator {
			return ErrForbidden
		}
	} else {
		var err error
		if in, _, err = a.inRoom(Op); err != nil {
			return err
		}
		id = in.ID
	}
	s, err := a.findSanction(id, a.ask.To, a.ask.Kind == Unmute)
	if err != nil {
		return err
	}
	if s == nil || s.Ended(a.at) {
		return ErrNothing
	}
	kind := Unbanned
	if s.Mute {
		kind = Unmuted
	}
	about := &person{id: s.Account, name: s.Name}
	if s.Account != 0 {
		if p, err := a.person(s.Account); err == nil {
			about = p
		} else if !errors.Is(err, ErrGone) {
			return err
		}
	}
	a.tell(kind, in, about, nil)
	return a.dropSanction(s)
}

// dropSanction removes a sanction.
func (a *action) dropSanction(s *sanctionRecord) error {
	if err := a.keep(s, nil); err != nil {
		return err
	}
	if s.Room == 0 {
		if p := a.persons[s.Account]; p != nil {
			p.drop(s.Mute)
		}
		return nil
	}
	if in := a.byID[s.Room]; in != nil && in.standings[s.Account] != nil {
		in.standings[s.Account].drop(s.Mute)
	}
	return nil
}

func (p *person) drop(mute bool) {
	if mute {
		p.mute = nil
	} else {
		p.ban = nil
	}
}

func (s *standing) drop(mute bool) {
	if mute {
		s.mute = nil
	} else {
		s.ban = nil
	}
}

func (a *action) announce() error {
	if !a.by.operator {
		return ErrForbidden
	}
	a.tell(Announced, nil, nil, nil)
	return nil
}

func (a *action) setLockdown() error {
	if !a.by.operator {
		return ErrForbidden
	}
	before, after := record(&lockdownRecord{}), record(nil)
	if a.order.May {
		before, after = after, before
	}
	a.tell(LockdownSet, nil, nil, &Change{On: a.order.May})
	return a.keep(before, after)
}

// setOperator is for the command line only: an operator can't make others.
func (a *action) setOperator() error {
	if a.by != operators {
		return ErrForbidden
	}
	p, err := a.personOf(a.ask.To)
	if err != nil || p.operator == a.order.May {
		return err
	}
	if p.guest {
		return ErrGuest
	}
	before, after := record(nil), record(&operatorRecord{p.id})
	if p.operator {
		before, after = after, before
	}
	p.operator = a.order.May
	a.tell(OperatorSet, nil, p, &Change{On: p.operator})
	return a.keep(before, after)
}
