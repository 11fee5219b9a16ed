package form

import (
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
	"golang.org/x/text/width"
)

func isEnter(key string) bool { return key == "enter" || key == "ctrl+j" }

// letter is the letter of a key, small. Input methods for Chinese may send a wide one.
func letter(press tea.KeyPressMsg) string { return strings.ToLower(width.Narrow.String(press.Text)) }

// newLine is a line to type into, whose cursor is the terminal's own: input methods show their choice there.
func newLine() textinput.Model {
	line := textinput.New()
	line.Prompt = "> "
	line.SetStyles(textinput.Styles{}) // those that it comes with are for dark screens
	line.SetVirtualCursor(false)
	line.KeyMap.Paste.SetEnabled(false) // terminals paste by themselves; this would read the clipboard of the computer that the program runs on
	line.Focus()
	return line
}
