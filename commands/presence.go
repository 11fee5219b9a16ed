package commands

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"parley/internal/language"
	"parley/protocol"
	"parley/storage"
)

// account is somebody who is online. What is not fixed is guarded by presence.mu.
type account struct {
	id        storage.ID // fixed
	key, name string     // fixed
	entered   int64      // fixed: its sessions have had everything after this number

	operator bool
	guest    bool    // it has no password, and ends with its last session
	bot      bool    // it says so itself
	real     string  // the name that its client gives
	away     *string // what it has said about being away; nil: it is not
	told     int64   // up to which second the store knows when it was active
	rooms    []membership
	heard    int64 // its sessions have had everything from entered up to this number

	sessions []*Session // replaced and never changed, so that it may be read after the lock is released
}

// membership is an account's part in a room. Somebody may be in many rooms, so it is small.
type membership struct {
	room storage.ID
	read int64 // up to here it has had everything of the room
	// What was said before the account came and that it has not had. While there is none, everything is read that its sessions have heard.
	unread int32
	place  int32 // of the account among the members who are here
}

// attendance is those members of a room who are online.
type attendance struct {
	name string     // of the room
	here []*account // in no order
}

// presence knows who is here. It may be used from any goroutine. Nothing is called under its lock.
type presence struct {
	mu      sync.RWMutex
	online  map[storage.ID]*account
	byKey   map[string]*account
	rooms   map[storage.ID]*attendance // those of which members are online
	moved   map[*account]struct{}      // those of whom the store does not know all that they have heard
	changed map[storage.ID]departure   // accounts of which the store must be told; see presence_told.go
	whole   bool                       // it must be told of everybody
	news    atomic.Bool                // one of these; changed under mu
	writing [protocol.Formats]int32    // sessions that are written to in each format
	used    atomic.Pointer[Formats]    // the formats among these that there are; replaced under mu, and never changed
	irc     map[*Session]struct{}      // those whose clients speak IRC
	guests  map[storage.ID]struct{}    // who are online, on whichever node
	tallies
}

func newPresence() *presence {
	p := &presence{
		irc: map[*Session]struct{}{}, guests: map[storage.ID]struct{}{}, online: map[storage.ID]*account{}, byKey: map[string]*account{},
		rooms: map[storage.ID]*attendance{}, moved: map[*account]struct{}{}, changed: map[storage.ID]departure{},
	}
	p.used.Store(&Formats{})
	return p
}

// enter adds a session to an account. From now on it gets private messages.
func (p *presence) enter(s *Session, e *entry) {
	p.mu.Lock()
	defer p.mu.Unlock()
	who := &e.account
	a := p.online[who.ID]
	if a == nil {
		a = &account{id: who.ID, key: who.Key, name: who.Name, operator: e.operator, guest: who.Guest, away: e.away, entered: e.since, heard: e.since}
		p.tally(a, 1)
		p.online[a.id] = a
		p.byKey[a.key] = a // in place of a removed account of that key whose sessions are ending just now
		a.rooms = make([]membership, 0, len(e.rooms))
		for i := range e.rooms {
			r := &e.rooms[i]
			p.addRoom(a, r.Name, membership{room: r.ID, unread: int32(r.Unread), read: r.Read})
		}
	}
	a.sessions = append(slices.Clip(slices.Clone(a.sessions)), s)
	s.id, s.from, s.since, s.token = e.begins.ID, e.since, e.begins.Since.Unix(), e.begins.Token
	s.account, s.name, s.guest = a, a.name, a.guest
	p.all++
	p.most = max(p.most, p.all)
	p.write(s, 1)
}

// setFormat has the committer write to a session in another format, or for other capabilities.
func (p *presence) setFormat(s *Session, f protocol.Format, caps protocol.IRCCaps) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s.account != nil {
		p.write(s, -1)
		p.change(s.account)
	}
	s.outgoing.Store(uint32(f) | uint32(caps)<<8)
	if s.account != nil {
		p.write(s, 1)
	}
}

// write counts a session among those that are written to in its format, or with -1 takes it out. In which language does not matter, since what is told to
// many holds no sentences. Under the lock.
func (p *presence) write(s *Session, by int32) {
	f := s.written().In(language.English)
	if p.writing[f] += by; f.IsIRC() && by > 0 {
		p.irc[s] = struct{}{}
	} else {
		delete(p.irc, s)
	}
	if p.writing[f] > 1 {
		return
	}
	var used Formats
	for f := range protocol.Formats {
		if p.writing[f] > 0 {
			used = append(used, f)
		}
	}
	p.used.Store(&used)
}

// formats returns those that some session is written to in. No session comes to another one while the committer delivers an event.
func (p *presence) formats() Formats { return *p.used.Load() }

