package commands

import (
	"maps"
	"slices"
	"strings"
	"time"

	"parley/storage"
)

// This file is what the store in memory knows of rooms and of those who keep order there.

type memoryRoom struct {
	storage.Room
	look           string
	topic          string
	private, quiet bool
	members        map[storage.ID]*storage.Membership // without what the room itself knows
}

type memorySanction struct {
	room storage.ID
	storage.Sanction
}

type memoryInvite struct {
	storage.Invitation
	room storage.ID
	told bool
}

func (in *memoryRoom) info() storage.RoomInfo {
	return storage.RoomInfo{Room: in.Room, Topic: in.topic, Private: in.private, Quiet: in.quiet, Members: len(in.members)}
}

// rank is what an account may do in a room.
func (in *memoryRoom) rank(who storage.Account) storage.Role {
	if who.ID == 0 || who.Operator && in.ID == lobby {
		return storage.Owner
	}
	if one := in.members[who.ID]; one != nil {
		return one.Role
	}
	return storage.NoRole
}

// roomsOf lists the memberships of an account by key.
func (m *memory) roomsOf(account storage.ID) (list []storage.Membership) {
	for _, key := range slices.Sorted(maps.Keys(m.rooms)) {
		in := m.rooms[key]
		if one := in.members[account]; one != nil {
			full := *one
			full.RoomInfo = in.info()
			for _, e := range m.threads[storage.RoomThread(in.ID)] {
				if e.Number > one.Read {
					full.Unread++
				}
			}
			list = append(list, full)
		}
	}
	return list
}

// sanction finds what holds for an account, or for addresses, in a room or with the room 0 on the server.
func (m *memory) sanction(room storage.ID, target string, mute bool, now time.Time) *storage.Sanction {
	for i := range m.sanctions {
		if s := &m.sanctions[i]; s.room == room && s.Target == target && s.Mute == mute && !s.Ended(now) {
			return &s.Sanction
		}
	}
	return nil
}

func (m *memory) maySpeak(in *memoryRoom, who storage.Account, at time.Time, v *storage.Verdict) error {
	switch {
	case in == nil:
		return storage.ErrNoRoom
	case in.members[who.ID] == nil:
		return storage.ErrNotMember
	case in.quiet && in.rank(who) == storage.NoRole:
		return storage.ErrQuiet
	}
	if v.Sanction = m.sanction(in.ID, who.Key, true, at); v.Sanction != nil {
		return storage.ErrMuted
	}
	return nil
}

// change is one of the asks from Join on.
type change struct {
	*memory
	ask    *storage.Ask
	order  *storage.Order
	who    storage.Account // who asks; empty: the command line
	at     time.Time
	events []storage.Event
}

// tell adds an event. In is nil where it is about the server.
func (c *change) tell(kind storage.EventKind, in *memoryRoom, about storage.Account, what storage.Change) int64 {
	e := storage.Event{Kind: kind, Number: c.next(), From: c.who.ID, FromName: c.who.Name, To: about.ID, ToName: about.Name, Text: c.ask.Text, Change: &what}
	if in != nil {
		e.Thread, what.Room = storage.RoomThread(in.ID), in.Name
	}
	c.events = append(c.events, e)
	return e.Number
}

func (c *change) do(v *storage.Verdict) error {
	switch c.ask.Kind {
	case storage.Join:
		return c.join(v)
	case storage.Block, storage.Unblock:
		return c.block(v)
	case storage.Seen:
		return c.seen()
	case storage.Told:
		for i := range c.invites[c.who.ID] {
			in := &c.invites[c.who.ID][i]
			in.told = in.told || in.Number == c.ask.After
		}
		return nil
	case storage.Register:
		return c.register()
	case storage.SetAway:
		c.setAway()
		return nil
	case storage.EndSession:
		c.events = append(c.events, storage.Event{Kind: storage.SessionEnded, To: c.who.ID, ToName: c.who.Name, Change: &storage.Change{Session: c.ask.After}})
		return nil
	}
	if c.order.Room == "" {
		return c.onServer()
	}
	in := c.rooms[c.order.Room]
	switch {
	case in == nil:
		return storage.ErrNoRoom
	case c.ask.Kind == storage.RemoveRoom:
		delete(c.rooms, c.order.Room)
		c.tell(storage.RoomRemoved, in, storage.Account{}, storage.Change{})
		return nil
	case in.members[c.who.ID] == nil && in.rank(c.who) == storage.NoRole:
		return storage.ErrNotMember
	}
	return c.inRoom(in, v)
}

