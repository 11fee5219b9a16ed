package irc

import (
	"unicode/utf8"

	"parley/commands"
	"parley/protocol"
)

// plainText is what a client says, without formatting codes: people with other clients would see these.
func plainText(said []byte) string { return string(protocol.WithoutIRCCodes(said)) }

// note is a reason, an away text or the name of a person. Clients do not know how long some of these may be, so the end of a long one is left out.
func note(said []byte) string {
	text := plainText(said)
	if len(text) <= commands.MaxNote {
		return text
	}
	end := commands.MaxNote
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end]
}