func (p *presence) addRoom(a *account, name string, m membership) {
	in := p.rooms[m.room]
	if in == nil {
		in = &attendance{name: name}
		p.rooms[m.room] = in
	}
	m.place = int32(len(in.here))
	in.here = append(in.here, a)
	a.rooms = append(a.rooms, m)
}

// removeRoom ends an account's membership, if it has it. The last of those who are here takes its place.
func (p *presence) removeRoom(a *account, room storage.ID) {
	i := slices.IndexFunc(a.rooms, func(m membership) bool { return m.room == room })
	if i >= 0 {
		p.vacate(&a.rooms[i])
		a.rooms = slices.Delete(a.rooms, i, i+1)
	}
}

func (p *presence) vacate(m *membership) {
	in := p.rooms[m.room]
	last := len(in.here) - 1
	in.here[m.place] = in.here[last]
	in.here[m.place].member(m.room).place = m.place
	in.here[last] = nil
	if in.here = in.here[:last]; last == 0 {
		delete(p.rooms, m.room)
	}
}

// leave takes a session out of its account; heard is up to which number everything has reached it. It returns the account if that was its
// last session, or nil. It may be called again.
func (p *presence) leave(s *Session, heard int64) (gone *account) {
	a := s.account
	if a == nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hear(s, heard)
	s.account = nil
	p.all--
	p.write(s, -1)
	kept := make([]*Session, 0, len(a.sessions))
	for _, other := range a.sessions {
		if other != s {
			kept = append(kept, other)
		}
	}
	a.sessions = kept
	p.changeTo(a, s.reason)
	if len(kept) > 0 || p.online[a.id] != a {
		return nil
	}
	delete(p.online, a.id)
	p.tally(a, -1)
	delete(p.moved, a)
	if p.byKey[a.key] == a {
		delete(p.byKey, a.key)
	}
	for i := range a.rooms {
		p.vacate(&a.rooms[i])
	}
	return a
}

// joined makes an account that is online a member of a room, and returns its sessions.
func (p *presence) joined(id, room storage.ID, name string, number int64) []*Session {
	p.mu.Lock()
	defer p.mu.Unlock()
	a := p.online[id]
	if a == nil {
		return nil
	}
	if a.member(room) == nil {
		p.addRoom(a, name, membership{room: room, read: number})
	}
	return a.sessions
}

// left ends that, and returns its sessions.
func (p *presence) left(id, room storage.ID) []online {
	p.mu.Lock()
	defer p.mu.Unlock()
	a := p.online[id]
	if a == nil {
		return nil
	}
	p.removeRoom(a, room)
	return a.appendOnline(nil)
}

// emptied takes everybody out of a room, and returns their sessions.
func (p *presence) emptied(room storage.ID) (all []online) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, a := range p.crowd(room) {
		a.rooms = slices.DeleteFunc(a.rooms, func(m membership) bool { return m.room == room })
		all = a.appendOnline(all)
	}
	delete(p.rooms, room)
	return all
}

// setOperator notes whether an account is an operator.
func (p *presence) setOperator(id storage.ID, on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if a := p.online[id]; a != nil {
		p.tally(a, -1)
		a.operator = on
		p.tally(a, 1)
	}
}

// nameOf returns the name of a session's account, empty if it has none. Unlike Session.Name it may be called while the session ends.
func (p *presence) nameOf(s *Session) string {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return s.Name()
}

// isOperator reports whether a session's account is an operator.
func (p *presence) isOperator(s *Session) bool {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return s.account.operator
}

// member returns an account's part in a room, or nil. Under presence.mu.
func (a *account) member(room storage.ID) *membership {
	for i := range a.rooms {
		if a.rooms[i].room == room {
			return &a.rooms[i]
		}
	}
	return nil
}

// roomIDs are the rooms of an account. Under presence.mu.
func (a *account) roomIDs() (ids []storage.ID) {
	for i := range a.rooms {
		ids = append(ids, a.rooms[i].room)
	}
	return ids
}

// roomsOf returns the rooms of an account.
func (p *presence) roomsOf(a *account) []storage.ID {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return a.roomIDs()
}

// isIn reports whether an account that is online is a member of a room.
func (p *presence) isIn(id, room storage.ID) bool {
	p.mu.RLock()
	defer p.mu.RUnlock()
	a := p.online[id]
	return a != nil && a.member(room) != nil
}

// crowd returns the members of a room who are online. Under the lock.
func (p *presence) crowd(room storage.ID) []*account {
	if in := p.rooms[room]; in != nil {
		return in.here
	}
	return nil
}

// here is how many members of a room are online.
func (p *presence) here(room storage.ID) int {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return len(p.crowd(room))
}

