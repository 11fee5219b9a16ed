// Package input is the line that is typed: an editor with a history, completion and passwords that are not shown.
package input

import (
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"parley/internal/language"
	"parley/server/cmd/parley/internal/client/render"
)

// Model is a line that is typed. It is drawn in one row, as wide as SetWidth says; of a longer line the part around the cursor is seen.
type Model struct {
	// Complete returns what the text before the cursor can become as a whole, best first. If it is nil, nothing is completed.
	Complete func(before string) []string

	lang       language.Language
	editor     textinput.Model
	history    history
	completing completion
	prompt     string
	question   string // of the password that is being typed, or ""
	width      int
	first      int // character of the line that is seen first
}

// New returns an empty line with the prompt "> ".
func New(lang language.Language) Model {
	editor := textinput.New()
	editor.SetVirtualCursor(false)
	editor.KeyMap.Paste.SetEnabled(false) // the terminal pastes; the library would run programs for it
	editor.Focus()
	return Model{lang: lang, editor: editor, prompt: "> ", width: 80}
}

// SetWidth says how many columns there are, with those of the prompt.
func (m *Model) SetWidth(columns int) { m.width = columns }

// SetPrompt says what stands before the line.
func (m *Model) SetPrompt(prompt string) { m.prompt = prompt }

// Value is what has been typed.
func (m *Model) Value() string { return m.editor.Value() }

// SetValue replaces what has been typed; the cursor is behind it.
func (m *Model) SetValue(line string) {
	m.completing, m.history.back = completion{}, 0
	m.set(line, "")
}

// set replaces the line and puts the cursor between the two parts.
func (m *Model) set(before, after string) {
	m.editor.SetValue(before)
	at := len([]rune(m.editor.Value())) // the editor leaves control characters out
	m.editor.SetValue(before + after)
	m.editor.SetCursor(at)
}

// Take takes the line away and returns it. It is remembered for Up, unless there is a password in it.
func (m *Model) Take() string {
	line := m.editor.Value()
	if m.question == "" {
		m.history.add(line)
	}
	m.completing = completion{}
	m.set("", "")
	return line
}

// Hide shows a question, or "password: " if it is empty, and nothing of what is typed, until Shown.
func (m *Model) Hide(question string) {
	if question == "" {
		question = m.lang.Sprintf("password: ")
	}
	m.question, m.editor.EchoMode = question, textinput.EchoNone
}

// Hidden reports whether nothing of what is typed is shown.
func (m *Model) Hidden() bool { return m.question != "" }

// Shown ends Hide. What was typed for a password and not taken is forgotten.
func (m *Model) Shown() {
	if m.Hidden() {
		m.SetValue("")
	}
	m.question, m.editor.EchoMode = "", textinput.EchoNormal
}

// Update does what a key does to the line, and takes what is pasted; line ends in that become blanks.
func (m *Model) Update(msg tea.Msg) tea.Cmd {
	if key, ok := msg.(tea.KeyPressMsg); ok {
		switch name := key.String(); name {
		case "up", "ctrl+p", "down", "ctrl+n":
			m.recall(name == "up" || name == "ctrl+p")
			return nil
		case "tab", "shift+tab":
			if m.question == "" {
				m.complete(map[string]int{"tab": 1, "shift+tab": -1}[name])
			}
			return nil
		}
		m.completing = completion{}
	}
	var cmd tea.Cmd
	m.editor, cmd = m.editor.Update(msg)
	return cmd
}

// recall shows an older line or a newer one. A password is not mixed with them.
func (m *Model) recall(older bool) {
	m.completing = completion{}
	switch {
	case m.question != "":
	case older:
		m.set(m.history.older(m.editor.Value()), "")
	default:
		m.set(m.history.newer(m.editor.Value()), "")
	}
}

// View draws the row.
func (m *Model) View() string {
	if m.question != "" {
		return ansi.Truncate(render.Visible(m.question), m.width-1, "")
	}
	prompt, line, room := m.layout()
	return prompt + ansi.Truncate(part(line, m.first, len(line)), room, "")
}

// Cursor is where the cursor stands in View.
func (m *Model) Cursor() *tea.Cursor {
	if m.question != "" {
		return tea.NewCursor(ansi.StringWidth(m.View()), 0)
	}
	prompt, line, _ := m.layout()
	return tea.NewCursor(ansi.StringWidth(prompt+part(line, m.first, m.editor.Position())), 0)
}

// layout returns the prompt, the line, and the columns that are left for it, and brings the character at the cursor into sight. The row's last column
// stays empty but for the cursor.
func (m *Model) layout() (prompt string, line []rune, room int) {
	prompt = ansi.Truncate(render.Visible(m.prompt), m.width/2, "")
	room = max(m.width-ansi.StringWidth(prompt)-1, 1)
	line = []rune(m.editor.Value())
	at := m.editor.Position()
	m.first = min(max(min(m.first, fitting(line, room)), fitting(line[:min(at+1, len(line))], room)), at)
	return prompt, line, room
}

// part is how some characters of a line are shown.
func part(line []rune, from, to int) string { return render.Visible(string(line[from:to])) }

// fitting returns the first character of as many at the end of a line as have room.
func fitting(line []rune, room int) int {
	for first := len(line); ; first-- {
		if first == 0 || ansi.StringWidth(part(line, first-1, len(line))) > room {
			return first
		}
	}
}
