package commands

import (
	"runtime"
	"runtime/debug"
	"sync"
	"time"
)

// storm keeps small what many logins and logouts leave in memory. While they go on garbage is collected often, so that what stays of each session lies
// close together. When they are over, what is not needed goes back to the system. Go by itself would do that only after minutes.
type storm struct {
	calm *time.Timer

	mu         sync.Mutex // guards what follows; nothing is called under it
	sessions   int        // that have begun or ended since garbage was collected
	recent     int        // and since then, or since it was looked whether the storm is over
	collecting bool
}

const (
	stormSize = 2000 // sessions: fewer leave little, and programs that come and go all the time need not pay for it
	stormCalm = 2 * time.Second
	calmSize  = 100 // sessions in stormCalm: no storm
)

func newStorm() *storm {
	s := &storm{}
	s.calm = time.AfterFunc(time.Hour, func() {
		if s.isCalm() {
			debug.FreeOSMemory()
		} else {
			s.calm.Reset(stormCalm)
		}
	})
	s.calm.Stop()
	return s
}

// changed notes that a session has begun or ended, and that there are so many now.
func (s *storm) changed(now int) {
	if s.isMuch(now) {
		s.calm.Reset(stormCalm)
		go s.collect()
	}
}

// isMuch counts a session, and reports whether garbage must be collected: seldom where there is much to go through.
func (s *storm) isMuch(now int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.recent++
	if s.sessions++; s.collecting || s.sessions < max(stormSize, now/8) {
		return false
	}
	s.sessions, s.recent, s.collecting = 0, 0, true
	return true
}

// isCalm reports whether hardly any session has begun or ended since it was last asked, or garbage was collected.
func (s *storm) isCalm() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	recent := s.recent
	s.recent = 0
	return recent < calmSize
}

func (s *storm) collect() {
	runtime.GC()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.collecting = false
}
