package screen

import (
	"github.com/charmbracelet/x/ansi"

	"parley/server/cmd/parley/internal/client/render"
	"parley/server/cmd/parley/internal/client/session"
)

// sidebar lists rooms and people in so many columns and rows; the one that is shown is always among them.
func (m *model) sidebar(columns, height int) []string {
	if columns == 0 {
		return nil
	}
	var rows []string
	shown := 0
	var last *server
	for i, r := range m.rooms() {
		if len(m.servers) > 1 && r.server != last {
			last = r.server
			rows = append(rows, m.serverRow(i, r, columns))
		}
		if r == m.shown {
			shown = len(rows)
		}
		if r.thread != nil {
			rows = append(rows, m.roomRow(i, r, columns))
		} else if len(m.servers) == 1 {
			rows = append(rows, fit("", columns))
		}
	}
	if over := len(rows) - height; over > 0 {
		from := min(max(0, shown-height/2), over)
		rows = rows[from : from+height]
	}
	for len(rows) < height {
		rows = append(rows, fit("", columns))
	}
	return rows
}

// serverRow is the name of a server above its rooms. Without rooms it is a place to go to itself.
func (m *model) serverRow(index int, r room, columns int) string {
	style, words := bold, render.Visible(r.server.Name)
	if state := m.trouble(r.server); state != "" {
		words += " · " + state
	}
	if r.thread == nil {
		words = number(index) + " " + words
	}
	if r.thread == nil && r == m.shown {
		style = style.Reverse(true)
	}
	return style.Styled(fit(words, columns))
}

// trouble says in a few words why nothing can be said on a server.
func (m *model) trouble(s *server) string {
	switch s.session.State() {
	case session.Entering:
		return m.lang().Sprintf("not logged in")
	case session.Offline, session.Ended:
		return m.lang().Sprintf("not connected")
	}
	return ""
}

// roomRow is a room or a person: the digit that goes there, the name, what is unread.
func (m *model) roomRow(index int, r room, columns int) string {
	t := r.thread
	name := render.Visible(t.Name)
	if t.Away {
		name += " " + m.lang().Sprintf("(away)")
	}
	unread := count(t)
	words := fit(number(index)+" "+name, columns-render.Width(unread)-2) + " " + unread + " "
	switch style := (ansi.Style{}); {
	case r == m.shown:
		return style.Reverse(true).Styled(words)
	case calls(t):
		return style.Bold().ForegroundColor(ansi.Red).Styled(words)
	case t.Unread > 0:
		return style.Bold().Styled(words)
	case !t.Room && !t.Here:
		return style.Faint().Styled(words)
	default:
		return words
	}
}

// people lists who is in the room that is shown.
func (m *model) people(columns, height int) []string {
	if columns == 0 {
		return nil
	}
	present := m.shown.server.session.People(m.shown.thread)
	rows := make([]string, 0, height)
	for i, one := range present {
		if more := len(present) - i; len(rows) == height-1 && more > 1 {
			rows = append(rows, faint.Styled(fit(m.lang().Sprintf("and %d more", more), columns)))
			break
		}
		style := faint
		if one.Here {
			style = inColour(render.NameColour(one.Name))
		}
		rows = append(rows, style.Styled(fit(render.Visible(one.Name), columns)))
	}
	for len(rows) < height {
		rows = append(rows, fit("", columns))
	}
	return rows
}
