package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestScreenFirstVisit: somebody who has never been here is in the lobby, and comes back without a password.
func TestScreenFirstVisit(t *testing.T) {
	t.Parallel()
	address := startProgram(t)
	ann := dialAs(t, address, "ann")
	ann.tells("#lobby", "good morning")
	ann.tells("#lobby", "is anybody here?")

	w := openWindow(t, "first-visit", small, address)
	w.looksAlways("name", "Your name here")
	w.enters("tess")
	w.looks("password", "he password of tess")
	w.types(aPassword)
	w.looks("password") // what is typed is not shown
	w.presses("Enter")
	w.looksAlways("unknown", "Nobody called tess")
	w.types("n")
	w.looks("once-more", "The same password once more")
	w.enters(aPassword)
	w.looksAlways("keep", "Stay logged in")
	w.types("y")
	w.looksAlways("lobby", "is anybody here?")
	w.enters("yes, I am new here")
	ann.hears(`\* all tess: yes, I am new here`)
	w.enters("exit")
	w.hasLeft(0)

	kept := filepath.Join(w.home, ".config/parley/tokens.toml")
	info, err := os.Stat(kept)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%s: %v %v", kept, info, err)
	}
	ann.tells("#lobby", "welcome back, tess")
	w.connectsAgain(address)
	w.looksAlways("again", "welcome back, tess")
	w.enters("/quit")
	w.hasLeft(0)
	w.neverShowed(aPassword)
	w.neverShowed("parley_")
}

// TestScreenWrongPassword: it is said what was wrong, and nothing is shown of what was typed.
func TestScreenWrongPassword(t *testing.T) {
	t.Parallel()
	address := startProgram(t)
	register(t, address, "tess")
	w := openWindow(t, "wrong-password", small, "--name tess "+address)
	w.looks("password", "he password of tess")
	w.enters("not the password")
	w.looks("refused", "has this password")
	w.presses("Enter")
	w.seesNot("has this password")
	w.enters(aPassword)
	w.sees("Stay logged in")
	w.types("n")
	w.looks("lobby", "connected")
	if _, err := os.Stat(filepath.Join(w.home, ".config/parley/tokens.toml")); err == nil {
		t.Error("a token is kept, which was not wanted")
	}
	w.presses("C-d")
	w.hasLeft(0)
	w.connectsAgain(address)
	w.sees("Your name here")
	w.presses("C-c")
	w.hasLeft(0)
}

// TestScreenTokenIsForgotten: a token that is good no more leads to the question for the password.
func TestScreenTokenIsForgotten(t *testing.T) {
	t.Parallel()
	address := startProgram(t)
	w := openWindow(t, "token-forgotten", small, address)
	w.sees("Your name here")
	w.enters("tess")
	w.sees("he password of tess")
	w.enters(aPassword)
	w.sees("Nobody called tess")
	w.types("n")
	w.sees("The same password once more")
	w.enters(aPassword)
	w.sees("Stay logged in")
	w.types("y")
	w.sees("#lobby")
	kept := filepath.Join(w.home, ".config/parley/tokens.toml")
	if !comesTrue(func() bool { _, err := os.Stat(kept); return err == nil }) {
		t.Fatal("no token is kept")
	}
	w.enters("exit")
	w.hasLeft(0)

	tess := loginAs(t, address, "tess")
	tess.says("/tokens")
	tess.hears(`\+ tokens 1`)
	_, row, _ := strings.Cut(tess.heard.String(), "= token ")
	id, _, _ := strings.Cut(row, " ")
	tess.says("/revoke %s", id)
	tess.hears(`\+ revoke .*`)
	w.connectsAgain(address)
	w.looks("password", "he password of tess")
	w.enters(aPassword)
	w.sees("Stay logged in")
	w.types("n")
	w.seesNot("Stay logged in")
	w.enters("here again")
	tess.hears(`\* all tess: here again`)
	w.enters("exit")
	w.hasLeft(0)
}
