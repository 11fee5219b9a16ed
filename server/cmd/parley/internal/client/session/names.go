package session

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"parley/protocol"
)

const lobby = protocol.LobbyName

// isRoom reports whether a name is that of a room.
func isRoom(name string) bool { return strings.HasPrefix(name, "#") }

// key is what names of accounts and rooms are compared by, as the server does: neither case nor width counts.
func key(name string) string {
	sign, rest := "", name
	if isRoom(name) {
		sign, rest = "#", name[1:]
	}
	if folded, ok := protocol.FoldName([]byte(sign), []byte(rest)); ok {
		return string(folded)
	}
	return strings.ToLower(name)
}

// mentions reports whether a text has a name in it, as a word of its own. Where a script has no spaces between words, it may stand anywhere.
func mentions(text, name string) bool {
	if name == "" {
		return false
	}
	text, name = strings.ToLower(text), strings.ToLower(name)
	first, _ := utf8.DecodeRuneInString(name)
	last, _ := utf8.DecodeLastRuneInString(name)
	for from := 0; ; {
		i := strings.Index(text[from:], name)
		if i < 0 {
			return false
		}
		at := from + i
		before, _ := utf8.DecodeLastRuneInString(text[:at])
		behind, _ := utf8.DecodeRuneInString(text[at+len(name):])
		if !joined(before, first) && !joined(last, behind) {
			return true
		}
		from = at + len(string(first))
	}
}

// joined reports whether two characters side by side belong to one word.
func joined(a, b rune) bool { return inWord(a) && inWord(b) }

func inWord(r rune) bool {
	if r == utf8.RuneError || unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar) {
		return false
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_'
}
