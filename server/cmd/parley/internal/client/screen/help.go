package screen

import (
	"strings"

	"parley/server/cmd/parley/internal/client/render"
)

// keyHelp says what a key or a command does.
type keyHelp struct{ key, does string }

// keys lists what keys and commands do.
func (s lineStyle) keys(list []keyHelp) (rows []string) {
	names := 0
	for _, k := range list {
		names = max(names, render.Width(k.key)+2)
	}
	for _, k := range list {
		rows = append(rows, s.block(bold.Styled(fit(k.key, names)), k.does, names, plain)...)
	}
	return rows
}

// helpPage is what F1 shows, in so many columns and rows.
func (m *model) helpPage(columns, height int) string {
	lang := m.lang()
	s := lineStyle{lang: lang, columns: columns}
	rows := s.keys([]keyHelp{
		{"Enter", lang.Sprintf("says what you have typed")},
		{"Tab", lang.Sprintf("completes commands, names and rooms; again: the next one")},
		{"Up Down", lang.Sprintf("what you have typed before")},
		{"PgUp PgDn", lang.Sprintf("older and newer messages; End goes to the newest")},
		{"Alt-1 … Alt-9", lang.Sprintf("the room of that number")},
		{"Ctrl-N Ctrl-P", lang.Sprintf("the next room, and the one before; Alt-Down and Alt-Up, too")},
		{"Alt-A", lang.Sprintf("the next room with something unread")},
		{"Ctrl-L", lang.Sprintf("draws the screen anew")},
		{"Ctrl-C", lang.Sprintf("leaves; exit and /quit do, too")},
		{"/rooms all", lang.Sprintf("shows which rooms there are")},
		{"/join #tea", lang.Sprintf("enters the room #tea, or makes it")},
		{"/msg bob hello", lang.Sprintf("writes to bob alone")},
		{"/help", lang.Sprintf("shows all commands")},
	})
	rows = rows[:min(len(rows), height-1)]
	return strings.Join(append(rows, faint.Styled(fit(lang.Sprintf("Esc closes this"), columns))), "\n")
}
