package client

import (
	"bytes"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"parley/server/cmd/parley/internal/client/terminal"
)

// row is a terminal of which Bubble Tea has one row. It would clear all that is below, too; where that is the whole screen, terminals keep what was
// cleared above it.
type row struct{ *terminal.Output }

func (r row) Write(p []byte) (int, error) {
	if _, err := r.Output.Write(bytes.ReplaceAll(p, []byte(ansi.EraseScreenBelow), []byte(ansi.EraseLineRight))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// View is the row of the input. What was said stands above it, as the terminal's own text: it scrolls, is copied and wrapped anew as that is.
func (c *chat) View() tea.View {
	if c.leaving || c.closed {
		return tea.NewView("")
	}
	v := tea.NewView(c.input.View())
	v.Cursor = c.input.Cursor()
	return v
}

// ask says in the input's row what is asked for.
func (c *chat) ask() {
	c.input.SetPrompt(c.prompt())
	if c.hidden() {
		c.input.Hide(c.question)
	} else {
		c.input.Shown()
	}
}

// print writes a finished line where the input was, which goes to the next row.
func (c *chat) print(line string) { c.write(ansi.EraseLineRight + line + "\r\n") }

// clear empties the whole screen.
func (c *chat) clear() error {
	c.write(ansi.CursorHomePosition + ansi.EraseEntireScreen)
	return nil
}

// write writes from the beginning of the input's row on.
func (c *chat) write(text string) {
	c.printed = true
	if _, err := c.out.Write([]byte("\r" + text)); err != nil && c.err == nil {
		c.err = fmt.Errorf("cannot write: %w", err)
	}
}

// redraw has Bubble Tea draw the row of the input if that was overwritten. It thinks that the cursor is still in that row, which is so.
func (c *chat) redraw() tea.Cmd {
	if !c.printed || c.redrawing {
		return nil
	}
	c.printed, c.redrawing = false, true
	return tea.ClearScreen
}

// rewrapped removes the row of the input when the terminal has become so narrow that it is several rows now. Terminals wrap their lines anew then, and
// the cursor stays with its character; Bubble Tea knows nothing of that.
func (c *chat) rewrapped(_ tea.Model, msg tea.Msg) tea.Msg {
	size, resized := msg.(tea.WindowSizeMsg)
	if !resized || c.leaving || c.closed {
		return msg
	}
	rows, row := 1+max(ansi.StringWidth(c.input.View())-1, 0)/size.Width, c.input.Cursor().X/size.Width
	if rows = max(rows, row+1); rows > 1 {
		erase := strings.Repeat(ansi.CursorUp(1), row) + ansi.EraseLineRight
		erase += strings.Repeat(ansi.CursorDown(1)+ansi.EraseLineRight, rows-1) + strings.Repeat(ansi.CursorUp(1), rows-1)
		c.write(erase)
	}
	return msg
}
