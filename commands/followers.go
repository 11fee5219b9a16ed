package commands

import (
	"cmp"
	"slices"
	"sync"

	"parley/storage"
)

// followers knows which sessions want to be told when somebody comes and goes, by what they have named: an account or a room, which stands for its
// members, by its id; or a name, which may be nobody's, by its key. It may be used from any goroutine; nothing is called under its lock.
type followers[K cmp.Ordered] struct {
	mu       sync.Mutex
	sessions map[K]map[*Session]storage.ID // who follows each, with the account of each session
	followed map[*Session][]K
}

func newFollowers[K cmp.Ordered]() *followers[K] {
	return &followers[K]{sessions: map[K]map[*Session]storage.ID{}, followed: map[*Session][]K{}}
}

// add has a session told of these from now on. False means that this would be more than most.
func (f *followers[K]) add(s *Session, account storage.ID, keys []K, most int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	keys = slices.DeleteFunc(keys, func(key K) bool { return slices.Contains(f.followed[s], key) })
	slices.Sort(keys)
	keys = slices.Compact(keys)
	if len(f.followed[s])+len(keys) > most {
		return false
	}
	for _, key := range keys {
		f.followed[s] = append(f.followed[s], key)
		if f.sessions[key] == nil {
			f.sessions[key] = map[*Session]storage.ID{}
		}
		f.sessions[key][s] = account
	}
	return true
}

// remove ends that: of one, or with the zero key of all. It returns how many it was.
func (f *followers[K]) remove(s *Session, key K) (ended int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var all K
	f.followed[s] = slices.DeleteFunc(f.followed[s], func(one K) bool {
		if key != all && one != key {
			return false
		}
		ended++
		if delete(f.sessions[one], s); len(f.sessions[one]) == 0 {
			delete(f.sessions, one)
		}
		return true
	})
	if len(f.followed[s]) == 0 {
		delete(f.followed, s)
	}
	return ended
}

// list returns what a session follows, in the order in which it has begun to.
func (f *followers[K]) list(s *Session) []K {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.followed[s])
}

// clear ends everything.
func (f *followers[K]) clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(f.sessions)
	clear(f.followed)
}

// of returns the sessions that follow one of these, each once, in no order.
func (f *followers[K]) of(keys ...K) (all []online) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.sessions) == 0 {
		return nil
	}
	seen := map[*Session]bool{}
	for _, key := range keys {
		for s, account := range f.sessions[key] {
			if !seen[s] {
				seen[s] = true
				all = append(all, online{s, account})
			}
		}
	}
	return all
}
