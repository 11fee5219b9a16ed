package session

import (
	"maps"
	"slices"
)

// Threads are all threads, in the order of the sidebar: the lobby, rooms by name, people by name.
func (s *Session) Threads() []*Thread {
	return slices.SortedFunc(maps.Values(s.threads), compareThreads)
}

// Thread finds a thread, or opens one.
func (s *Session) Thread(name string) *Thread {
	t := s.threads[key(name)]
	if t == nil {
		t = newThread(name)
		s.threads[key(name)] = t
		s.greet(t)
	}
	return t
}

// named is the thread of a name that the server has written.
func (s *Session) named(name string) *Thread {
	t := s.Thread(name)
	t.Name = name
	return t
}

// Show says which thread is on the screen from now on; nil: none. Nothing in it is unread then, and its newest page of history is asked for.
func (s *Session) Show(t *Thread) {
	if before := s.shown; before != nil && before != t {
		before.trim(1)
	}
	if s.shown = t; t == nil {
		return
	}
	if t.Unread == 0 {
		t.firstNew, t.toFind = 0, 0
	} else if t.firstNew == 0 {
		t.toFind = t.Unread
	}
	t.Unread, t.Mentioned = 0, false
	t.markNew()
	if s.state == Online {
		s.look(t)
	}
}

// look asks for what is shown of a thread.
func (s *Session) look(t *Thread) {
	if !t.paged {
		s.page(t, 0)
	}
	s.watch(t)
}

// Goto takes the thread to which a command has led; nil: none has.
func (s *Session) Goto() *Thread {
	t := s.goTo
	s.goTo = nil
	return t
}

// here is the thread for what belongs to none.
func (s *Session) here() *Thread {
	if s.shown != nil {
		return s.shown
	}
	return s.Thread(lobby)
}

// keep returns the thread to which what was typed for one goes, which may have been dropped meanwhile.
func (s *Session) keep(t *Thread) *Thread {
	if now := s.threads[key(t.Name)]; now != nil {
		return now
	}
	s.threads[key(t.Name)] = t
	return t
}

// drop takes a thread away, unless something was said there of which the fate is not known, or is being typed.
func (s *Session) drop(t *Thread) {
	if t.Draft != "" || slices.ContainsFunc(t.Lines, func(l Line) bool { return l.Fate == Sending || l.Fate == Unsure }) {
		return
	}
	delete(s.threads, key(t.Name))
	if s.shown == t {
		s.shown = nil
		s.goTo = s.Thread(lobby)
	}
}

// parted is when the account is not in a room any more.
func (s *Session) parted(t *Thread) {
	t.Member, t.stale, t.members, t.people = false, true, nil, nil
	s.moves++
}

// joined is when the account is in a room. What was said there while it was not is missing.
func (s *Session) joined(t *Thread) {
	if t.Member {
		return
	}
	t.Member = true
	s.moves++
	if t.stale {
		t.reset()
	}
	if t == s.shown && s.state == Online {
		s.look(t)
	}
}