func (c *change) join(v *storage.Verdict) error {
	in, role := c.rooms[c.order.Room], storage.NoRole
	if in == nil {
		if !c.order.May {
			return storage.ErrNoRoom
		}
		for _, other := range c.rooms {
			if other.look == c.order.Look {
				return storage.ErrRoomTaken
			}
		}
		in = &memoryRoom{Room: storage.Room{ID: storage.ID(c.next()), Name: c.order.Name}, look: c.order.Look, members: map[storage.ID]*storage.Membership{}}
		c.rooms[c.order.Room] = in
		role, v.Made = storage.Owner, true
	}
	invited := func(one memoryInvite) bool { return one.room == in.ID }
	v.Sanction = c.sanction(in.ID, c.who.Key, false, c.at)
	switch {
	case v.Sanction != nil:
		return storage.ErrBanned
	case in.members[c.who.ID] != nil:
		return storage.ErrMember
	case in.private && !slices.ContainsFunc(c.invites[c.who.ID], invited):
		return storage.ErrInviteOnly
	case len(in.members) >= c.limits.Members:
		return storage.ErrRoomFull
	case len(c.roomsOf(c.who.ID)) > c.limits.Rooms: // the lobby does not count
		return storage.ErrTooMany
	}
	c.invites[c.who.ID] = slices.DeleteFunc(c.invites[c.who.ID], invited)
	number := c.tell(storage.Joined, in, c.who, storage.Change{Role: role, Guest: c.who.Guest})
	in.members[c.who.ID] = &storage.Membership{Role: role, Since: number, Read: number}
	info := in.info()
	v.Room = &info
	return nil
}

// inRoom does what a member, or the lobby's operator, asks for in a room.
func (c *change) inRoom(in *memoryRoom, v *storage.Verdict) error {
	rank := in.rank(c.who)
	nobody := storage.Account{}
	switch c.ask.Kind {
	case storage.Leave:
		delete(in.members, c.who.ID)
		c.tell(storage.Left, in, c.who, storage.Change{})
		c.inherit(in)
		return nil
	case storage.SetTopic:
		if rank < storage.Op {
			return storage.ErrForbidden
		}
		in.topic = string(c.ask.Text)
		c.tell(storage.TopicSet, in, nobody, storage.Change{})
		return nil
	case storage.SetSetting:
		if rank < storage.Owner {
			return storage.ErrForbidden
		}
		switch c.order.Setting {
		case storage.PublicRoom, storage.PrivateRoom:
			in.private = c.order.Setting == storage.PrivateRoom
		default:
			in.quiet = c.order.Setting == storage.QuietRoom
		}
		c.tell(storage.SettingSet, in, nobody, storage.Change{Setting: c.order.Setting})
		return nil
	}
	about, known := c.accounts[c.ask.To]
	switch {
	case !known:
		return storage.ErrNoAccount
	case c.ask.Kind == storage.Invite:
		return c.invite(in, about, v)
	case c.ask.Kind == storage.SetRole && rank < storage.Owner, c.ask.Kind != storage.SetRole && (rank < storage.Op || in.rank(about) >= rank):
		return storage.ErrForbidden
	case (c.ask.Kind == storage.SetRole || c.ask.Kind == storage.Kick) && in.members[about.ID] == nil:
		return storage.ErrAbsent
	}
	return c.moderate(in, about)
}

// inherit makes the member of longest standing the owner of a room that has none.
func (c *change) inherit(in *memoryRoom) {
	heir := storage.ID(0)
	for id, one := range in.members {
		if one.Role == storage.Owner {
			return
		}
		if heir == 0 || one.Since < in.members[heir].Since {
			heir = id
		}
	}
	if heir != 0 && in.ID != lobby {
		who, _ := c.byID(heir)
		in.members[heir].Role = storage.Owner
		c.tell(storage.RoleSet, in, who, storage.Change{Role: storage.Owner})
	}
}

func (c *change) invite(in *memoryRoom, about storage.Account, v *storage.Verdict) error {
	v.Sanction = c.sanction(in.ID, about.Key, false, c.at)
	switch {
	case in.private && in.rank(c.who) < storage.Op:
		return storage.ErrForbidden
	case v.Sanction != nil:
		return storage.ErrBanned
	case in.members[about.ID] != nil:
		return storage.ErrMember
	case c.blocked[about.ID][c.who.ID] != "":
		return storage.ErrBlocked
	case len(c.invites[about.ID]) >= c.limits.Invites:
		return storage.ErrTooMany
	}
	number := c.tell(storage.Invited, in, about, storage.Change{})
	c.invites[about.ID] = append(c.invites[about.ID], memoryInvite{Invitation: storage.Invitation{Room: in.Name, FromName: c.who.Name, Number: number, At: c.at}, room: in.ID})
	return nil
}

