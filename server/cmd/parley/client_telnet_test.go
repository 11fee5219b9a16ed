package main

import (
	"fmt"
	"net"
	"strings"
	"testing"
)

// telnetLine is the command that connects with telnet, which negotiates on an unknown port only behind a minus sign.
func telnetLine(address string, negotiates bool) string {
	host, port, _ := net.SplitHostPort(address)
	if negotiates {
		port = "-" + port
	}
	return fmt.Sprintf("telnet -- %s %s", host, port)
}

// openTelnet opens a terminal with telnet in it.
func openTelnet(t *testing.T, address string, negotiates bool) *terminal {
	t.Helper()
	need(t, "telnet")
	term := openTerminal(t, telnetLine(address, negotiates))
	term.shows("* hello parley/1.0")
	return term
}

// commandsTelnet gives a command to telnet itself, behind its escape key. It returns when telnet has done it and has had
// the server's answers: keys that are pressed while it changes the terminal's settings would be lost.
func (term *terminal) commandsTelnet(command string) {
	term.t.Helper()
	before := strings.Count(term.screen(), "telnet>")
	term.presses("C-]")
	term.showsTimes(before+1, "telnet>")
	term.enters("%s", command)
	term.enters("/ping settled%d", before)
	term.shows(fmt.Sprintf("+ ping: settled%d", before))
}

func TestTelnetWithoutNegotiation(t *testing.T) {
	address := startProgram(t)
	ann := dialAs(t, address, "ann")
	term := openTelnet(t, address, false)
	term.enters("/register tess")
	term.shows("* prompt password: A password, please. Careful: your screen may show it.")
	term.enters(aPassword)
	term.shows("+ register tess")
	term.enters("hello ann")
	ann.hears(`\* all tess: hello ann`)
	ann.says("/msg tess hello tess")
	term.shows(": hello tess")
	term.enters("/quit")
	term.shows("! bye: ")
	term.shows("exit=")
}

func TestTelnetHidesThePassword(t *testing.T) {
	address := startProgram(t)
	register(t, address, "tess")
	term := openTelnet(t, address, true)

	term.enters("/login tess")
	term.shows("* prompt password: Your password, please. It is not shown.")
	term.enters("silly guess")
	term.shows("- login bad-credentials")
	term.types("/login tess")
	term.showsTimes(2, "/login tess") // the echo is back
	term.presses("Enter")
	term.showsTimes(2, "* prompt password: Your password")
	term.types("correct houX")
	term.presses("BSpace", "BSpace")
	term.enters("rse")
	term.shows("+ login tess waiting=0 last=")
	term.types("/passwd")
	term.shows("/passwd")
	term.presses("Enter")
	term.shows("* prompt password: Your old password")
	term.enters(aPassword)
	term.shows("* prompt password: A new password")
	term.enters("battery staple")
	term.shows("+ passwd")
	term.types("/ping echoed")
	term.shows("/ping echoed")

	for _, secret := range []string{"silly", "correct", "hou", "rse", "battery"} {
		term.neverShowed(secret)
	}
}

func TestTelnetLineMode(t *testing.T) {
	term := openTelnet(t, startProgram(t), true)
	term.commandsTelnet("toggle options")
	term.commandsTelnet("mode line")
	term.shows("SENT WILL LINEMODE")
	term.types("/ping abcX")
	term.presses("BSpace")
	term.enters("d größe")
	term.shows("+ ping: abcd größe")
}

func TestTelnetCharacterMode(t *testing.T) {
	for _, negotiates := range []bool{false, true} {
		t.Run(fmt.Sprintf("negotiates=%v", negotiates), func(t *testing.T) {
			t.Parallel()
			address := startProgram(t)
			ann := dialAs(t, address, "ann")
			term := openTelnet(t, address, negotiates)
			term.commandsTelnet("mode character")
			term.types("/ping abXY")
			term.presses("BSpace", "BSpace")
			term.enters("cd")
			term.shows("+ ping: abcd")
			term.enters("/register tess")
			term.shows("It is not shown.")
			term.types("correct houX")
			term.presses("BSpace", "BSpace")
			term.enters("rse")
			term.shows("+ register tess")
			term.types("ünd")
			term.presses("BSpace", "BSpace", "BSpace")
			term.enters("und")
			ann.hears(`\* all tess: und`)
			term.neverShowed("correct")
			term.types("/ping echoed")
			term.shows("/ping echoed")
		})
	}
}

// TestTelnetCharacterModeAfterAPassword changes the mode when the echo has been turned off and on before.
func TestTelnetCharacterModeAfterAPassword(t *testing.T) {
	term := openTelnet(t, startProgram(t), true)
	term.enters("/register tess")
	term.shows("* prompt password")
	term.enters(aPassword)
	term.shows("+ register tess")
	term.commandsTelnet("mode character")
	term.types("/ping echoed")
	term.shows("/ping echoed")
	term.presses("Enter")
	term.shows("+ ping: echoed")
}

// TestTelnetCtrlC presses Ctrl-C twice: telnet shows nothing more until each was answered.
func TestTelnetCtrlC(t *testing.T) {
	term := openTelnet(t, startProgram(t), true)
	term.commandsTelnet("toggle options")
	for n := 1; n <= 2; n++ {
		term.presses("C-c")
		term.showsTimes(n, "SENT DO TIMING MARK")
		term.showsTimes(n, "RCVD WILL TIMING MARK")
	}
	term.enters("/ping after")
	term.shows("+ ping: after")
}

// TestTelnetNegotiationEnds has telnet ask for all that it knows. What follows is read as ever.
func TestTelnetNegotiationEnds(t *testing.T) {
	term := openTelnet(t, startProgram(t), true)
	term.commandsTelnet("toggle binary")
	term.commandsTelnet("send ayt")
	term.commandsTelnet("send nop")
	term.commandsTelnet("send do 1")
	term.enters("/ping after")
	term.shows("+ ping: after")
	term.enters("/quit")
	term.shows("! bye: ")
	term.shows("exit=")
}
