package screen

import (
	"fmt"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"parley/server/cmd/parley/internal/client/render"
	"parley/server/cmd/parley/internal/client/session"
)

// The smallest screen that anything can be read on, in cells.
const (
	leastWidth  = 20
	leastHeight = 5
)

// layout is how many columns each part has, and how many rows the talk. Columns stand apart by a line and a blank.
type layout struct {
	sidebar, talk, people int
	height                int
	notice                []string // the rows between talk and input
}

// otherRows are the title above the talk, and the input and the status below it.
const otherRows = 1 + 2

func (m *model) layout() layout {
	l := layout{talk: m.width}
	if m.width >= 60 && (len(m.servers) > 1 || m.shown.thread != nil) {
		l.sidebar = min(m.width/8+12, 36)
		l.talk -= l.sidebar + 2
	}
	if t := m.shown.thread; m.width >= 120 && t != nil && t.Room && m.shown.server.session.People(t) != nil {
		l.people = min(m.width/10+8, 28)
		l.talk -= l.people + 2
	}
	words, style := m.notice()
	l.notice = lineStyle{columns: l.talk}.block("", words, 0, style)
	l.notice = l.notice[:min(len(l.notice), m.height/3)]
	l.height = m.height - otherRows - len(l.notice)
	return l
}

// View draws the screen.
func (m *model) View() tea.View {
	v := tea.View{AltScreen: true, WindowTitle: m.title()}
	if m.left {
		return v
	}
	if m.width < leastWidth || m.height < leastHeight {
		v.Content = strings.Join(render.Wrap(m.lang().Sprintf("This window is too small for parley."), max(m.width, 2), max(m.width, 2)), "\n")
		return v
	}
	l := m.layout()
	var body []string
	body, v.Cursor = m.body(l)
	rows := make([]string, 0, m.height)
	rows = append(rows, m.head(l))
	side, people := m.sidebar(l.sidebar, len(body)), m.people(l.people, len(body))
	for i, row := range body {
		if l.sidebar > 0 {
			row = side[i] + line + fit(row, l.talk)
		}
		if l.people > 0 {
			row += line + people[i]
		}
		rows = append(rows, row)
	}
	rows = append(rows, m.status())
	v.Content = strings.Join(rows, "\n")
	if v.Cursor != nil {
		v.Cursor.Y++
		if l.sidebar > 0 {
			v.Cursor.X += l.sidebar + 2
		}
	}
	return v
}

var line = faint.Styled("│") + " "

// title is that of the terminal's window.
func (m *model) title() string {
	called := 0
	for _, r := range m.rooms() {
		if r.thread != nil && calls(r.thread) {
			called += r.thread.Unread
		}
	}
	if called == 0 {
		return "parley"
	}
	return fmt.Sprintf("(%d) parley", called)
}

// head is the uppermost row: who one is, and where.
func (m *model) head(l layout) string {
	who := "parley"
	if name := m.shown.server.session.Name(); name != "" {
		who += " · " + render.Visible(name)
	}
	where, about, here := m.shown.server.Name, "", ""
	if t := m.shown.thread; t != nil {
		where, about, here = render.Visible(t.Name), render.Visible(t.Topic), m.here(t)
	}
	columns := m.width
	left := ""
	if l.sidebar > 0 {
		left = bold.Styled(fit(who, l.sidebar)) + line
		columns -= l.sidebar + 2
	}
	if len(about) > 0 {
		about = "  " + about
	}
	if render.Width(where)+2+render.Width(here) > columns {
		here = ""
	}
	room := columns - render.Width(here)
	right := bold.Styled(where)
	if about != "" && room-render.Width(where) > 6 {
		right += cut(about, room-render.Width(where)-2)
	}
	return left + fit(right, room) + faint.Styled(here)
}

// here says how many of a room are here, or whether a person is.
func (m *model) here(t *session.Thread) string {
	switch {
	case t.Room && t.Members > 0:
		return m.lang().Sprintf("%d of %d are here", t.HereCount, t.Members)
	case t.Room:
		return ""
	case t.Away:
		return m.lang().Sprintf("away")
	case t.Here:
		return m.lang().Sprintf("is here")
	}
	return m.lang().Sprintf("is not here")
}

// body is what stands between head and status, as wide as the talk, and where the cursor is in it.
func (m *model) body(l layout) (rows []string, cursor *tea.Cursor) {
	height := m.height - 2
	if text, at, open := m.dialog(l.talk, height); open {
		return exactly(strings.Split(text, "\n"), height), at
	}
	rows = make([]string, l.height)
	if m.shown.thread != nil {
		newest := m.talk().rows // at the bottom, where one types
		copy(rows[l.height-len(newest):], newest)
	}
	m.input.SetWidth(l.talk)
	if cursor = m.input.Cursor(); cursor != nil {
		cursor.Y += height - 1
	}
	return append(append(rows, l.notice...), m.input.View()), cursor
}

