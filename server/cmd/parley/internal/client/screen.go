package client

import (
	"bufio"
	"fmt"
	"io"
)

// screen keeps one line of input at the bottom of a terminal in raw mode and
// prints everything else above it. Nothing is shown before flush.
type screen struct {
	out  *bufio.Writer
	size func() (columns, rows int)

	columns, rows int // as they were when the input was drawn
	text          []rune
	cursor        int // index into text
	row, height   int // of the cursor in the drawn input, and of the whole of it
}

func newScreen(out io.Writer, size func() (columns, rows int)) *screen {
	return &screen{out: bufio.NewWriter(out), size: size}
}

// fit follows a change of the terminal's size. Terminals wrap their lines anew
// then, and the cursor stays with its character.
func (s *screen) fit() {
	columns, rows := s.size()
	if columns == s.columns && rows == s.rows {
		return
	}
	s.columns, s.rows = columns, rows
	l := wrap(s.text, s.cursor, columns)
	l.window(s.text, rows)
	s.row, s.height = l.row, len(l.starts)
}

// erase removes the input and leaves the cursor where it began. It goes row by
// row: some terminals keep what "clear all below" removes from a whole screen.
func (s *screen) erase() {
	s.fit()
	s.up(s.row)
	s.out.WriteString("\r\x1b[K")
	for range s.height - 1 {
		s.out.WriteString("\x1b[B\x1b[K")
	}
	s.up(s.height - 1)
	s.forget()
}

func (s *screen) up(rows int) {
	if rows > 0 {
		fmt.Fprintf(s.out, "\x1b[%dA", rows)
	}
}

// forget is called when no input is drawn any more.
func (s *screen) forget() {
	s.text, s.cursor, s.row, s.height = nil, 0, 0, 1
}

// print puts a finished line above the input. The input must be drawn again.
func (s *screen) print(line string) {
	s.erase()
	s.out.WriteString(line + "\r\n")
}

// draw shows the input and puts the cursor in front of its character number
// cursor, counted without the prompt.
func (s *screen) draw(prompt string, line []rune, cursor int) {
	s.erase()
	text := append([]rune(prompt), line...)
	cursor += len(text) - len(line)
	l := wrap(text, cursor, s.columns)
	s.out.WriteString(string(l.window(text, s.rows)))
	if l.full {
		s.out.WriteString("\r\n")
	}
	s.up(len(l.starts) - 1 - l.row)
	s.out.WriteByte('\r')
	if l.col > 0 {
		fmt.Fprintf(s.out, "\x1b[%dC", l.col)
	}
	s.text, s.cursor, s.row, s.height = text, cursor, l.row, len(l.starts)
}

// clear empties the whole screen.
func (s *screen) clear() {
	s.out.WriteString("\x1b[H\x1b[2J")
	s.forget()
}

func (s *screen) flush() error { return s.out.Flush() }
