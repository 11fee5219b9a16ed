package main

import (
	"fmt"
	"net"
	"testing"
)

// The line-based clients take some lines for themselves: each has its way to send a slash.

// TestTinyFugue keeps to ASCII, as TinyFugue 5.0 does.
func TestTinyFugue(t *testing.T) {
	need(t, "tf5")
	address := startProgram(t)
	host, port, _ := net.SplitHostPort(address)
	term := openTerminal(t, "tf5 -n")
	term.shows("help")
	term.enters("/addworld parley %s %s", host, port)
	term.enters("/connect parley")
	term.shows("Connected to parley.")
	talk(t, address, term, "/send /")
	part(term, "/send /")
	term.shows("Connection to parley closed")
}

func TestTinTin(t *testing.T) {
	need(t, "tt++")
	address := startProgram(t)
	host, port, _ := net.SplitHostPort(address)
	term := openTerminal(t, "tt++ -G")
	term.enters("#session parley %s %s", host, port)
	term.shows("#SESSION 'parley' CONNECTED")
	talkBeyondASCII(talk(t, address, term, "/"), term)
	part(term, "/")
	term.shows("#SESSION 'parley' DIED.")
	term.enters("#end")
	term.shows("exit=")
}

// TestTinTinVerbatim says what TinTin++ would take apart.
func TestTinTinVerbatim(t *testing.T) {
	need(t, "tt++")
	address := startProgram(t)
	host, port, _ := net.SplitHostPort(address)
	term := openTerminal(t, fmt.Sprintf("tt++ -G -e '#session parley %s %s'", host, port))
	term.shows("* hello parley/1.0")
	term.enters("#config verbatim on")
	term.enters("/ping one;two {three} $four")
	term.shows("+ ping: one;two {three} $four")
}
