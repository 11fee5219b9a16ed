package input

import (
	"strings"

	"parley/server/cmd/parley/internal/client/typed"
)

const historyLength = 200

// history is what was typed before, oldest first, and where in it the user is.
type history struct {
	lines []string
	back  int    // how many lines back from the one being typed
	draft string // the line being typed, while the user looks at older ones
}

// add remembers a line, unless it repeats the last one, is blank or holds a password.
func (h *history) add(line string) {
	h.back = 0
	if _, secret := typed.Masked(line); secret || strings.TrimSpace(line) == "" {
		return
	}
	if n := len(h.lines); n > 0 && h.lines[n-1] == line {
		return
	}
	h.lines = append(h.lines, line)
	if len(h.lines) > historyLength {
		h.lines = h.lines[1:]
	}
}

// older returns the line before the one that is shown, or shown itself if there is none.
func (h *history) older(shown string) string {
	if h.back == len(h.lines) {
		return shown
	}
	if h.back == 0 {
		h.draft = shown
	}
	h.back++
	return h.lines[len(h.lines)-h.back]
}

// newer returns the line after the one that is shown; after the newest comes the line that was being typed.
func (h *history) newer(shown string) string {
	if h.back == 0 {
		return shown
	}
	h.back--
	if h.back == 0 {
		return h.draft
	}
	return h.lines[len(h.lines)-h.back]
}
