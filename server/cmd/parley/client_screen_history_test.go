package main

import (
	"fmt"
	"strings"
	"testing"
)

// TestScreenHistory: Page Up goes through everything that was ever said, to its beginning, and End comes back.
func TestScreenHistory(t *testing.T) {
	t.Parallel()
	address := startProgram(t, "--message-rate", "unlimited")
	ann := dialAs(t, address, "ann")
	const said = 500
	for n := range said {
		ann.says("message %d", n+1)
	}
	ann.hears(`\+ all \d+`)
	for range said - 1 {
		ann.hears(`\+ all \d+`)
	}
	moveIn(t, address, "tess")
	w := openAs(t, "history", small, address, "tess")
	w.looks("end", fmt.Sprintf("message %d", said))
	// Each page overlaps the one before or follows it: none is left out.
	seen := map[int]bool{}
	pages := 0
	for !seen[1] {
		before := w.visible()
		for n := range said {
			seen[n+1] = seen[n+1] || strings.Contains(before, fmt.Sprintf("message %d\n", n+1))
		}
		if seen[1] {
			break
		}
		if pages++; pages > said {
			t.Fatalf("the beginning is not reached:\n%s", before)
		}
		w.presses("PPage")
		if !comesTrue(func() bool { return w.visible() != before }) {
			t.Fatalf("nothing older comes:\n%s", before)
		}
	}
	for n := range said {
		if !seen[n+1] {
			t.Errorf("message %d was not to be seen", n+1)
		}
	}
	w.looks("beginning", "message 1")
	ann.tells("#lobby", "message %d", said+1)
	w.looks("new-below", "message 1")
	w.presses("End")
	w.looks("end-again", fmt.Sprintf("message %d", said+1))
	w.presses("PPage", "PPage")
	w.looks("two-pages-up")
	w.presses("NPage")
	w.looks("one-page-up")
	w.presses("NPage", "NPage")
	w.looks("end-again", fmt.Sprintf("message %d", said+1))
}

// TestScreenResizing: whatever the size, nothing is lost, at the end and in the middle of what was said.
func TestScreenResizing(t *testing.T) {
	t.Parallel()
	address := startProgram(t, "--message-rate", "unlimited")
	ann := dialAs(t, address, "ann")
	for n := range 120 {
		ann.tells("#lobby", "%d of the things that are said here, in a line that is longer than a narrow screen is wide", n+1)
	}
	moveIn(t, address, "tess")
	w := openAs(t, "resizing", small, address, "tess")
	sizes := []extent{small, {40, 10}, large, small}
	for _, where := range []string{"end", "middle"} {
		w.types("typed " + where)
		w.sees("typed " + where)
		for _, size := range sizes {
			w.resizes(size)
			w.looks(where, "typed "+where)
		}
		w.presses("C-u", "PPage", "PPage", "PPage")
	}
	w.presses("End")
	w.enters("back again")
	ann.hears(`\* all tess: back again`)
	w.looks("back", "back again")
}
