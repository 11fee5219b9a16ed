// Package form has the questions that parley connect asks before the talk and beside it: who somebody is, whether a token is to be kept, what becomes of pasted
// lines. They are components for Bubble Tea that know nothing of servers and files: what was decided is in their fields.
package form

import (
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"parley/server/cmd/parley/internal/client/render"
)

// page is what a form shows, from top to bottom. Where it does not fit, the title goes first, then the sample, the empty lines and the hint.
type page struct {
	title    string
	said     string // what went wrong
	question string
	sample   []string         // of what is asked about
	line     *textinput.Model // to type into
	hint     string
	keys     string
}

// widest is how many columns text has at most. Longer lines are hard to read.
const widest = 72

var (
	bold  = lipgloss.NewStyle().Bold(true)
	faint = lipgloss.NewStyle().Faint(true)
	wrong = lipgloss.NewStyle().Foreground(lipgloss.Red)
)

// view writes it in so many columns and lines.
func (p page) view(width, height int) (text string, cursor *tea.Cursor) {
	margin := ""
	if width >= 44 {
		margin = "  "
	}
	columns := max(1, min(width-2*len(margin), widest))
	for _, less := range []func(){
		func() {}, func() { p.title = "" }, func() { p.sample = p.sample[:min(len(p.sample), 1)] }, func() { p.sample = nil }, func() { p.hint = "" },
	} {
		less()
		for _, airy := range []bool{true, false} {
			lines, at := p.lay(columns, airy)
			if len(lines) <= height {
				return p.write(lines, at, margin)
			}
		}
	}
	lines, at := p.lay(columns, false)
	from := max(0, min(at, len(lines)-height)) // what is typed is seen, whatever else is not
	return p.write(lines[from:min(from+height, len(lines))], at-from, margin)
}

// lay makes its lines, and says which of them is typed into: -1 if none is.
func (p page) lay(columns int, airy bool) (lines []string, typed int) {
	typed = -1
	add := func(style lipgloss.Style, text string) {
		if text == "" {
			return
		}
		if airy && len(lines) > 0 {
			lines = append(lines, "")
		}
		for one := range strings.SplitSeq(text, "\n") {
			for _, line := range render.Wrap(one, columns, columns) {
				lines = append(lines, style.Render(line))
			}
		}
	}
	add(bold, p.title)
	add(wrong, p.said)
	add(bold, p.question)
	lines = append(lines, p.excerpt(columns)...)
	if p.line != nil {
		typed = len(lines)
		p.line.SetWidth(max(1, columns-len(p.line.Prompt)-1))
		p.line.SetCursor(p.line.Position()) // has it choose anew what is seen of a long line
		lines = append(lines, ansi.Truncate(strings.TrimRight(p.line.View(), " "), columns, ""))
	}
	add(faint, p.hint)
	keys := p.keys
	if render.Width(keys) > columns { // then each has a line, rather than that one is broken
		keys = strings.ReplaceAll(keys, "    ", "\n")
	}
	add(lipgloss.NewStyle(), keys)
	return lines, typed
}

// excerpt shows the beginning of the sample.
func (p page) excerpt(columns int) (lines []string) {
	for i, line := range p.sample {
		if i == 3 {
			return append(lines, faint.Render("│ …"))
		}
		lines = append(lines, faint.Render("│ "+ansi.Truncate(render.Visible(strings.ReplaceAll(line, "\t", "    ")), max(0, columns-2), "…")))
	}
	return lines
}

// write makes text of lines, and says where the cursor is.
func (p page) write(lines []string, typed int, margin string) (text string, cursor *tea.Cursor) {
	if typed >= 0 {
		cursor = tea.NewCursor(len(margin)+p.column(), typed)
	}
	for i, line := range lines {
		if line != "" {
			lines[i] = margin + line
		}
	}
	return strings.Join(lines, "\n"), cursor
}

// column is where the cursor is in what is typed. The line itself counts characters, of which some are two columns wide.
func (p page) column() int {
	prompt := len(p.line.Prompt)
	if p.line.EchoMode == textinput.EchoNone {
		return prompt
	}
	before := []rune(p.line.Value())[:p.line.Position()]
	return prompt + min(ansi.StringWidth(string(before)), p.line.Width())
}
