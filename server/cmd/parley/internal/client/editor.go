package client

// editor holds the line that is being typed. It draws nothing.
type editor struct {
	line    []rune
	cursor  int // index into line
	history history
}

// take empties the line and returns what was in it.
func (e *editor) take() string {
	line := string(e.line)
	e.set("")
	return line
}

func (e *editor) set(line string) {
	e.line = []rune(line)
	e.cursor = len(e.line)
}

// press does what a key does to the line.
func (e *editor) press(k key) {
	switch k {
	case keyBackspace:
		e.cut(e.cursor-1, e.cursor)
	case keyDelete:
		e.cut(e.cursor, e.cursor+1)
	case keyKillWord:
		e.cut(e.wordLeft(), e.cursor)
	case keyKillBefore:
		e.cut(0, e.cursor)
	case keyKillAfter:
		e.cut(e.cursor, len(e.line))
	case keyLeft:
		e.cursor = max(e.cursor-1, 0)
	case keyRight:
		e.cursor = min(e.cursor+1, len(e.line))
	case keyWordLeft:
		e.cursor = e.wordLeft()
	case keyWordRight:
		e.cursor = e.wordRight()
	case keyHome:
		e.cursor = 0
	case keyEnd:
		e.cursor = len(e.line)
	case keyUp:
		e.set(e.history.older(string(e.line)))
	case keyDown:
		e.set(e.history.newer(string(e.line)))
	default:
		if k >= ' ' {
			e.insert(rune(k))
		}
	}
}

func (e *editor) insert(r rune) {
	e.line = append(e.line, 0)
	copy(e.line[e.cursor+1:], e.line[e.cursor:])
	e.line[e.cursor] = r
	e.cursor++
}

// cut removes line[from:to], as far as it exists, and leaves the cursor there.
func (e *editor) cut(from, to int) {
	from, to = max(from, 0), min(to, len(e.line))
	e.line = append(e.line[:from], e.line[to:]...)
	e.cursor = from
}

func (e *editor) wordLeft() int {
	i := e.cursor
	for i > 0 && e.line[i-1] == ' ' {
		i--
	}
	for i > 0 && e.line[i-1] != ' ' {
		i--
	}
	return i
}

func (e *editor) wordRight() int {
	i := e.cursor
	for i < len(e.line) && e.line[i] == ' ' {
		i++
	}
	for i < len(e.line) && e.line[i] != ' ' {
		i++
	}
	return i
}
