package screen

import (
	"math/rand/v2"
	"strings"
	"testing"

	"parley/server/cmd/parley/internal/client/render"
)

// pieces of text that are hard to lay out.
var pieces = []string{"a", "word", " ", "  ", "茶", "字典", "。", "「", "שלום", "مرحبا", "e\u0301", "q\u0323\u0307", "👩", "👍🏽", "🇨🇭", "ไทย", "https://example.org/a/b?c=d&e=f",
	"aVeryLongWordThatIsLongerThanAnyLine", "-", "ｗｉｄｅ", "한국어", "🏴", "☕", "❤", "①", "é", ".", ",", "\u00a0"}

func randomText(r *rand.Rand, most int) string {
	var b strings.Builder
	for range r.IntN(most) + 1 {
		b.WriteString(pieces[r.IntN(len(pieces))])
	}
	return b.String()
}

// Whatever the text is, no line is too wide, and nothing but blanks at the ends of lines is missing.
func TestWrapLosesNothing(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	unblank := func(s string) string { return strings.ReplaceAll(s, " ", "") }
	for range 3000 {
		text := randomText(r, 40)
		first, rest := 2+r.IntN(40), 2+r.IntN(40)
		lines := render.Wrap(text, first, rest)
		for i, line := range lines {
			if room := map[bool]int{true: first, false: rest}[i == 0]; render.Width(line) > room {
				t.Fatalf("Wrap(%q, %d, %d): line %d, %q, has %d cells", text, first, rest, i, line, render.Width(line))
			}
		}
		if got := strings.Join(lines, ""); unblank(got) != unblank(text) {
			t.Fatalf("Wrap(%q, %d, %d) = %q", text, first, rest, lines)
		}
	}
}
