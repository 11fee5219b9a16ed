package commands

import (
	"time"

	"parley/storage"
)

// This file is what the store is told of who is here, so that other nodes know. The logins themselves tell it who comes: only whoever
// commits adds a session to presence, so what presence has when a batch is made is what the store must know before the batch's logins.

// change notes that the store must be told of an account. Under the lock.
func (p *presence) change(a *account) { p.changeTo(a, "") }

// changeTo is change with the reason why an account has gone. Under the lock.
func (p *presence) changeTo(a *account, reason string) {
	p.changed[a.id] = departure{a.name, reason}
	p.news.Store(true)
}

// departure is the name of an account, and why it has gone if it has.
type departure struct{ name, reason string }

// tellAll has the store told of everybody with the next batch, and that nobody else is here.
func (p *presence) tellAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.whole = true
	p.news.Store(true)
}

// noteActive has the store told of some of those who have sent a line since it was last told of them: so many at most.
func (p *presence) noteActive(most int) {
	var active []*account
	p.mu.RLock()
	for _, a := range p.online {
		if a.active() > a.told {
			active = append(active, a)
		}
		if len(active) == most {
			break
		}
	}
	p.mu.RUnlock()
	if len(active) == 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, a := range active {
		p.change(a)
	}
}

// hasNews reports whether there is something to tell.
func (p *presence) hasNews() bool { return p.news.Load() }

// appendNews appends what the store must be told, and takes it as told. Whole means that nobody else is here.
func (p *presence) appendNews(list []storage.Present) (news []storage.Present, whole bool) {
	if !p.news.Load() { // as for nearly every message
		return list, false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	whole = p.whole
	if whole {
		for _, a := range p.online {
			list = append(list, a.tell())
		}
	} else {
		for id, d := range p.changed {
			if a := p.online[id]; a != nil {
				list = append(list, a.tell())
			} else {
				list = append(list, storage.Present{Account: id, Name: d.name, Reason: d.reason})
			}
		}
	}
	clear(p.changed)
	p.whole = false
	p.news.Store(false)
	return list, whole
}

// untold takes back that the store was told of these.
func (p *presence) untold(list []storage.Present, whole bool) {
	if len(list) == 0 && !whole {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.whole = p.whole || whole
	for i := range list {
		p.changed[list[i].Account] = departure{list[i].Name, list[i].Reason}
	}
	p.news.Store(true)
}

// tell is an account as the store is told of it. Under the lock.
func (a *account) tell() storage.Present {
	a.told = a.active()
	told := storage.Present{Account: a.id, Name: a.name, Active: time.Unix(a.told, 0), Sessions: make([]storage.Session, 0, len(a.sessions))}
	for _, s := range a.sessions {
		told.Sessions = append(told.Sessions, s.describe())
	}
	return told
}

// active is when one of its sessions last sent a line, in Unix seconds.
func (a *account) active() (last int64) {
	for _, s := range a.sessions {
		last = max(last, s.active.Load())
	}
	return last
}

// describe is a session as its owner and other nodes see it. Under presence.mu.
func (s *Session) describe() storage.Session {
	return storage.Session{ID: s.id, From: s.origin(), Client: s.client(), Token: s.token, Since: time.Unix(s.since, 0)}
}

// begins is the session that a login is about to begin. Token is the id of the token that was given, if any.
func (s *Session) begins(token string) *storage.Session {
	return &storage.Session{From: s.origin(), Client: s.client(), Token: token, Since: time.Now().Truncate(time.Second)}
}

// origin is where the session comes from.
func (s *Session) origin() string {
	if !s.Remote.IsValid() {
		return "unix"
	}
	return s.Remote.String()
}

// empty takes everybody out, and returns their sessions. These still leave, each by itself, but nobody is told of that any more.
func (p *presence) empty() (all []online) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, a := range p.online {
		all = a.appendOnline(all)
	}
	clear(p.online)
	clear(p.guests)
	p.visitors, p.operators = 0, 0
	clear(p.byKey)
	clear(p.rooms)
	clear(p.moved)
	return all
}
