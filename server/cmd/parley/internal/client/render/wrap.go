package render

import (
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"github.com/rivo/uniseg"
)

// Width is how many cells of the terminal a text takes. It agrees with what draws the screen, and for a text that is Visible with every
// terminal.
func Width(text string) int { return ansi.StringWidthWc(text) }

// Wrap breaks a plain text into lines: the first has room for first cells, the others for rest. It breaks where Unicode allows it, so between words
// and between Chinese characters, and within what is longer than a line. There is always at least one line.
func Wrap(text string, first, rest int) []string {
	w := wrapper{room: max(first, 2), rest: max(rest, 2)} // a wide character fits in any case
	state, word := -1, ""
	for text != "" {
		var segment string
		segment, text, _, state = uniseg.FirstLineSegmentInString(text, state)
		word += segment
		if text == "" || !within(segment, text) {
			w.words(word)
			word = ""
		}
	}
	return append(w.lines, strings.TrimRight(w.line.String(), " "))
}

// within reports whether the place between two texts is within an address, a command, or something like it, which may be broken there, but is easier to
// copy whole.
func within(before, behind string) bool {
	return before[len(before)-1] != ' ' && before[len(before)-1] < utf8.RuneSelf && behind[0] < utf8.RuneSelf
}

// wrapper fills lines.
type wrapper struct {
	lines      []string
	line       strings.Builder
	used, room int // of the line, in cells
	rest       int // the room of the lines to come
}

func (w *wrapper) end() {
	w.lines = append(w.lines, strings.TrimRight(w.line.String(), " "))
	w.line.Reset()
	w.used, w.room = 0, w.rest
}

// words adds a segment. Unicode breaks nothing in front of a slash, not even behind a blank; but here commands stand there.
func (w *wrapper) words(segment string) {
	for {
		blank := strings.Index(segment, " /")
		if blank < 0 {
			w.put(segment)
			return
		}
		w.put(segment[:blank+1])
		segment = segment[blank+1:]
	}
}

// put adds a segment that is not broken unless it is longer than a line. The blanks at its end may hang over the edge: they are cut off there.
func (w *wrapper) put(segment string) {
	cells := Width(strings.TrimRight(segment, " "))
	if w.used > 0 && w.used+cells > w.room {
		w.end()
	}
	if cells > w.room {
		w.pieces(segment)
		return
	}
	w.line.WriteString(segment)
	w.used += Width(segment)
}

// pieces adds a segment that is longer than a line, character by character.
func (w *wrapper) pieces(segment string) {
	state := -1
	for segment != "" {
		var cluster string
		cluster, segment, _, state = uniseg.FirstGraphemeClusterInString(segment, state)
		if Width(cluster) <= min(w.room, w.rest) {
			w.piece(cluster)
			continue
		}
		for _, r := range cluster {
			w.piece(string(r))
		}
	}
}

func (w *wrapper) piece(piece string) {
	cells := Width(piece)
	if w.used > 0 && w.used+cells > w.room && piece != " " {
		w.end()
	}
	w.line.WriteString(piece)
	w.used += cells
}