// sessions returns the sessions of an account, none when it is away.
func (p *presence) sessions(id storage.ID) []*Session {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if a := p.online[id]; a != nil {
		return a.sessions
	}
	return nil
}

// sessionsOfKey returns the sessions of the account that has a name's key, none when it is away.
func (p *presence) sessionsOfKey(key string) []*Session {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if a := p.byKey[key]; a != nil {
		return a.sessions
	}
	return nil
}

// sessionsBy returns the sessions of an account that a token has begun.
func (p *presence) sessionsBy(id storage.ID, token string) (list []*Session) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if a := p.online[id]; a != nil {
		for _, s := range a.sessions {
			if s.token == token {
				list = append(list, s)
			}
		}
	}
	return list
}

// ownSession is a session as its owner sees it.
type ownSession struct {
	storage.Session
	session *Session // nil: it is on another node
}

// sessionsOf lists the sessions of an account, the oldest first.
func (p *presence) sessionsOf(a *account) (list []ownSession) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	for _, s := range a.sessions {
		list = append(list, ownSession{s.describe(), s})
	}
	return list
}

// session returns the session of an account that has an id, nil if it is not here.
func (p *presence) session(account storage.ID, id int64) *Session {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if a := p.online[account]; a != nil {
		for _, s := range a.sessions {
			if s.id == id {
				return s
			}
		}
	}
	return nil
}

// online is a session with its account.
type online struct {
	session *Session
	account storage.ID
}

// appendOnline appends the sessions of an account. Under presence.mu.
func (a *account) appendOnline(all []online) []online {
	for _, s := range a.sessions {
		all = append(all, online{s, a.id})
	}
	return all
}

// everyone returns all sessions.
func (p *presence) everyone() (all []online) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	for _, a := range p.online {
		all = a.appendOnline(all)
	}
	return all
}

// roomCount is how many rooms have members who are online.
func (p *presence) roomCount() int {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return len(p.rooms)
}

// setAway notes what an account says about being away, if it is here; nil: it is back.
func (p *presence) setAway(id storage.ID, text *string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if a := p.online[id]; a != nil {
		a.away = text
	}
}

// reach says what a message to an account would find here, by the account's key. Of a room it says nothing.
func (p *presence) reach(key string) (said storage.Said) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if a := p.byKey[key]; a != nil {
		said.Sent, said.Away = len(a.sessions), a.away
	}
	return said
}

// awayText returns what an account that is online says about being away; nil if it is not.
func (p *presence) awayText(id storage.ID) *string {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if a := p.online[id]; a != nil {
		return a.away
	}
	return nil
}

// present is somebody who is online, as /who shows it.
type present struct {
	id       storage.ID
	key      string // to sort by
	name     string
	idle     int64 // seconds since any of its sessions sent a line
	sessions int
	away     *string
	guest    bool
	operator bool // as this node knows; also of bot
	bot      bool
	real     string
}

func (a *account) present(now int64) present {
	return present{a.id, a.key, a.name, max(0, now-a.active()), len(a.sessions), a.away, a.guest, a.operator, a.bot, a.real}
}

// person returns what somebody is who is online, and since when; without sessions if nobody is.
func (p *presence) person(id storage.ID, now int64) (one present, since time.Time) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	a := p.online[id]
	if a == nil {
		return present{}, since
	}
	return a.present(now), time.Unix(a.sessions[0].since, 0)
}

// who lists everybody who is online, by id.
func (p *presence) who(now int64) map[storage.ID]present {
	p.mu.RLock()
	defer p.mu.RUnlock()
	list := make(map[storage.ID]present, len(p.online))
	for _, a := range p.online {
		list[a.id] = a.present(now)
	}
	return list
}

// whoIn lists the members of a room who are online, by id.
func (p *presence) whoIn(room storage.ID, now int64) map[storage.ID]present {
	p.mu.RLock()
	defer p.mu.RUnlock()
	here := p.crowd(room)
	list := make(map[storage.ID]present, len(here))
	for _, a := range here {
		list[a.id] = a.present(now)
	}
	return list
}

// key folds the name of an account. It allocates nothing if the account is online. ok is false if it can't be a name; a word that begins with
// '#' names a room.
func (p *presence) key(name []byte) (key string, ok bool) {
	if isRoom(name) {
		return "", false
	}
	var buf [2 * protocol.MaxName]byte
	folded, ok := protocol.FoldName(buf[:0], name)
	if !ok {
		return "", false
	}
	p.mu.RLock()
	a := p.byKey[string(folded)]
	p.mu.RUnlock()
	if a != nil {
		return a.key, true
	}
	return string(folded), true
}
