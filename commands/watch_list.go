package commands

import (
	"slices"
	"sync"

	"parley/storage"
)

// watchList knows who wants to be told when somebody comes and goes. A room stands for its members. It may be used from any goroutine;
// nothing is called under its lock.
type watchList struct {
	mu       sync.Mutex
	watchers map[storage.ID]map[*Session]storage.ID // of an account or a room; with the account of each session
	watched  map[*Session][]storage.ID
}

func newWatchList() *watchList {
	return &watchList{watchers: map[storage.ID]map[*Session]storage.ID{}, watched: map[*Session][]storage.ID{}}
}

// add has a session told of these from now on. False means that this would be more than most.
func (w *watchList) add(s *Session, account storage.ID, ids []storage.ID, most int) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	ids = slices.DeleteFunc(ids, func(id storage.ID) bool { return slices.Contains(w.watched[s], id) })
	slices.Sort(ids)
	ids = slices.Compact(ids)
	if len(w.watched[s])+len(ids) > most {
		return false
	}
	for _, id := range ids {
		w.watched[s] = append(w.watched[s], id)
		if w.watchers[id] == nil {
			w.watchers[id] = map[*Session]storage.ID{}
		}
		w.watchers[id][s] = account
	}
	return true
}

// remove ends that: of one, or with the id 0 of all. It returns how many it was.
func (w *watchList) remove(s *Session, id storage.ID) (ended int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.watched[s] = slices.DeleteFunc(w.watched[s], func(one storage.ID) bool {
		if id != 0 && one != id {
			return false
		}
		ended++
		if delete(w.watchers[one], s); len(w.watchers[one]) == 0 {
			delete(w.watchers, one)
		}
		return true
	})
	if len(w.watched[s]) == 0 {
		delete(w.watched, s)
	}
	return ended
}

// clear ends everything.
func (w *watchList) clear() {
	w.mu.Lock()
	defer w.mu.Unlock()
	clear(w.watchers)
	clear(w.watched)
}

// of returns the sessions that are to be told of an account, each once, in no order.
func (w *watchList) of(a storage.ID, rooms []storage.ID) (all []online) {
	w.mu.Lock()
	defer w.mu.Unlock()
	seen := map[*Session]bool{}
	for _, id := range append([]storage.ID{a}, rooms...) {
		for s, account := range w.watchers[id] {
			if !seen[s] {
				seen[s] = true
				all = append(all, online{s, account})
			}
		}
	}
	return all
}
