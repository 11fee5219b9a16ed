package main

import "testing"

// talk has a person at a terminal, connected with some client, make an account and talk with ann, who has a plain
// connection. Slash is how the client is made to send one.
func talk(t *testing.T, address string, term *terminal, slash string) (ann *plain) {
	t.Helper()
	term.shows("* hello parley/1.0")
	ann = dialAs(t, address, "ann")
	term.enters("%sregister tess", slash)
	term.shows("* prompt password: A password, please. Careful: your screen may show it.")
	term.enters(aPassword)
	term.shows("+ register tess")
	term.enters("hello ann")
	ann.hears(`\* all tess: hello ann`)
	ann.says("hello tess")
	term.shows("* all ann: hello tess")
	ann.says("/msg tess a word")
	term.shows(": a word")
	term.enters("%smsg ann an answer", slash)
	ann.hears(`\* msg tess \d+: an answer`)
	term.types(slash + "#!wo")
	for range "#!wo" {
		term.presses("BSpace")
	}
	term.enters("who")
	term.shows("+ who 2")
	return ann
}

// talkBeyondASCII has both say what takes more than a byte a letter.
func talkBeyondASCII(ann *plain, term *terminal) {
	ann.t.Helper()
	ann.says("schöne Grüße, 你好")
	term.shows("* all ann: schöne Grüße, 你好")
	term.enters("zurück: привет")
	ann.hears(`\* all tess: zurück: привет`)
}

// part ends the connection.
func part(term *terminal, slash string) {
	term.t.Helper()
	term.enters("%squit", slash)
	term.shows("! bye: ")
}
