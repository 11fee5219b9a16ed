package screen

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"parley/server/cmd/parley/internal/client/link"
	"parley/server/cmd/parley/internal/client/session"
)

// leaving is how far somebody has come who wants to go.
type leaving struct {
	begun  bool
	parted bool      // the servers know
	unsent int       // how many messages were on their way the last time; counted until parted
	heard  time.Time // when it went on last: a message was answered, or, when the servers know, one has said something
	until  time.Time // then it ends in any case
}

// quit begins to leave. If it is in order, what was said last is waited for. The second time nothing is waited for.
func (m *model) quit(inOrder bool) tea.Cmd {
	if m.leaving.begun {
		return tea.Quit
	}
	m.leaving = leaving{begun: true, unsent: m.unsent(), heard: m.Now()}
	if !inOrder {
		m.part()
	}
	return nil
}

func (m *model) part() {
	for _, s := range m.servers {
		s.flush()
		s.part()
	}
	m.leaving.parted = true
}

// leave goes on with leaving: first what is on its way is waited for, then the last words of the servers. Who is silent is not waited for.
func (m *model) leave(now time.Time) tea.Cmd {
	l := &m.leaving
	if !l.begun {
		return nil
	}
	if !l.parted {
		before := l.unsent
		if l.unsent = m.unsent(); l.unsent < before { // what others say keeps nobody here
			l.heard = now
		}
	}
	l.until = l.heard.Add(link.PartingQuiet)
	silent := !now.Before(l.until)
	if !l.parted {
		if l.unsent > 0 && !silent {
			return nil
		}
		l.heard, l.until, silent = now, now.Add(link.PartingQuiet), false
		m.part()
	}
	for _, s := range m.servers {
		if s.link != nil && !silent {
			return nil
		}
	}
	return tea.Quit
}

// unsent is how many messages are on their way.
func (m *model) unsent() (count int) {
	for _, s := range m.servers {
		if s.session.State() == session.Online {
			count += len(s.session.Unsent())
		}
	}
	return count
}
