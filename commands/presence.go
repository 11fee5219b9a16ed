package commands

import (
	"slices"
	"sync"

	"parley/storage"
)

// account is somebody who is online.
type account struct {
	id        storage.ID
	key, name string
	rooms     []storage.Room // of which it is a member
	sessions  []*Session     // guarded by presence.mu; replaced and never changed, so that it may be read after the lock is released
}

// presence knows who is here. It may be used from any goroutine. Nothing is called under its lock.
type presence struct {
	mu     sync.RWMutex
	online map[storage.ID]*account
	byKey  map[string]*account
}

func newPresence() *presence {
	return &presence{online: map[storage.ID]*account{}, byKey: map[string]*account{}}
}

// enter adds a session to an account. From now on it gets private messages.
func (p *presence) enter(s *Session, who storage.Account, rooms []storage.Room) {
	p.mu.Lock()
	defer p.mu.Unlock()
	a := p.online[who.ID]
	if a == nil {
		a = &account{id: who.ID, key: who.Key, name: who.Name, rooms: rooms}
		p.online[a.id] = a
		p.byKey[a.key] = a // in place of a removed account of that key whose sessions are ending just now
	}
	a.sessions = append(slices.Clip(slices.Clone(a.sessions)), s)
	s.account = a
}

// leave takes a session out of its account. It may be called again.
func (p *presence) leave(s *Session) {
	a := s.account
	if a == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	s.account = nil
	kept := make([]*Session, 0, len(a.sessions))
	for _, other := range a.sessions {
		if other != s {
			kept = append(kept, other)
		}
	}
	a.sessions = kept
	if len(kept) > 0 || p.online[a.id] != a {
		return
	}
	delete(p.online, a.id)
	if p.byKey[a.key] == a {
		delete(p.byKey, a.key)
	}
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

// present is one row of /who.
type present struct {
	key      string // to sort by
	name     string
	idle     int64 // seconds since any of its sessions sent a line
	sessions int
}

// who lists everybody who is online, in no order.
func (p *presence) who(now int64) []present {
	p.mu.RLock()
	defer p.mu.RUnlock()
	list := make([]present, 0, len(p.online))
	for _, a := range p.online {
		last := int64(0)
		for _, s := range a.sessions {
			last = max(last, s.active.Load())
		}
		list = append(list, present{a.key, a.name, max(0, now-last), len(a.sessions)})
	}
	return list
}

// key folds the name of an account. It allocates nothing if the account is online. ok is false if it can't be a name; a word that begins with
// '#' names a room.
func (p *presence) key(name []byte) (key string, ok bool) {
	if len(name) > 0 && name[0] == '#' {
		return "", false
	}
	var buf [2 * MaxName]byte
	folded, ok := foldName(buf[:0], name)
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

// room returns the room of a name, if the account is a member.
func (a *account) room(name string) (storage.Room, bool) {
	for _, r := range a.rooms {
		if r.Name == name {
			return r, true
		}
	}
	return storage.Room{}, false
}
