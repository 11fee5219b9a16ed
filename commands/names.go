package commands

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/secure/precis"

	"parley/internal/language"
	"parley/protocol"
)

// reserved names would let somebody speak for the server, or are words that a reader takes for something else.
var reserved = map[string]bool{
	"admin": true, "administrator": true, "all": true, "everybody": true, "everyone": true, "here": true,
	"help": true, "irc.parley": true, "lobby": true, "me": true, "moderator": true, "nickserv": true, "operator": true, "parley": true, "root": true,
	"server": true, "service": true, "staff": true, "support": true, "system": true, "you": true,
}

// newName checks a name that somebody wants to have. It returns the name as it will be shown and its key.
func newName(word []byte) (name, key string, err *protocol.Error) {
	name, key, wrong := checkName(word)
	if wrong != nameIsFit {
		return "", "", &protocol.Error{Code: protocol.BadName, Fields: []protocol.Field{protocol.Word("name", string(word))}, Sentence: language.Say(badNames[wrong])}
	}
	if reserved[key] {
		return "", "", &protocol.Error{Code: protocol.NameReserved, Fields: []protocol.Field{protocol.Word("name", name)}, Sentence: language.Say("That name is reserved. Please take another.")}
	}
	return name, key, nil
}

// nameFault is what may be wrong with a name.
type nameFault uint8

const (
	nameIsFit nameFault = iota
	nameIsLong
	nameIsMalformed
	nameIsMixed
)

// badNames say what is wrong with the name of an account.
var badNames = [...]language.Format{
	nameIsLong:      "A name has at most 32 bytes.",
	nameIsMalformed: "A name has letters, digits, and the signs _ - . and begins with a letter.",
	nameIsMixed:     "A name is written in one script, so that it can't be mistaken for another.",
}

// checkName returns a name as it will be shown and its key, or what is wrong with it.
func checkName(word []byte) (name, key string, wrong nameFault) {
	if len(word) > protocol.MaxName {
		return "", "", nameIsLong
	}
	shown, err := precis.UsernameCasePreserved.Bytes(word)
	folded, ok := protocol.FoldName(nil, word)
	if err != nil || !ok || len(shown) > protocol.MaxName || len(folded) > protocol.MaxName {
		return "", "", nameIsMalformed
	}
	name, key = string(shown), string(folded)
	for i, r := range name {
		if !unicode.IsLetter(r) && (i == 0 || !unicode.In(r, unicode.Mn, unicode.Mc, unicode.Nd) && !strings.ContainsRune("_-.", r)) {
			return "", "", nameIsMalformed
		}
	}
	if !oneScript(name) {
		return "", "", nameIsMixed
	}
	return name, key, nameIsFit
}

// together are the scripts that one language writes side by side (Unicode Technical Standard 39, "Highly
// Restrictive"): Japanese, Korean, and Chinese with its phonetic signs.
var together = [][]string{
	{"Han", "Hiragana", "Katakana"},
	{"Han", "Hangul"},
	{"Han", "Bopomofo"},
}

// oneScript reports whether all letters of a name belong to one script, or to scripts that go together. That keeps
// a Cyrillic а out of a Latin name.
func oneScript(name string) bool {
	found := map[string]bool{}
	for _, r := range name {
		if script := scriptOf(r); script != "Common" && script != "Inherited" {
			found[script] = true
		}
	}
	if len(found) <= 1 {
		return true
	}
next:
	for _, group := range together {
		for script := range found {
			known := false
			for _, s := range group {
				known = known || s == script
			}
			if !known {
				continue next
			}
		}
		return true
	}
	return false
}

func scriptOf(r rune) string {
	if r < utf8.RuneSelf {
		if unicode.IsLetter(r) {
			return "Latin"
		}
		return "Common"
	}
	for name, table := range unicode.Scripts {
		if unicode.Is(table, r) {
			return name
		}
	}
	return "Unknown"
}
