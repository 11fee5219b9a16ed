package main

import "testing"

// TestScreenLeavesNothing: after the window has grown, what stood on the terminal before is there again, and no row of the screen is among it.
func TestScreenLeavesNothing(t *testing.T) {
	t.Parallel()
	address := startProgram(t)
	moveIn(t, address, "tess")
	term := newTerminal(t)
	giveToken(t, address, term.home, "tess")
	w := term.runs("leaves", small, "seq 60; "+connectLine(withToken(term, "tess")+address))
	w.isConnected()
	w.resizes(extent{100, 30})
	w.sees("connected\n-- 100×30") // it is drawn anew
	w.presses("C-c")
	w.sees("exit=0", "\n59\n60\ntyped before\nexit=0")
	w.seesNot("│")
	w.seesNot("#lobby")
}
