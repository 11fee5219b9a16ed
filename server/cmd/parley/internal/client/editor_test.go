package client

import (
	"slices"
	"strings"
	"testing"
)

// typed is what stands in the line after these bytes from a terminal.
func typed(t *testing.T, input string) string {
	t.Helper()
	keys, rest := decodeKeys([]byte(input))
	if len(rest) > 0 {
		t.Errorf("%q: %q is left over", input, rest)
	}
	var e editor
	for _, k := range keys {
		e.press(k)
	}
	return string(e.line)
}

func TestEditing(t *testing.T) {
	for _, c := range []struct{ name, input, want string }{
		{"plain", "héllo 日本", "héllo 日本"},
		{"backspace", "日本\x7f語\x08", "日"},
		{"backspace on nothing", "\x7f\x1b[3~\x17\x15\x0ba", "a"},
		{"arrows", "ac\x1b[Db\x1b[C\x1bOCd", "abcd"},
		{"home and end", "b\x1b[Ha\x1b[Fc\x01_\x05_", "_abc_"},
		{"delete", "abc\x1b[D\x1b[D\x1b[3~", "ac"},
		{"kill before", "one two\x1b[D\x15", "o"},
		{"kill after", "one two\x1b[1;5D\x0b", "one "},
		{"kill word", "one two  \x17", "one "},
		{"by words", "one two\x1bb\x1bbX\x1bfY", "XoneY two"},
		{"tab", "a\tb", "a b"},
		{"unknown sequences", "a\x1b[15~b\x1bOPc\x1b[200~d\x1b[201~e", "abcde"},
		{"other control characters", "a\x00\x1a\u009bb", "ab"},
		{"not UTF-8", "a\xff\xfeb", "ab"},
	} {
		if got := typed(t, c.input); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestKeysSplitAcrossReads(t *testing.T) {
	input := "é日🙂\x1b[D\x1b[1;5D\x1bOCa\r"
	want, _ := decodeKeys([]byte(input))
	var got []key
	var rest []byte
	for i := range len(input) {
		var keys []key
		keys, rest = decodeKeys(append(slices.Clone(rest), input[i]))
		got = append(got, keys...)
	}
	if !slices.Equal(got, want) || len(rest) > 0 {
		t.Errorf("byte by byte: %v and %q left, want %v", got, rest, want)
	}
}

func TestEndlessEscapeSequenceEnds(t *testing.T) {
	if got := typed(t, "\x1b["+strings.Repeat("1", 40)+"a"); !strings.HasSuffix(got, "1a") {
		t.Errorf("%q: what follows is lost", got)
	}
}

func TestHistoryIsBounded(t *testing.T) {
	var h history
	for i := range 3 * historyLength {
		h.add(strings.Repeat("x", i+1))
	}
	if len(h.lines) != historyLength {
		t.Errorf("%d lines, want %d", len(h.lines), historyLength)
	}
	for range 2 * historyLength {
		h.older("draft")
	}
	for range 2 * historyLength {
		h.newer("")
	}
	if got := h.newer("shown"); got != "shown" || h.draft != "draft" {
		t.Errorf("back at %q with the draft %q", got, h.draft)
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		text     string
		cursor   int
		starts   []int
		row, col int
		full     bool
	}{
		{"", 0, []int{0}, 0, 0, false},
		{"abc", 1, []int{0}, 0, 1, false},
		{"abcd", 4, []int{0, 4}, 1, 0, true},
		{"abcde", 4, []int{0, 4}, 1, 0, false},
		{"abc日", 3, []int{0, 3}, 1, 0, false},
		{"日日日", 3, []int{0, 2}, 1, 2, false},
		{"e\u0301abc", 5, []int{0, 5}, 1, 0, true},
	} {
		text := []rune(c.text)
		l := wrap(text, c.cursor, 4)
		if !slices.Equal(l.starts, c.starts) || l.row != c.row || l.col != c.col || l.full != c.full {
			t.Errorf("wrap(%q, %d) = %+v, want %+v", c.text, c.cursor, l, c)
		}
	}
}

func TestWindowShowsTheRowsAroundTheCursor(t *testing.T) {
	text := []rune("aaaabbbbccccdddde")
	for _, c := range []struct {
		cursor int
		want   string
		row    int
	}{
		{0, "aaaabbbb", 0}, {9, "bbbbcccc", 1}, {17, "dddde", 1},
	} {
		l := wrap(text, c.cursor, 4)
		if got := string(l.window(text, 2)); got != c.want || l.row != c.row {
			t.Errorf("cursor %d: %q, row %d; want %q, row %d", c.cursor, got, l.row, c.want, c.row)
		}
	}
}
