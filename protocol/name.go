package protocol

import (
	"unicode/utf8"

	"golang.org/x/text/secure/precis"
)

// MaxName is the longest name of an account, in bytes. That of a room has a '#' in front.
const MaxName = 32

// FoldName appends to buf the key that names of accounts are compared by: in one case, width and normal form (RFC 8265, UsernameCaseMapped). A plain
// name costs no memory if buf has room for it. ok is false for what can't be a name.
func FoldName(buf, name []byte) (key []byte, ok bool) {
	if len(name) == 0 || len(name) > MaxName {
		return nil, false
	}
	start := len(buf)
	for _, c := range name {
		switch {
		case c >= utf8.RuneSelf:
			mapped, err := precis.UsernameCaseMapped.Bytes(name)
			return append(buf[:start], mapped...), err == nil && len(mapped) > 0
		case 'A' <= c && c <= 'Z':
			c += 'a' - 'A'
		case c <= ' ' || c == 0x7F:
			return nil, false
		}
		buf = append(buf, c)
	}
	return buf, true
}
