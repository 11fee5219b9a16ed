package screen

import (
	"strings"
	"unicode"

	tea "charm.land/bubbletea/v2"

	"parley/protocol"
	"parley/server/cmd/parley/internal/client/form"
	"parley/server/cmd/parley/internal/client/secrets"
	"parley/server/cmd/parley/internal/client/session"
)

// press does what a key says: to the screen, to the dialog that is open, or to the line that is typed.
func (m *model) press(key tea.KeyPressMsg) tea.Cmd {
	if letter, ok := m.afterEscape(key); ok {
		return tea.Batch(m.press(tea.KeyPressMsg{Code: tea.KeyEscape}), m.press(letter))
	}
	pressed := key.String()
	if pressed == "ctrl+c" {
		return m.quit(false)
	}
	if m.leaving.begun {
		if pressed == "ctrl+d" {
			return m.quit(false)
		}
		return nil
	}
	m.said = remark{}
	if m.help {
		m.help = false
		if pressed == "esc" || pressed == "f1" || pressed == "ctrl+g" || pressed == "enter" {
			return nil
		}
	}
	if cmd, taken := m.command(key); taken {
		return cmd
	}
	if cmd, taken := m.answer(key); taken {
		return cmd
	}
	switch pressed {
	case "ctrl+d":
		if m.input.Value() == "" {
			return m.quit(true)
		}
	case "enter", "ctrl+j":
		return m.enter()
	case "pgup", "shift+pgup":
		m.scroll(-1)
		return nil
	case "pgdown", "shift+pgdown":
		m.scroll(1)
		return nil
	case "end", "ctrl+end", "esc":
		if m.scrolled() {
			m.toNewest()
			return nil
		}
	}
	return m.input.Update(key)
}

// afterEscape returns the letter of a key with Alt that means nothing here. It is what a terminal makes of Esc and a letter that come soon one after the
// other, and nothing that was typed may get lost.
func (m *model) afterEscape(key tea.KeyPressMsg) (letter tea.KeyPressMsg, ok bool) {
	code := key.Code
	if key.ShiftedCode != 0 {
		code = key.ShiftedCode
	}
	if key.Mod&^tea.ModShift != tea.ModAlt || key.Code > unicode.MaxRune || !unicode.IsPrint(key.Code) {
		return letter, false
	}
	switch {
	case m.bound(key):
		return letter, false
	case !m.asking() && m.input.Value() != "" && strings.ContainsRune("bfd", key.Code): // words of the line
		return letter, false
	}
	return tea.KeyPressMsg{Code: code, Text: string(code)}, true
}

// bound says that a key with Alt is one of ours. Where it would lead nowhere it does nothing in the talk: a key that is told to people must not write.
func (m *model) bound(key tea.KeyPressMsg) bool {
	if key.Mod != tea.ModAlt || key.Code != 'a' && (key.Code < '1' || key.Code > '9') {
		return false
	}
	return !m.asking() || m.target(key) != nil
}

// target is the room that a key with Alt leads to, or nil.
func (m *model) target(key tea.KeyPressMsg) *room {
	if key.Code == 'a' {
		return m.unread()
	}
	if all, i := m.rooms(), int(key.Code-'1'); i < len(all) {
		return &all[i]
	}
	return nil
}

// command does what keys do whatever is being asked or typed.
func (m *model) command(key tea.KeyPressMsg) (cmd tea.Cmd, taken bool) {
	switch pressed := key.String(); pressed {
	case "f1", "ctrl+g":
		m.help = true
	case "ctrl+l":
		return tea.ClearScreen, true
	case "ctrl+n", "alt+down":
		m.step(1)
	case "ctrl+p", "alt+up":
		m.step(-1)
	default:
		if !m.bound(key) {
			return nil, false
		}
		if to := m.target(key); to != nil {
			m.show(*to)
		}
	}
	return nil, true
}

