package protocol

import (
	"encoding/binary"
	"unicode/utf8"
)

// MaxText is the longest text of a message, in bytes.
const MaxText = 2000

// CheckText reports whether text may be kept and shown to others. The answer
// is nil, or a bad-char or bad-utf8 that names the first character at fault.
// It does not look at the length.
func CheckText(text []byte) *Error {
	at := firstUnsafe(text)
	if at < 0 {
		return nil
	}
	r, size := utf8.DecodeRune(text[at:])
	if r == utf8.RuneError && size == 1 {
		return Errorf(BadUTF8, "The text is not UTF-8 from its byte %d on. Send it as UTF-8.", at+1)
	}
	return Errorf(BadChar, "The text holds the character %U, which could disturb a reader's terminal. Send it without.", r)
}

// Safe reports whether a terminal only shows r and does not obey it. Not safe
// are control characters, line and paragraph separators, and what reorders or
// hides the text around it.
func Safe(r rune) bool {
	switch {
	case r < 0x20: // C0, and what is below zero
		return false
	case r < 0x7F:
		return true
	case r <= 0x9F: // DEL and C1
		return false
	case r == 0x061C, r == 0x200E, r == 0x200F: // marks of direction
		return false
	case r == 0x2028, r == 0x2029: // separators of lines and paragraphs
		return false
	case r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069: // embeddings, overrides, isolates
		return false
	case r >= 0xFFF9 && r <= 0xFFFB: // interlinear annotation
		return false
	case r >= 0xE0000 && r <= 0xE007F: // tags: a text nobody sees
		return false
	}
	return utf8.ValidRune(r)
}

// firstUnsafe returns where the first character begins that is not safe or
// not UTF-8, or -1 when there is none.
func firstUnsafe(text []byte) int {
	if printable(text) {
		return -1
	}
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if invalid(r, size) || !Safe(r) {
			return i
		}
		i += size
	}
	return -1
}

// invalid reports whether DecodeRune met a byte that is no UTF-8.
func invalid(r rune, size int) bool {
	return r == utf8.RuneError && size <= 1
}

// printable reports whether b holds nothing but the ASCII characters from
// space to tilde. Nearly every line does, so it looks at eight bytes at once.
func printable(b []byte) bool {
	const (
		ones  = 0x0101010101010101
		highs = 0x80 * ones
	)
	for ; len(b) >= 8; b = b[8:] {
		x := binary.LittleEndian.Uint64(b)
		dels := x ^ 0x7F*ones // a zero byte for each DEL
		controls := (x - 0x20*ones) &^ x
		if (x|controls|(dels-ones)&^dels)&highs != 0 {
			return false
		}
	}
	for _, c := range b {
		if c < 0x20 || c >= 0x7F {
			return false
		}
	}
	return true
}
