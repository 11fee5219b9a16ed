package main

import (
	"fmt"
	"strings"
	"testing"
)

// TestScreenTyping: the line that is typed stays while others talk, and can be edited, completed and brought back.
func TestScreenTyping(t *testing.T) {
	t.Parallel()
	address := startProgram(t)
	moveIn(t, address, "tess", "#tea")
	ann := resident(t, address, "ann", "#tea")
	w := openAs(t, "typing", small, address, "tess")
	w.sees("#tea")
	w.types("half a li")
	ann.tells("#lobby", "I speak while you type")
	w.looksAlways("others-talk", "I speak while you type", "half a li")
	w.types("ne")
	w.presses("Home")
	w.types("one ")
	w.presses("End", "BSpace", "BSpace")
	w.types("ne, and more")
	w.presses("C-w", "C-w", "Enter")
	ann.hears(`\* all tess: one half a line, ?`)

	w.types("an")
	w.presses("Tab")
	w.looks("name-completed", "> ann:")
	w.types("hello")
	w.presses("Enter")
	ann.hears(`\* all tess: ann: hello`)
	w.types("/jo")
	w.presses("Tab")
	w.sees("> /join")
	w.types("#te")
	w.presses("Tab")
	w.looks("room-completed", "> /join #tea")
	w.presses("C-u")

	w.types("a draft")
	w.presses("Up")
	w.sees("> ann: hello")
	w.presses("Up")
	w.sees("> one half")
	w.presses("Down", "Down")
	w.looks("draft-back", "> a draft")
	w.presses("C-n") // the draft stays with its room
	w.looks("other-room", "#tea ")
	w.presses("C-p")
	w.looks("draft-back", "> a draft")
	w.presses("C-c")
	w.looks("left", "a draft", "exit=0") // nothing that was typed is lost
	w.hasLeft(0)
}

// TestScreenPaste: pasted lines are sent one by one, joined, or not at all, as the person says.
func TestScreenPaste(t *testing.T) {
	t.Parallel()
	address := startProgram(t)
	moveIn(t, address, "tess", "#tea")
	ann := resident(t, address, "ann", "#tea")
	w := openAs(t, "paste", small, address, "tess")
	w.sees("#tea")
	w.presses("M-2")
	w.sees("history of #tea")

	w.pastes("a word")
	w.looks("one-line", "> a word")
	w.presses("C-u")

	var poem []string
	for n := range 30 { // more than may be said at once
		poem = append(poem, fmt.Sprintf("line %d of the poem", n+1))
	}
	w.types("before ")
	w.pastes(strings.Join(poem, "\n") + "\n")
	w.looksAlways("asked", "30 lines")
	ann.tells("#tea", "what are you doing?")
	w.types("y")
	for n, line := range poem {
		if n == 0 {
			line = "(before )?" + line
		}
		ann.hears(`\* say #tea tess: ` + line)
	}
	w.looks("sent", "line 30 of the poem")
	w.presses("C-u")

	w.pastes("one\ntwo\nthree")
	w.sees("3 lines")
	w.types("n")
	w.looks("joined", "> one two three")
	w.presses("C-u")
	w.pastes("one\ntwo\nthree")
	w.sees("3 lines")
	w.presses("Escape")
	w.seesNot("3 lines")
	w.enters("nothing else")
	ann.hears(`\* say #tea tess: nothing else`)
	if heard := ann.heard.String(); strings.Contains(heard, "one") || strings.Count(heard, "of the poem") != 30 {
		t.Errorf("ann heard\n%s", heard)
	}
	w.presses("C-d")
	w.hasLeft(0)
}
