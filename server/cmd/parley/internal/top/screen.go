package top

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/term"
)

const ctrlC = 3

// screen is a terminal that is drawn on.
type screen struct {
	out   *os.File
	style style
}

// enter turns to the terminal's other screen and reads keys as they are pressed; leave puts all back as it was.
func (s *screen) enter(in *os.File) (leave func(), err error) {
	fmt.Fprint(s.out, "\x1b[?1049h\x1b[?25l\x1b[?7l") // the other screen, no cursor, no wrapping
	back := "\x1b[?7h\x1b[?25h\x1b[?1049l"
	if !term.IsTerminal(int(in.Fd())) {
		return func() { fmt.Fprint(s.out, back) }, nil
	}
	before, err := term.MakeRaw(int(in.Fd()))
	if err != nil {
		fmt.Fprint(s.out, back)
		return nil, fmt.Errorf("the terminal can't be used: %w", err)
	}
	return func() { fmt.Fprint(s.out, back); _ = term.Restore(int(in.Fd()), before) }, nil
}

// draw writes a view over the one before, at once, so that nothing flickers.
func (s *screen) draw(v view) {
	width, height, err := term.GetSize(int(s.out.Fd()))
	if err != nil {
		width, height = 80, 24
	}
	lines := s.style.frame(v, width, height)
	fmt.Fprint(s.out, "\x1b[H"+strings.Join(lines, "\x1b[K\r\n")+"\x1b[K\x1b[J")
}

// keys sends each key that is pressed. It ends only with the program, since nothing wakes a read of a terminal.
func keys(in *os.File) <-chan byte {
	pressed := make(chan byte)
	go func() {
		key := make([]byte, 1)
		for {
			if _, err := in.Read(key); err != nil {
				return
			}
			pressed <- key[0]
		}
	}()
	return pressed
}
