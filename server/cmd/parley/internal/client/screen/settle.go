package screen

import (
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"parley/protocol"
	"parley/server/cmd/parley/internal/client/form"
	"parley/server/cmd/parley/internal/client/render"
	"parley/server/cmd/parley/internal/client/session"
)

// timer is the message that a time has come for which settle has asked.
type timer struct{ at time.Time }

// kept is the message that a token was kept, or not.
type kept struct{ remark remark }

const (
	ringing  = time.Second           // the shortest time from one ring to the next
	shortest = 10 * time.Millisecond // of a timer
)

// settle does what has to follow from whatever has happened: it connects, asks, rings, sends, and sets the timer.
func (m *model) settle() tea.Cmd {
	now := m.Now()
	var cmds []tea.Cmd
	for _, s := range m.servers {
		s.session.Tick(now)
		cmds = append(cmds, m.connect(s, now), m.token(s), m.ask(s))
		if s.session.Rang() {
			cmds = append(cmds, m.ring(now))
		}
	}
	m.follow()
	m.hide()
	m.fill()
	for _, s := range m.servers {
		s.flush()
		if s.session.Hangup() {
			s.hangUp()
		}
	}
	cmds = append(cmds, m.leave(now), m.wake(now))
	return tea.Batch(cmds...)
}

// connect connects when it is time.
func (m *model) connect(s *server, now time.Time) tea.Cmd {
	if m.leaving.begun || s.dialing || s.link != nil || s.session.State() != session.Offline || now.Before(s.session.Retry()) {
		return nil
	}
	return s.dial(m.ctx)
}

// token keeps a token that has come.
func (m *model) token(s *server) tea.Cmd {
	secret, ok := s.session.Token()
	if !ok {
		return nil
	}
	account, lang := s.session.Name(), m.lang()
	return func() tea.Msg {
		if err := s.Keep(account, secret); err != nil {
			return kept{remark{lang.Sprintf("The token could not be kept: %s", err.Error()), true}}
		}
		return kept{remark{lang.Sprintf("You stay logged in on this computer. /tokens shows that, and /revoke ends it."), false}}
	}
}

// ask asks who somebody is, while that has to be known.
func (m *model) ask(s *server) (forget tea.Cmd) {
	switch s.session.State() {
	case session.Entering:
		if s.enter == nil {
			account := s.session.Name()
			if account == "" {
				account = s.Account
			}
			s.enter = form.NewEnter(m.lang(), s.Name, account)
			s.enter.Because(s.Trouble)
			s.Trouble = "" // once is enough
		}
		if refused := s.session.TokenRefused(); refused && !s.typed { // one that was typed was not kept
			s.enter.TokenRefused()
			forget = s.forget
		}
		if code := s.session.Refusal(); code != "" && s.typed {
			s.enter.Refused(protocol.Code(code), s.session.Reason(), s.session.Patience())
			s.typed = false
		}
	case session.Ended:
		if s.enter != nil && s.typed { // it waits for an answer
			s.enter.Refused("", s.session.Reason(), 0)
			s.typed = false
		}
	case session.Online:
		if s.typed && s.Keep != nil && !s.keepAsked {
			s.keep, s.keepAsked = form.NewKeep(m.lang(), s.Kept), true
		}
		s.enter, s.typed = nil, false
	}
	return forget
}

// forget removes a token that was refused. If it stays, it is refused once more.
func (s *server) forget() tea.Msg {
	if s.Forget != nil {
		s.Forget()
	}
	return nil
}

// follow shows the room that a command has led to, and another one if the one that was shown is gone.
func (m *model) follow() {
	s := m.shown.server
	if t := s.session.Goto(); t != nil {
		m.show(room{s, t})
	}
	all := m.rooms()
	if slices.Contains(all, m.shown) {
		return
	}
	for _, r := range all {
		if r.server == s {
			m.show(r)
			return
		}
	}
}

// hide hides what is typed while it is a password. Half of one, which the server does not wait for any more, is gone then: otherwise it would be seen, and
// said to everybody at the next Enter.
func (m *model) hide() {
	question, asked := m.shown.server.session.Prompt()
	switch hidden := m.input.Hidden(); {
	case asked:
		switch typed := m.input.Value(); {
		case hidden || typed == "":
		case typed == m.restored:
			m.input.SetValue("")
		default: // the password was typed ahead
			*m.shown.draft() = ""
		}
		m.input.Hide(render.Question(question))
	case hidden:
		m.input.Shown()
		m.restored = *m.shown.draft()
		m.input.SetValue(m.restored)
	}
}

// ring rings, but not all the time.
func (m *model) ring(now time.Time) tea.Cmd {
	if now.Sub(m.rang) < ringing {
		return nil
	}
	m.rang = now
	return tea.Raw("\a")
}

// wake sets the timer for the first of all that is waited for.
func (m *model) wake(now time.Time) tea.Cmd {
	var first time.Time
	sooner := func(at time.Time) {
		if !at.IsZero() && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	for _, s := range m.servers {
		sooner(s.session.Wake())
		if s.session.State() == session.Offline && s.link == nil && !s.dialing {
			sooner(s.session.Retry())
			sooner(now.Truncate(time.Second).Add(time.Second)) // the seconds are counted down
		}
	}
	sooner(m.unfinished(now))
	sooner(m.leaving.until)
	if first.IsZero() || (!m.due.IsZero() && !first.Before(m.due)) {
		return nil
	}
	m.due = first
	return tea.Tick(max(shortest, first.Sub(now)), func(time.Time) tea.Msg { return timer{first} })
}

// unfinished is when the newest message of one's own has been on its way for so long that it is told.
func (m *model) unfinished(now time.Time) (at time.Time) {
	t := m.shown.thread
	if t == nil {
		return at
	}
	for i := len(t.Lines) - 1; i >= max(0, len(t.Lines)-m.height); i-- {
		l := &t.Lines[i]
		if told := l.At.Add(slow); l.Mine && l.Fate == session.Sending && told.After(now) {
			at = told
		}
	}
	return at
}
