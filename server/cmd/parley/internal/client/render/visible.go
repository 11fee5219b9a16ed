package render

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"golang.org/x/text/unicode/norm"

	"parley/protocol"
)

// Terminals do not agree on how wide some characters are together: one draws a family of three in two columns, the next in six. A row that is wider
// than we think breaks what stands behind it, so such characters are taken apart.
const (
	nonJoiner = '\u200c' // of Arabic and Indic letters; no terminal gives it a column
	divider   = '\u200b' // a space of no width, which keeps characters apart
	asText    = '\ufe0e'
	asEmoji   = '\ufe0f'
	unknown   = '\ufffd'
)

// Visible returns a text in a form that all terminals give the same width, the sum of those of its characters: emoji that are joined to one are shown
// each, without the colour of a skin, flags as their two letters, and what has neither a width nor a shape is left out.
func Visible(text string) string {
	if ascii(text) {
		return text
	}
	text = strings.Map(single, norm.NFC.String(text))
	var shown strings.Builder
	for len(text) > 0 {
		cluster, _ := ansi.FirstGraphemeCluster(text, ansi.GraphemeWidth)
		if first, _ := utf8.DecodeRuneInString(cluster); shown.Len() == 0 && !alike(" "+string(first)) {
			shown.WriteRune(divider) // from what will stand in front
		}
		text = text[len(cluster):]
		if alike(cluster) {
			shown.WriteString(cluster)
		} else {
			apart(&shown, cluster)
		}
	}
	return shown.String()
}

func ascii(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}

// alike reports whether a text is as wide as its characters are, one by one.
func alike(text string) bool { return ansi.StringWidth(text) == ansi.StringWidthWc(text) }

// single returns what is shown for a character wherever it stands, or -1.
func single(r rune) rune {
	switch {
	case r == '\t':
		return ' '
	case r >= 0x1f1e6 && r <= 0x1f1ff:
		return 'A' + r - 0x1f1e6 // half a flag
	case r == asText, r == asEmoji:
		return -1
	case unicode.Is(unicode.Prepended_Concatenation_Mark, r), jamo(r):
		return unknown
	case r != nonJoiner && unicode.Is(unicode.Cf, r), !protocol.Safe(r): // among them what joins emoji
		return -1
	}
	if !alike(string(r)) {
		return unknown
	}
	return r
}

// jamo reports whether r is a part of a Korean syllable. Those that make a syllable of today have been put together.
func jamo(r rune) bool {
	return r >= 0x1100 && r <= 0x11ff || r >= 0xa960 && r <= 0xa97c || r >= 0xd7b0 && r <= 0xd7fb
}

// apart writes characters so that each stands for itself, but for the colour of a skin: the hand is shown without it.
func apart(shown *strings.Builder, cluster string) {
	first, _ := utf8.DecodeRuneInString(cluster)
	emoji := ansi.StringWidth(string(first)) == 2
	for i, r := range cluster {
		switch skin := r >= 0x1f3fb && r <= 0x1f3ff; {
		case i > 0 && skin && emoji:
			continue
		case i > 0 && !unicode.Is(unicode.Mn, r):
			shown.WriteRune(divider)
		}
		shown.WriteRune(r)
	}
}
