package commands

import (
	"slices"
	"sync"
)

// account is somebody who is online.
type account struct {
	key, name string
	sessions  []*Session // guarded by hub.mu; replaced, never changed, so that a copy may be read without it
}

// hub knows who is here. It may be used from any goroutine. Its lock is taken last, and nothing is called under it.
type hub struct {
	mu     sync.RWMutex
	online map[string]*account // by key
}

func newHub() *hub { return &hub{online: map[string]*account{}} }

// enter adds a session to an account. From now on it gets private mail.
func (h *hub) enter(s *Session, key, name string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	a := h.online[key]
	if a == nil {
		a = &account{key: key, name: name}
		h.online[key] = a
	}
	a.sessions = append(slices.Clip(slices.Clone(a.sessions)), s)
	s.account = a
}

// leave takes a session out of its account. It may be called again.
func (h *hub) leave(s *Session) {
	a := s.account
	if a == nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	s.account = nil
	kept := make([]*Session, 0, len(a.sessions))
	for _, other := range a.sessions {
		if other != s {
			kept = append(kept, other)
		}
	}
	a.sessions = kept
	if len(kept) == 0 && h.online[a.key] == a {
		delete(h.online, a.key)
	}
}

// sessions returns the sessions of an account, none when it is away.
func (h *hub) sessions(key string) []*Session {
	h.mu.RLock()
	defer h.mu.RUnlock()
	if a := h.online[key]; a != nil {
		return a.sessions
	}
	return nil
}

// presence is one row of /who.
type presence struct {
	key      string // to sort by
	name     string
	idle     int64 // seconds since any of its sessions sent a line
	sessions int
}

// who lists everybody who is online, in no order.
func (h *hub) who(now int64) []presence {
	h.mu.RLock()
	defer h.mu.RUnlock()
	list := make([]presence, 0, len(h.online))
	for _, a := range h.online {
		last := int64(0)
		for _, s := range a.sessions {
			last = max(last, s.active.Load())
		}
		list = append(list, presence{a.key, a.name, max(0, now-last), len(a.sessions)})
	}
	return list
}

// key folds a name. Where its owner is online no memory is taken. ok is false for what can't be a name.
func (h *hub) key(name []byte) (key string, ok bool) {
	var buf [2 * MaxName]byte
	folded, ok := foldName(buf[:0], name)
	if !ok {
		return "", false
	}
	h.mu.RLock()
	a := h.online[string(folded)]
	h.mu.RUnlock()
	if a != nil {
		return a.key, true
	}
	return string(folded), true
}
