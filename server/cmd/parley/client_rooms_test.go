package main

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestConnectInARoom: a person at a terminal, who does not want the whole screen for it, is in a room with ann, who takes them out of it.
func TestConnectInARoom(t *testing.T) {
	address := startProgram(t)
	ann := dialAs(t, address, "ann")
	ann.says("/join #tea")
	ann.hears(`\+ join #tea .*`)
	term := openTerminal(t, fmt.Sprintf("%s=1 '%s' connect --plain %s", asProgram, os.Args[0], address))
	term.shows("Welcome.")
	term.enters("/register tess %s", aPassword)
	term.shows("register tess")
	term.enters("/join #TEA")
	ann.hears(`\* join #tea tess`)
	term.shows("you joined #tea (members: 2, here: 2)")
	term.shows("\n#tea>")
	term.enters("hello tea")
	ann.hears(`\* say #tea tess: hello tea`)
	ann.says("hello tess")
	ann.hears(`\+ msg #tea \d+`)
	term.shows("#tea ann: hello tess")
	ann.says("/kick #tea tess enough")
	term.shows("ann took you out of #tea: enough")
	term.enters("for tea alone")
	term.shows("You are not in #tea; /join #tea first.")
	term.enters("/go #lobby")
	term.shows("you are in #lobby")
	term.enters("hello lobby")
	ann.hears(`\* all tess: hello lobby`)
	term.enters("/quit")
	term.shows("exit=0")
	if strings.Contains(ann.heard.String(), "for tea alone") {
		t.Errorf("ann was told\n%s", ann.heard.String())
	}
}
