package client

import (
	"unicode"

	"golang.org/x/text/width"
)

// cells is how many columns of a terminal a character takes.
func cells(r rune) int {
	if unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// layout is where a text stands on a terminal that wraps it.
type layout struct {
	starts   []int // index of the first character of each row
	row, col int   // of the cursor
	full     bool  // the last row before the cursor's empty one is full to the edge
}

// wrap lays a text out in rows of so many columns. A wide character that does
// not fit begins a row. A cursor behind a full row stands on a row of its own.
func wrap(text []rune, cursor, columns int) layout {
	l := layout{starts: []int{0}}
	col := 0
	for i, r := range text {
		w := cells(r)
		if col > 0 && col+w > columns {
			l.starts = append(l.starts, i)
			col = 0
		}
		if i == cursor {
			l.row, l.col = len(l.starts)-1, min(col, columns-1)
		}
		col += w
	}
	if col >= columns {
		l.starts = append(l.starts, len(text))
		l.full = true
		col = 0
	}
	if cursor >= len(text) {
		l.row, l.col = len(l.starts)-1, col
	}
	return l
}

// window keeps the rows around the cursor that fit on the screen, and returns
// the part of the text that they show.
func (l *layout) window(text []rune, rows int) []rune {
	first := max(0, l.row-rows+1)
	last := min(len(l.starts), first+rows)
	from, to := l.starts[first], len(text)
	if last < len(l.starts) {
		to = l.starts[last]
		l.full = false
	}
	l.starts = l.starts[first:last]
	l.row -= first
	return text[from:to]
}
