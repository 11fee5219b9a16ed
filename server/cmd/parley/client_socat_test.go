package main

import "testing"

// TestSocat ends its input without a line end. Socat waits half a second for answers if it is not told longer.
func TestSocat(t *testing.T) {
	out := runClient(t, "/register tess correct horse\n/ping x\n/who", "socat", "-t", "20", "-", "TCP:"+startProgram(t))
	matches(t, out, `\* hello .*`, `\+ register tess`, `\+ ping: x`, `= user tess .*`, `\+ who 1`)
}

// TestSocatPerson has a person at socat, which is told to send CR LF.
func TestSocatPerson(t *testing.T) {
	need(t, "socat")
	address := startProgram(t)
	term := openTerminal(t, "socat - TCP:"+address+",crlf")
	talkBeyondASCII(talk(t, address, term, "/"), term)
	part(term, "/")
}
