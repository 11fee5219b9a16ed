package screen

import (
	"slices"
	"sort"

	"parley/server/cmd/parley/internal/client/session"
)

// place is where somebody has scrolled to in a thread: its uppermost line. Lines come in front of it (history), so it is known by the number of a
// message; what has no number is counted from there.
type place struct {
	scrolled bool  // otherwise the newest lines are shown, and what follows is unused
	number   int64 // of a line near the uppermost one; zero counts from the first
	offset   int   // of the uppermost line from there
	row      int   // of the rows of that line, the uppermost
	newest   int64 // the newest number when the scrolling began: what has come since is new
}

// index finds the line in t that is the uppermost at p.
func (p place) index(t *session.Thread) int {
	at := 0
	if p.number != 0 {
		at = find(t, p.number)
	}
	return min(max(0, at+p.offset), len(t.Lines)-1)
}

// find returns the index of the first line whose number is not below number. Numbers grow, but not every line has one.
func find(t *session.Thread, number int64) int {
	numbered := func(i int) int {
		for i < len(t.Lines) && t.Lines[i].Number == 0 {
			i++
		}
		return i
	}
	return numbered(sort.Search(len(t.Lines), func(i int) bool {
		i = numbered(i)
		return i == len(t.Lines) || t.Lines[i].Number >= number
	}))
}

// placeOf is the place at a row of the line of that index.
func placeOf(t *session.Thread, index, row int) place {
	p := place{scrolled: true, row: row}
	near := index
	for near > 0 && t.Lines[near].Number == 0 {
		near--
	}
	for near < len(t.Lines)-1 && t.Lines[near].Number == 0 {
		near++
	}
	if p.number = t.Lines[near].Number; p.number == 0 {
		near = 0
	}
	p.offset = index - near
	return p
}

// newestNumber is the number of the newest line.
func newestNumber(t *session.Thread) int64 {
	for i := len(t.Lines) - 1; i >= 0; i-- {
		if n := t.Lines[i].Number; n != 0 {
			return n
		}
	}
	return 0
}

// talk is what of a thread is on the screen. It makes only the rows that are seen, since a thread may be long.
type talk struct {
	thread     *session.Thread
	style      lineStyle
	height     int
	index, row int // of the uppermost row
	rows       []string
	first      bool // the uppermost row is the first of all
	last       bool // the lowest row is the last of all
}

// newTalk fills so many rows.
func newTalk(t *session.Thread, style lineStyle, p place, height int) talk {
	k := talk{thread: t, style: style, height: height}
	switch {
	case len(t.Lines) == 0:
		k.rows = k.style.head(t)
		k.rows = k.rows[max(0, len(k.rows)-height):]
		k.first, k.last = true, true
	case p.scrolled:
		k.from(p.index(t), p.row)
	default:
		k.toEnd()
	}
	return k
}

// of makes the rows of one line, with what stands above it.
func (k *talk) of(index int) []string { return k.style.rows(k.thread, index) }

// from shows what is at a row of a line and below. Where that does not fill the height, it shows the end.
func (k *talk) from(index, row int) {
	rows := k.of(index)
	row = max(0, min(row, len(rows)-1)) // there are fewer rows in a wider window
	k.index, k.row = index, row
	k.rows = rows[row:]
	next := index + 1
	for ; len(k.rows) < k.height && next < len(k.thread.Lines); next++ {
		k.rows = append(k.rows, k.of(next)...)
	}
	if next == len(k.thread.Lines) && len(k.rows) <= k.height {
		k.toEnd()
		return
	}
	k.rows = k.rows[:k.height]
	k.first = index == 0 && row == 0
}

// toEnd shows the newest rows.
func (k *talk) toEnd() {
	k.rows, k.index, k.last = nil, len(k.thread.Lines), true
	for k.index > 0 && len(k.rows) < k.height {
		k.index--
		k.rows = slices.Concat(k.of(k.index), k.rows)
	}
	k.row = max(0, len(k.rows)-k.height)
	k.rows = k.rows[k.row:]
	k.first = k.index == 0 && k.row == 0
}

// up is the place so many rows higher, or the first of all.
func (k *talk) up(rows int) place {
	index, row := k.index, k.row-rows
	for row < 0 && index > 0 {
		index--
		row += len(k.of(index))
	}
	return placeOf(k.thread, index, max(row, 0))
}

// down is the place so many rows lower; ended says that nothing is below it that would not be seen.
func (k *talk) down(rows int) (p place, ended bool) {
	index, row := k.index, k.row+rows
	for index < len(k.thread.Lines)-1 {
		n := len(k.of(index))
		if row < n {
			break
		}
		row -= n
		index++
	}
	lower := talk{thread: k.thread, style: k.style, height: k.height}
	lower.from(index, row)
	return placeOf(k.thread, lower.index, lower.row), lower.last
}