// exactly makes rows so many.
func exactly(rows []string, height int) []string {
	rows = rows[:min(len(rows), height)]
	for len(rows) < height {
		rows = append(rows, "")
	}
	return rows
}

// dialog is what has to be answered first, if there is such a thing.
func (m *model) dialog(columns, height int) (text string, cursor *tea.Cursor, open bool) {
	switch s := m.shown.server; {
	case m.help:
		return m.helpPage(columns, height), nil, true
	case m.paste != nil:
		return m.paste.View(columns, height), nil, true
	case s.keep != nil:
		return s.keep.View(columns, height), nil, true
	case s.enter != nil:
		text, cursor = s.enter.View(columns, height)
		return text, cursor, true
	}
	return "", nil, false
}

// asking says that a dialog is open.
func (m *model) asking() bool {
	return m.paste != nil || m.shown.server.keep != nil || m.shown.server.enter != nil
}

// talk is what of the shown thread is seen.
func (m *model) talk() talk {
	t, l := m.shown.thread, m.layout()
	style := newLineStyle(m.lang(), t, m.shown.server.session.Name(), l.talk, m.Now())
	return newTalk(t, style, m.places[t], max(1, l.height))
}

// notice is what is to be known just now, above the input.
func (m *model) notice() (words string, style ansi.Style) {
	s := m.shown.server
	switch state := s.session.State(); {
	case m.said.wrong:
		return m.said.text, wrong
	case m.said.text != "":
		return m.said.text, plain
	case m.leaving.begun:
		return m.lang().Sprintf("Leaving…"), faint
	case m.prompted():
		return m.lang().Sprintf("What you type is not shown."), plain
	case state == session.Ended:
		return s.session.Reason() + " " + m.lang().Sprintf("Enter connects again."), wrong
	case state == session.Offline:
		return s.session.Reason(), wrong
	case m.scrolled():
		if n := m.below(); n > 0 {
			return m.lang().Sprintf("%d new below · End goes there", n), bold
		}
		return m.lang().Sprintf("End goes back to the newest"), faint
	}
	return "", plain
}

// prompted says that a password is being typed at the prompt.
func (m *model) prompted() bool {
	_, asked := m.shown.server.session.Prompt()
	return asked
}

// status is the lowest row: keys on the left, the connection on the right.
func (m *model) status() string {
	right := m.connection(m.shown.server)
	left := m.lang().Sprintf("Tab completes · PgUp older · Alt-1…9 rooms · F1 keys")
	if m.help || m.asking() {
		left = m.lang().Sprintf("Ctrl-C leaves")
	} else if m.width < 60 {
		left = m.unreadWords()
	}
	room := m.width - render.Width(right) - 2
	if room < 10 {
		return faint.Styled(fit(right, m.width))
	}
	return faint.Styled(fit(left, room)+"  ") + faint.Styled(right)
}

// unreadWords names the rooms with something unread.
func (m *model) unreadWords() string {
	var words []string
	for i, r := range m.rooms() {
		if t := r.thread; t != nil && t.Unread > 0 && r != m.shown {
			words = append(words, fmt.Sprintf("%s %s %s", number(i), render.Visible(t.Name), count(t)))
		}
	}
	if words == nil {
		return m.lang().Sprintf("F1 keys")
	}
	return strings.Join(words, " · ")
}

// number is the digit that goes with Alt to the room at that index.
func number(index int) string {
	if index >= 9 {
		return " "
	}
	return strconv.Itoa(index + 1)
}

// count is how many are unread in t; @ marks that somebody waits for an answer.
func count(t *session.Thread) string {
	switch {
	case t.Unread == 0:
		return ""
	case calls(t):
		return "@" + strconv.Itoa(t.Unread)
	}
	return strconv.Itoa(t.Unread)
}

// connection says how the connection to a server is.
func (m *model) connection(s *server) string {
	switch s.session.State() {
	case session.Online:
		return m.lang().Sprintf("connected")
	case session.Greeting:
		return m.lang().Sprintf("connecting…")
	case session.Entering:
		return m.lang().Sprintf("not logged in")
	case session.Returning:
		return m.lang().Sprintf("logging in…")
	case session.Ended:
		return m.lang().Sprintf("not connected")
	}
	wait := s.session.Retry().Sub(m.Now())
	if s.dialing || wait <= 0 {
		return m.lang().Sprintf("connecting…")
	}
	return m.lang().Sprintf("connects again in %d s", int(wait.Seconds()+0.999))
}
