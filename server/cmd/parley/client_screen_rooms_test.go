package main

import (
	"strings"
	"testing"
)

// TestScreenRooms: what is unread is counted, what is for tess is marked and rings, and keys go from room to room.
func TestScreenRooms(t *testing.T) {
	t.Parallel()
	address := startProgram(t)
	ann := resident(t, address, "ann", "#tea", "#ops")
	bob := resident(t, address, "bob", "#tea", "#ops")
	moveIn(t, address, "tess", "#tea", "#ops")
	ann.says("/topic #tea two cups, please")
	ann.hears(`\+ topic .*`)
	ann.tells("#tea", "this was said before")

	w := openAs(t, "rooms", small, address, "tess")
	w.looksAlways("lobby", "#ops", "#tea")
	ann.tells("#tea", "the kettle is on")
	bob.tells("#tea", "two for me")
	w.looks("unread", "#tea")
	w.hasNotRung()
	ann.tells("#ops", "tess: the disk is full")
	w.rings()
	bob.tells("tess", "psst")
	w.looksAlways("mentioned", "bob")
	w.looksInColour("mentioned")

	w.presses("M-3")
	w.looksAlways("tea", "two for me")
	w.presses("M-2")
	w.looks("ops", "the disk is full")
	w.looksInColour("ops")
	w.presses("C-n", "C-n")
	w.looks("bob", "psst")
	w.enters("not so loud")
	bob.hears(`\* msg tess \d+: not so loud`)
	w.presses("C-p")
	w.looks("back-in-tea", "two for me")
	ann.tells("#lobby", "who has the key?")
	w.presses("M-a")
	w.looks("next-unread", "who has the key?")

	w.enters("/join #new")
	w.looksAlways("new-room", "#new")
	w.enters("anybody?")
	w.enters("/leave #new")
	w.looks("left", "who has the key?")
	w.enters("/quit")
	w.hasLeft(0)
	if strings.Contains(ann.heard.String(), "anybody?") {
		t.Errorf("what was said in #new was heard elsewhere:\n%s", ann.heard.String())
	}
}

// TestScreenPeople: private messages, also to those who are not here, and who is away.
func TestScreenPeople(t *testing.T) {
	t.Parallel()
	address := startProgram(t)
	moveIn(t, address, "tess")
	moveIn(t, address, "carol")
	bob := dialAs(t, address, "bob")
	w := openAs(t, "people", small, address, "tess")
	w.sees("#lobby")
	w.enters("/msg carol call me")
	w.looks("stored", "call me")
	bob.says("/away Out for lunch")
	bob.hears(`\+ away.*`)
	w.enters("/msg bob hungry?")
	bob.hears(`\* msg tess \d+: hungry\?`)
	w.looksAlways("away", "Out for lunch")
	bob.says("/back")
	bob.hears(`\+ back`)
	w.hasNotRung()
	bob.tells("tess", "not any more")
	w.rings()
	w.looks("answered", "not any more")
	w.enters("/msg nobody hello")
	w.looks("nobody", "✗ not sent: There is no account")
	w.enters("/who")
	w.looksAlways("who", "in all: 2")
	w.enters("/whoo")
	w.looks("mistyped", "Did you mean /who?")
	w.presses("C-c")
	w.hasLeft(0)
}

// TestScreenKeys: the keys can be asked for, and the question goes away again.
func TestScreenKeys(t *testing.T) {
	t.Parallel()
	address := startProgram(t)
	moveIn(t, address, "tess")
	w := openAs(t, "keys", small, address, "tess")
	w.looks("before", "#lobby", "connected")
	w.presses("F1")
	w.looksAlways("shown", "Alt-1")
	w.presses("Escape")
	w.looks("before")
	w.presses("C-l")
	w.looks("before")
}
