package storage

import (
	"context"
	"errors"
	"fmt"
	"strconv"
)

// What the rules remember holds as long as the state in Redis has the version of it. What other nodes change is told on the feed, so that only
// that is forgotten. A shared store remembers nothing from one attempt to the next.

// isRoomKey reports whether a key is that of a room.
func isRoomKey(key string) bool { return len(key) > 0 && key[0] == '#' }

// refresh drops what may be out of date. It comes before each run.
func (s *redisStore) refresh(ctx context.Context) error {
	if s.rules.size > maxKnown {
		s.forgetAll()
	}
	if !s.shared {
		return nil
	}
	s.rules.forget()
	return s.readState(ctx)
}

// place is an account in a room.
type place struct{ room, account ID }

// lookup is what is to be looked up.
type lookup struct {
	keys      []string // of accounts
	ids       []ID     // of accounts
	rooms     []string // keys
	roomIDs   []ID
	standings []place
	onces     []onceKey
}

func (l *lookup) size() int {
	return len(l.keys) + len(l.ids) + len(l.rooms) + len(l.roomIDs) + len(l.standings) + len(l.onces)
}

// lookedUp is what was found, in the order of the lookup. What there is not is nil.
type lookedUp struct {
	persons   []*person // by keys, and then by ids
	rooms     []*room   // by keys, and then by ids
	standings []*standing
	onces     foundOnces
}

// know looks up all that the rules need for a run of asks, in two round trips at most: accounts and rooms, and then how these stand with those.
// What is unknown afterwards does not exist.
func (s *redisStore) know(asks []Ask) error {
	for {
		missing := s.missing(asks)
		if missing.size() == 0 {
			return nil
		}
		l := missing // so that it takes memory only here
		found, err := s.records.lookup(&l)
		if err != nil {
			return err
		}
		s.learn(&l, found)
	}
}

func (s *redisStore) learn(l *lookup, found *lookedUp) {
	if len(l.onces) > 0 {
		s.records.found = found.onces
		for account, count := range found.onces.counts {
			if p := s.rules.persons[account]; p != nil {
				p.onces = count // other nodes have used and removed some
			}
		}
	}
	for _, p := range found.persons {
		if p != nil {
			s.rules.learn(p)
		}
	}
	for _, in := range found.rooms {
		if in != nil {
			s.rules.learnRoom(in)
		}
	}
	for i, at := range l.standings {
		if in := s.rules.byID[at.room]; in != nil {
			in.standings[at.account] = found.standings[i]
			s.rules.size++
		}
	}
}

// missing returns what a run of asks needs, is not known, and was not asked for in this run.
func (s *redisStore) missing(asks []Ask) lookup {
	m := missing{records: s.records, known: &s.rules.known}
	for i := range asks {
		ask := &asks[i]
		if isOnce(ask) {
			m.once(onceKey{ask.Account, ask.Once.Key})
		}
		switch {
		case ask.Kind == Enter: // the script looks at the account itself
		case ask.Kind == Create:
			m.personOf(ask.New.Key)
			m.inRoom(nil, LobbyName)
		case ask.Kind == Say && isRoomKey(ask.To):
			m.inRoom(m.person(ask.Account), ask.To)
		case ask.Kind == Say:
			m.person(ask.Account)
			m.personOf(ask.To)
		case ask.Kind == Seen:
			m.seen(ask)
		case byRules(ask.Kind):
			m.ruled(ask)
		default:
			m.person(ask.Account)
		}
	}
	return m.lookup
}

// missing gathers what is to be looked up.
type missing struct {
	lookup
	records *redisRecords
	known   *known
	room    *room // the last one that was named; most messages go to the same
}

// first reports whether something was not asked for yet.
func (m *missing) first(what any) bool {
	if m.records.asked[what] {
		return false
	}
	if m.records.asked == nil {
		m.records.asked = map[any]bool{}
	}
	m.records.asked[what] = true
	return true
}

func (m *missing) person(id ID) *person {
	p := m.known.persons[id]
	if p == nil && id != 0 && m.first(id) {
		m.ids = append(m.ids, id)
	}
	return p
}

func (m *missing) personOf(key string) *person {
	if id := m.known.ids[key]; id != 0 {
		return m.person(id)
	}
	if key != "" && m.first(key) {
		m.keys = append(m.keys, key)
	}
	return nil
}

// inRoom needs a room, and how a person stands with it.
func (m *missing) inRoom(p *person, key string) {
	if m.room == nil || m.room.Key != key {
		m.room = m.known.rooms[key]
		if m.room == nil {
			if m.first(key) {
				m.rooms = append(m.rooms, key)
			}
			return
		}
	}
	m.standing(p, m.room)
}

func (m *missing) standing(p *person, in *room) {
	if p == nil || in.standings[p.id] != nil {
		return
	}
	if at := (place{in.ID, p.id}); m.first(at) {
		m.standings = append(m.standings, at)
	}
}

func (m *missing) once(key onceKey) {
	if m.first(key) {
		m.onces = append(m.onces, key)
	}
}

func (m *missing) ruled(ask *Ask) {
	by := m.person(ask.Account)
	var other *person
	if !isAddresses(ask.To) {
		other = m.personOf(ask.To)
	}
	if ask.Order != nil && ask.Order.Room != "" {
		m.inRoom(by, ask.Order.Room)
		m.inRoom(other, ask.Order.Room)
	}
}

