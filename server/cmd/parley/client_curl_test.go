package main

import "testing"

func TestCurl(t *testing.T) {
	out := runClient(t, "/register tess correct horse\n/who\n/quit\n", "curl", "-sS", "telnet://"+startProgram(t))
	matches(t, out, `\* hello .*`, `\+ register tess`, `= user tess .*`, `\+ who 1`, `\+ quit`, `! bye: .*`)
}

// TestCurlPerson uses -T with a dot, which keeps curl from waiting for a typed line before it shows anything.
func TestCurlPerson(t *testing.T) {
	need(t, "curl")
	address := startProgram(t)
	term := openTerminal(t, "curl --no-progress-meter -T . telnet://"+address)
	talkBeyondASCII(talk(t, address, term, "/"), term)
	part(term, "/")
}
