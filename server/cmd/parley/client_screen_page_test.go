package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestScreenOnThePage makes the picture of docs/clients.md.
func TestScreenOnThePage(t *testing.T) {
	t.Parallel()
	address := startProgram(t)
	front := startCutter(t, address)
	bob := resident(t, address, "bob", "#tea", "#ops")
	moveIn(t, address, "alice", "#tea", "#ops")
	carol := resident(t, address, "carol", "#tea", "#ops")
	moveIn(t, address, "dave", "#tea")
	bob.says("/topic #tea two cups, please")
	bob.hears(`\+ topic .*`)
	bob.tells("#tea", "good morning")

	w := openAs(t, "page", small, front.address(), "alice")
	w.presses("M-3")
	w.sees("good morning")
	w.enters("hello bob")
	bob.hears(`\* say #tea alice: hello bob`)
	carol.tells("#tea", "the kettle is on, and there are biscuits; somebody has left them here for all of us")
	w.sees("for all of us")
	front.cut(0)
	w.sees("was lost")
	carol.tells("#tea", "alice: are you there?")
	w.sees("are you there?")
	w.isConnected()
	w.enters("yes, the train was in a tunnel")
	carol.hears(`\* say #tea alice: yes, .*`)
	bob.tells("#lobby", "who has the key to the roof?")
	carol.tells("#lobby", "I have")
	carol.tells("#ops", "alice: the disk is full")
	bob.tells("alice", "psst")
	w.types("one for me")
	w.looks("picture", "> one for me", "@1", "4 bob")

	picture, err := os.ReadFile(filepath.Join(screens, "page-picture-80x24.txt"))
	if err != nil {
		t.Fatal(err)
	}
	want, _, _ := strings.Cut(string(picture), "\n-- ")
	page, err := os.ReadFile(clientsPage)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, _ := strings.Cut(string(page), "```text screen\n")
	shown, after, found := strings.Cut(rest, "```\n")
	switch {
	case !found:
		t.Errorf("%s has no block of the kind `text screen`", clientsPage)
	case shown == want+"\n":
	case *update:
		if err := os.WriteFile(clientsPage, []byte(before+"```text screen\n"+want+"\n```\n"+after), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("the picture on %s is another:\n%s", clientsPage, differs(shown, want+"\n"))
	}
}
