package commands

import (
	"slices"
	"strings"
	"testing"
)

func TestReadMOTD(t *testing.T) {
	line := strings.Repeat("x", MaxMOTDLine)
	for _, c := range []struct {
		text  string
		lines []string
		wrong string
	}{
		{"", nil, ""},
		{" \r\n\n\t", nil, ""},
		{"one", []string{"one"}, ""},
		{"\none \r\n\ttwo\n\nthree\n\n", []string{"", "one", "    two", "", "three"}, ""},
		{"小明, привет", []string{"小明, привет"}, ""},
		{line, []string{line}, ""},
		{"a\n" + line + "x", nil, "line 2 is longer than 400 bytes"},
		{strings.Repeat("a\n", MaxMOTD-1) + "b", append(slices.Repeat([]string{"a"}, MaxMOTD-1), "b"), ""},
		{strings.Repeat("a\n", MaxMOTD) + "b", nil, "it has more than 64 lines"},
		{strings.Repeat(strings.Repeat("y", 255)+"\n", 33), nil, "it is longer than 8192 bytes"},
		{"a\nb\x1b[2J", nil, "line 2: The text holds the character U+001B"},
		{"a\x00", nil, "line 1: The text holds the character U+0000"},
		{"\xff", nil, "line 1: The text is not UTF-8"},
	} {
		lines, err := ReadMOTD([]byte(c.text))
		switch {
		case c.wrong == "" && (err != nil || !slices.Equal(lines, c.lines)):
			t.Errorf("of %q there are %q, %v", c.text, lines, err)
		case c.wrong != "" && (err == nil || !strings.HasPrefix(err.Error(), c.wrong)):
			t.Errorf("of %q it says %v, not %q", c.text, err, c.wrong)
		}
	}
}
