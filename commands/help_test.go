package commands

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"parley/internal/language"
)

// TestHelpFitsOnAScreen: each page of the help is seen as a whole on a terminal with 24 lines of 80 columns, where long lines are wrapped and the last
// line is the one to type in.
func TestHelpFitsOnAScreen(t *testing.T) {
	const lines, columns = 24, 80
	for l := range language.Languages {
		v := newRoom(t).from("")
		v.wants("/lang "+l.String()+"\n", "+ lang "+l.String())
		for _, page := range append([]string{"", "help"}, groups...) {
			answer, taken := v.says("/help "+page+"\n"), 0
			for line := range strings.Lines(answer) {
				taken += (ansi.StringWidth(strings.TrimSuffix(line, "\r\n")) + columns - 1) / columns
			}
			if taken < 2 || taken > lines-1 {
				t.Errorf("/help %s takes %d lines:\n%s", page, taken, answer)
			}
		}
	}
}

// TestHelpHasEveryCommand: /help names all, each once, and explains each by its own name and in its group.
func TestHelpHasEveryCommand(t *testing.T) {
	r := newRoom(t)
	v := r.from("")
	first := v.says("/help\n")
	for _, c := range r.chat.commands {
		row := "= help " + c.Name + ": " + c.Usage() + " - " + string(c.Help) + "\r\n"
		if got := v.says("/help " + c.Name + "\n"); !strings.Contains(got, row) {
			t.Errorf("/help %s shows %q", c.Name, got)
		}
		if c.Group == "" {
			if !strings.Contains(first, row) {
				t.Errorf("/help does not explain /%s", c.Name)
			}
			continue
		}
		if n := strings.Count(strings.ReplaceAll(first, "\r\n", " "), " /"+c.Name+" "); n != 1 {
			t.Errorf("/help names /%s %d times", c.Name, n)
		}
		if got := v.says("/help " + c.Group + "\n"); !strings.Contains(got, row) {
			t.Errorf("/help %s does not explain /%s", c.Group, c.Name)
		}
	}
	v.wants("/help nothing", "- help unknown-command nothing: ")
	v.wants("/help limits", "+ help ")
}
