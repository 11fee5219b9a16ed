package render

import (
	"slices"
	"testing"
)

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		text        string
		first, rest int
		want        []string
	}{
		{"", 10, 10, []string{""}},
		{"hello bob", 20, 20, []string{"hello bob"}},
		{"hello bob", 8, 8, []string{"hello", "bob"}},
		{"hello bob", 5, 9, []string{"hello", "bob"}},
		{"two  blanks  stay", 12, 12, []string{"two  blanks", "stay"}},
		{"一杯茶很好喝", 6, 6, []string{"一杯茶", "很好喝"}},
		{"一杯茶很好喝", 7, 4, []string{"一杯茶", "很好", "喝"}},
		{"茶好。了", 4, 4, []string{"茶", "好。", "了"}}, // no line begins with a full stop
		{"see abcdefghijklmnopqrst now", 10, 8, []string{"see", "abcdefgh", "ijklmnop", "qrst now"}},
		{"שלום עולם", 6, 6, []string{"שלום", "עולם"}},
		{"e\u0301e\u0301e\u0301 x", 3, 3, []string{"e\u0301e\u0301e\u0301", "x"}},
		{"茶", 1, 1, []string{"茶"}},
		{"/join /leave /go /rooms", 16, 12, []string{"/join /leave /go", "/rooms"}}, // and no command is broken in two
	} {
		if got := Wrap(c.text, c.first, c.rest); !slices.Equal(got, c.want) {
			t.Errorf("Wrap(%q, %d, %d) = %q, want %q", c.text, c.first, c.rest, got, c.want)
		}
	}
}