// moderate does what is about somebody, in a room or on the server if in is nil.
func (c *change) moderate(in *memoryRoom, about storage.Account) error {
	id := storage.ID(0)
	member := false
	if in != nil {
		id, member = in.ID, in.members[about.ID] != nil
	}
	mute := c.ask.Kind == storage.Mute || c.ask.Kind == storage.Unmute
	found := c.sanction(id, about.Key, mute, c.at)
	c.sanctions = slices.DeleteFunc(c.sanctions, func(s memorySanction) bool {
		return c.ask.Kind != storage.Kick && s.room == id && s.Target == about.Key && s.Mute == mute
	})
	switch kind := c.ask.Kind; kind {
	case storage.SetRole:
		in.members[about.ID].Role = c.order.Role
		c.tell(storage.RoleSet, in, about, storage.Change{Role: c.order.Role})
	case storage.Kick:
		c.tell(storage.Kicked, in, about, storage.Change{})
	case storage.Ban, storage.Mute:
		if in != nil && found == nil && len(c.sanctions) >= c.limits.Bans {
			return storage.ErrTooMany
		}
		c.sanctions = append(c.sanctions, memorySanction{id, storage.Sanction{Mute: mute, Target: about.Key, Name: about.Name, ByName: c.who.Name,
			At: c.at, Until: c.order.Until, Reason: string(c.ask.Text), Everywhere: in == nil}})
		c.tell(map[storage.AskKind]storage.EventKind{storage.Ban: storage.Banned, storage.Mute: storage.Muted}[kind], in, about,
			storage.Change{Until: c.order.Until, Member: member && kind == storage.Ban})
	default:
		if found == nil {
			return storage.ErrNothing
		}
		c.tell(map[storage.AskKind]storage.EventKind{storage.Unban: storage.Unbanned, storage.Unmute: storage.Unmuted}[kind], in, about, storage.Change{})
	}
	if in != nil && (c.ask.Kind == storage.Kick || c.ask.Kind == storage.Ban) {
		delete(in.members, about.ID)
	}
	return nil
}

// onServer does what an operator asks for.
func (c *change) onServer() error {
	if c.who.ID != 0 && !c.who.Operator {
		return storage.ErrForbidden
	}
	nobody := storage.Account{}
	switch c.ask.Kind {
	case storage.Announce:
		c.tell(storage.Announced, nil, nobody, storage.Change{})
		return nil
	case storage.SetLockdown:
		c.locked = c.order.May
		c.tell(storage.LockdownSet, nil, nobody, storage.Change{On: c.order.May})
		return nil
	}
	about, known := c.accounts[c.ask.To]
	if strings.Contains(c.ask.To, "/") {
		about, known = storage.Account{Key: c.ask.To, Name: c.ask.To}, true
	}
	switch {
	case !known:
		return storage.ErrNoAccount
	case c.ask.Kind == storage.SetOperator:
		about.Operator = c.order.May
		c.accounts[about.Key] = about
		c.tell(storage.OperatorSet, nil, about, storage.Change{On: about.Operator})
		return nil
	case about.Operator && c.who.ID != 0:
		return storage.ErrForbidden
	}
	return c.moderate(nil, about)
}

func (c *change) block(v *storage.Verdict) error {
	about, known := c.accounts[c.ask.To]
	v.Name = about.Name
	list := c.blocked[c.who.ID]
	switch {
	case !known:
		return storage.ErrNoAccount
	case c.ask.Kind == storage.Unblock && list[about.ID] == "":
		return storage.ErrNothing
	case c.ask.Kind == storage.Unblock:
		delete(list, about.ID)
		return nil
	case about.ID == c.who.ID:
		return storage.ErrForbidden
	case len(list) >= c.limits.Blocks:
		return storage.ErrTooMany
	case list == nil:
		list = map[storage.ID]string{}
		c.blocked[c.who.ID] = list
	}
	list[about.ID] = about.Name
	return nil
}

func (c *change) seen() error {
	for _, reading := range c.order.Readings {
		for _, in := range c.rooms {
			if one := in.members[c.who.ID]; in.ID == reading.Room && one != nil {
				one.Read = max(one.Read, reading.Number)
			}
		}
	}
	return nil
}

// operate has the store do what an operator asks for on the command line. It is told with the next commit.
func (m *memory) operate(a storage.Ask) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if a.Order == nil {
		a.Order = &storage.Order{}
	}
	c := change{memory: m, ask: &a, order: a.Order, at: time.Now()}
	err := c.do(&storage.Verdict{})
	for _, e := range c.events {
		e.At, e.Ask = c.at, -1
		m.foreign = append(m.foreign, e)
	}
	return err
}
