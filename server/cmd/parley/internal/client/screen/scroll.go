package screen

import "parley/server/cmd/parley/internal/client/session"

// historyAhead is how many lines above the screen are there before somebody gets to them.
const historyAhead = 20

// scrolled says that the newest lines are perhaps not seen.
func (m *model) scrolled() bool { return m.places[m.shown.thread].scrolled }

func (m *model) toNewest() { delete(m.places, m.shown.thread) }

// scroll goes pages down, or up if there are fewer than none.
func (m *model) scroll(pages int) {
	t := m.shown.thread
	if t == nil || len(t.Lines) == 0 {
		return
	}
	before, seen := m.places[t]
	k := m.talk()
	step := max(1, k.height-2) // what was at the edge is seen again
	if pages > 0 {
		if p, ended := k.down(step * pages); !ended {
			p.newest = before.newest
			m.places[t] = p
		} else {
			m.toNewest()
		}
		return
	}
	if !seen {
		before.newest = newestNumber(t)
	}
	if !k.first {
		p := k.up(-step * pages)
		p.newest = before.newest
		m.places[t] = p
	}
	if k = m.talk(); k.index < historyAhead {
		m.shown.server.session.Older(t)
	}
}

// fill asks for history until it fills the screen.
func (m *model) fill() {
	t := m.shown.thread
	if t == nil || t.Loading || t.Beginning || len(t.Lines) >= m.height {
		return
	}
	if k := m.talk(); k.first && len(k.rows) < k.height {
		m.shown.server.session.Older(t)
	}
}

// below counts what was said by others since the scrolling began.
func (m *model) below() (count int) {
	t := m.shown.thread
	newest := m.places[t].newest
	for i := len(t.Lines) - 1; i >= 0; i-- {
		l := &t.Lines[i]
		if l.Number != 0 && l.Number <= newest {
			break
		}
		if l.Kind == session.Message && !l.Mine {
			count++
		}
	}
	return count
}