func (m *missing) seen(ask *Ask) {
	p := m.person(ask.Account)
	if ask.Order == nil {
		return
	}
	for _, reading := range ask.Order.Readings {
		if in := m.known.byID[reading.Room]; in != nil {
			m.standing(p, in)
		} else if m.first(reading.Room) {
			m.roomIDs = append(m.roomIDs, reading.Room)
		}
	}
}

var errLookup = errors.New("the lookup script replied something else than it should")

// lookup asks Redis.
func (k *redisRecords) lookup(l *lookup) (*lookedUp, error) {
	args := []any{LobbyName, len(l.keys), len(l.ids), len(l.rooms), len(l.roomIDs), len(l.standings), len(l.onces)}
	for _, key := range l.keys {
		args = append(args, key)
	}
	for _, id := range l.ids {
		args = append(args, int64(id))
	}
	for _, key := range l.rooms {
		args = append(args, key)
	}
	for _, id := range l.roomIDs {
		args = append(args, int64(id))
	}
	for _, at := range l.standings {
		args = append(args, int64(at.room), int64(at.account))
	}
	for _, once := range l.onces {
		args = append(args, int64(once.account), once.key)
	}
	reply, err := lookupScript.Run(k.ctx, k.store.link.conn, nil, args...).Slice()
	if err != nil {
		return nil, err
	}
	persons, ok1 := parts(reply, 1, len(l.keys)+len(l.ids))
	rooms, ok2 := parts(reply, 2, len(l.rooms)+len(l.roomIDs))
	standings, ok3 := parts(reply, 3, len(l.standings))
	onces, ok4 := parts(reply, 4, len(l.onces))
	if !ok1 || !ok2 || !ok3 || !ok4 {
		return nil, errLookup
	}
	if numberOf(reply[0]) != k.store.node.version {
		return nil, errOutdated // the feed says what has changed
	}
	found := &lookedUp{}
	for _, fields := range persons {
		p, err := personOf(fields)
		if err != nil {
			return nil, err
		}
		found.persons = append(found.persons, p)
	}
	for _, fields := range rooms {
		found.rooms = append(found.rooms, loadedRoom(fields))
	}
	for i, fields := range standings {
		s, err := standingOf(l.standings[i], fields)
		if err != nil {
			return nil, err
		}
		found.standings = append(found.standings, s)
	}
	for i, fields := range onces {
		if err := found.onces.read(l.onces[i], fields); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// parts returns the lists within one element of a reply, of which there must be so many.
func parts(reply []any, at, count int) (lists [][]any, ok bool) {
	if len(reply) <= at {
		return nil, false
	}
	all, _ := reply[at].([]any)
	for _, one := range all {
		list, _ := one.([]any)
		lists = append(lists, list)
	}
	return lists, len(lists) == count
}

// personOf reads id, key, name, operator, the number of rooms, ban, mute, blocked, guest; nil of an empty list.
func personOf(fields []any) (p *person, err error) {
	if len(fields) < 9 {
		return nil, nil
	}
	p = &person{id: idOf(fmt.Sprint(fields[0])), key: fmt.Sprint(fields[1]), name: fmt.Sprint(fields[2]), operator: fields[3] != nil, guest: fields[8] != nil, onces: -1}
	p.rooms, _ = strconv.Atoi(fmt.Sprint(fields[4]))
	if p.ban, err = sanctionFor(p.id, fields[5]); err != nil {
		return nil, err
	}
	if p.mute, err = sanctionFor(p.id, fields[6]); err != nil {
		return nil, err
	}
	others, _ := fields[7].([]any)
	for _, other := range others {
		if p.blocked == nil {
			p.blocked = map[ID]bool{}
		}
		p.blocked[idOf(fmt.Sprint(other))] = true
	}
	return p, nil
}

// loadedRoom reads id, the number of members, and then the fields of a room; nil of an empty list.
func loadedRoom(fields []any) *room {
	if len(fields) < 2 {
		return nil
	}
	in := &room{roomRecord: roomOf(idOf(fmt.Sprint(fields[0])), fieldsOf(fields[2:]))}
	in.members, _ = strconv.Atoi(fmt.Sprint(fields[1]))
	return in
}

// fieldsOf makes a map of fields and values one behind the other.
func fieldsOf(list []any) map[string]string {
	hash := map[string]string{}
	for i := 0; i+1 < len(list); i += 2 {
		hash[fmt.Sprint(list[i])] = fmt.Sprint(list[i+1])
	}
	return hash
}

// standingOf reads membership, ban, mute and invitation.
func standingOf(at place, fields []any) (s *standing, err error) {
	if len(fields) != 4 {
		return nil, errLookup
	}
	s = &standing{}
	if value, ok := fields[0].(string); ok {
		m, err := memberOf(at.account, at.room, value)
		if err != nil {
			return nil, err
		}
		s.member = &m
	}
	if s.ban, err = sanctionFor(at.account, fields[1]); err != nil {
		return nil, err
	}
	if s.mute, err = sanctionFor(at.account, fields[2]); err != nil {
		return nil, err
	}
	if text, ok := fields[3].(string); ok {
		in, err := inviteOf(text)
		if err != nil {
			return nil, err
		}
		s.invite = &in
	}
	return s, nil
}

// idOf reads an id; 0 if it is none.
func idOf(text string) ID {
	id, _ := strconv.ParseInt(text, 10, 64)
	return ID(id)
}
