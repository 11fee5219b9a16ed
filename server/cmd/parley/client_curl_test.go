package main

import "testing"

func TestCurl(t *testing.T) {
	out := runClient(t, "/register tess correct horse\n/who\n/quit\n", "curl", "-sS", "telnet://"+startProgram(t))
	matches(t, out, `\* hello .*`, `\+ register tess`, `= user tess .*`, `\+ who 1`, `\+ quit`, `! bye: .*`)
}

// TestCurlPerson tells curl not to stand still until a line is typed: that is what -T with a dot does.
func TestCurlPerson(t *testing.T) {
	need(t, "curl")
	address := startProgram(t)
	term := openTerminal(t, "curl --no-progress-meter -T . telnet://"+address)
	talkBeyondASCII(talk(t, address, term, "/"), term)
	part(term, "/")
}
