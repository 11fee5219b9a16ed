package commands

import (
	"slices"
	"sync"

	"parley/protocol"
	"parley/storage"
)

// monitorList knows which IRC clients want to be told when somebody comes and goes, by the key of the name. It may be used from any goroutine; nothing is
// called under its lock.
type monitorList struct {
	mu       sync.Mutex
	monitors map[string]map[*Session]storage.ID // with the account of each session
	lists    map[*Session][]monitored
}

// monitored is a name as the client has written it.
type monitored struct{ key, name string }

func newMonitorList() *monitorList {
	return &monitorList{monitors: map[string]map[*Session]storage.ID{}, lists: map[*Session][]monitored{}}
}

// add has a session told of a name from now on. False means that this would be more than most.
func (m *monitorList) add(s *Session, account storage.ID, one monitored, most int) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, known := m.monitors[one.key][s]; known {
		return true
	}
	if len(m.lists[s]) >= most {
		return false
	}
	m.lists[s] = append(m.lists[s], one)
	if m.monitors[one.key] == nil {
		m.monitors[one.key] = map[*Session]storage.ID{}
	}
	m.monitors[one.key][s] = account
	return true
}

// remove ends that: of one name, or with an empty key of all.
func (m *monitorList) remove(s *Session, key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lists[s] = slices.DeleteFunc(m.lists[s], func(one monitored) bool {
		if key != "" && one.key != key {
			return false
		}
		if delete(m.monitors[one.key], s); len(m.monitors[one.key]) == 0 {
			delete(m.monitors, one.key)
		}
		return true
	})
	if len(m.lists[s]) == 0 {
		delete(m.lists, s)
	}
}

// list returns what a session monitors.
func (m *monitorList) list(s *Session) []monitored {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.lists[s])
}

// clear ends everything.
func (m *monitorList) clear() {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.monitors)
	clear(m.lists)
}

// of returns the sessions that are to be told of a name and have these capabilities, in no order.
func (m *monitorList) of(name string, caps protocol.IRCCaps) (all []online) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.monitors) == 0 {
		return nil
	}
	for s, account := range m.monitors[NameKey(name)] {
		if s.caps()&caps == caps {
			all = append(all, online{s, account})
		}
	}
	return all
}
