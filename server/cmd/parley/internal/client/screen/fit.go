package screen

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"parley/server/cmd/parley/internal/client/render"
)

// fit makes a text, which may be styled, exactly so many cells wide.
func fit(text string, cells int) string {
	text = cut(text, cells)
	return text + strings.Repeat(" ", max(0, cells-render.Width(text)))
}

// cut shortens a text to so many cells.
func cut(text string, cells int) string {
	for room := max(cells, 0); render.Width(text) > cells && room >= 0; room-- { // what is measured in two ways may still be too wide
		text = ansi.TruncateWc(text, room, "…")
	}
	return text
}