// answer gives a key, or pasted text, to the dialog that is open.
func (m *model) answer(msg tea.Msg) (cmd tea.Cmd, taken bool) {
	var done bool
	switch s := m.shown.server; {
	case m.paste != nil:
		if done, cmd = m.paste.Update(msg); done {
			m.sendPasted()
		}
	case s.keep != nil:
		if done, cmd = s.keep.Update(msg); done {
			if s.keep.Yes {
				s.session.WantToken(secrets.Note(), form.TokenTime)
			}
			s.keep = nil
		}
	case s.enter != nil:
		if key, ok := msg.(tea.KeyPressMsg); ok && key.String() == "ctrl+d" {
			return m.quit(true), true
		}
		if done, cmd = s.enter.Update(msg); done {
			return m.decided(s), true
		}
	default:
		return nil, false
	}
	return cmd, true
}

// decided does what was decided in the dialog of the login.
func (m *model) decided(s *server) tea.Cmd {
	switch {
	case s.enter.Action == form.Leave && len(m.servers) > 1:
		m.step(1) // the others stay
		return nil
	case s.enter.Action == form.Leave:
		return m.quit(true)
	}
	s.typed = true
	if s.enter.Action == form.Register {
		s.session.Register(s.enter.Name, s.enter.Secret)
	} else {
		s.session.Login(s.enter.Name, s.enter.Secret)
	}
	return m.redial(s)
}

// enter takes the line that was typed.
func (m *model) enter() tea.Cmd {
	s, line := m.shown.server, m.input.Value()
	if _, asked := s.session.Prompt(); asked {
		if line != "" {
			s.session.Answer(m.input.Take())
		}
		return nil
	}
	switch state := s.session.State(); {
	case isLeave(line):
		m.input.Take()
		return m.quit(true)
	case state == session.Offline || state == session.Ended:
		return m.redial(s)
	case strings.TrimSpace(line) == "" || m.shown.thread == nil:
		return nil
	}
	*m.shown.draft() = "" // the line is no draft any more
	if err := s.session.Enter(m.shown.thread, line); err != nil {
		m.said = remark{err.Error(), true}
		return nil
	}
	m.input.Take()
	m.toNewest()
	return nil
}

// isLeave says that somebody wants to go.
func isLeave(line string) bool {
	l := protocol.SplitText([]byte(line))
	return strings.TrimSpace(line) == "exit" || l.Kind == protocol.Command && strings.EqualFold(string(l.Name), "quit")
}

// redial tries at once to connect, without waiting for the time to do so.
func (m *model) redial(s *server) tea.Cmd {
	if s.dialing || s.link != nil {
		return nil
	}
	return s.dial(m.ctx)
}

// pasted takes what the terminal says was pasted. Several lines are not said without a question.
func (m *model) pasted(msg tea.PasteMsg) tea.Cmd {
	if m.leaving.begun {
		return nil
	}
	m.said, m.help = remark{}, false
	if cmd, taken := m.answer(msg); taken {
		return cmd
	}
	lines := form.Lines(msg.Content)
	_, asked := m.shown.server.session.Prompt()
	if len(lines) > 1 && !asked && m.shown.thread != nil {
		m.paste, m.to = form.NewPaste(m.lang(), lines, m.shown.thread.Name), m.shown
		return nil
	}
	msg.Content = strings.Join(lines, " ")
	return m.input.Update(msg)
}

// sendPasted does what was decided about pasted lines. Where one can't be taken, it and those behind it are asked about once more.
func (m *model) sendPasted() {
	paste := m.paste
	m.paste = nil
	for i, line := range paste.Lines {
		if err := m.to.server.session.Enter(m.to.thread, line); err != nil {
			m.said = remark{err.Error(), true}
			m.paste = form.NewPaste(m.lang(), paste.Lines[i:], m.to.thread.Name)
			return
		}
		m.toNewest()
	}
	if paste.Joined != "" {
		m.input.Update(tea.PasteMsg{Content: paste.Joined})
	}
}
