package render

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
)

// agree wants all ways to measure a text to agree on its visible form, and on what it is part of.
func agree(t *testing.T, text string) {
	t.Helper()
	shown := "bob: " + Visible(text)
	sum := 0
	for _, r := range shown {
		sum += ansi.StringWidthWc(string(r))
	}
	if whole := ansi.StringWidth(shown); whole != ansi.StringWidthWc(shown) || whole != sum {
		t.Fatalf("%+q is shown as %+q, %d wide as a whole, %d by its characters", text, shown, whole, sum)
	}
	if again := Visible(shown); ansi.StringWidth(again) != sum {
		t.Fatalf("%+q is shown as %+q, and that as %+q", text, shown, again)
	}
}

func TestVisible(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"plain", "plain"},
		{"a\tb\x1b[2J\u009b\u2028", "a b[2J"},
		{"日本語、한국어", "日本語、한국어"},
		{"👨\u200d👩\u200d👧!", "👨👩👧!"},
		{"👍🏽 🏽", "👍 \u200b🏽"},
		{"🏽", "\u200b🏽"},
		{"❤\ufe0f ☂\ufe0e 1\ufe0f\u20e3", "❤ ☂ 1\u20e3"},
		{"🇩🇪🇨🇳", "DECN"},
		{"cafe\u0301", "café"},
		{"\u1112\u1161\u11ab", "한"},
		{"\u1100\u11a8", "\ufffd\ufffd"},
		{"soft\u00adhyphen\u200b\ufeff\u2060", "softhyphen"},
		{"می\u200cخواهم", "می\u200cخواهم"},
		{"\u202etxt.exe", "txt.exe"},
		{"\u06dd١", "\ufffd١"},
		{"का क्षि", "क\u200bा क्\u200bष\u200bि"},
	} {
		if got := Visible(c.text); got != c.want {
			t.Errorf("%+q is shown as %+q, want %+q", c.text, got, c.want)
		}
		agree(t, c.text)
	}
}

// TestVisibleIsAlike makes texts at random, of characters that have something to do with each other.
func TestVisibleIsAlike(t *testing.T) {
	ranges := [][2]rune{{' ', '~'}, {0x80, 0x36f}, {0x590, 0x6ff}, {0x900, 0xdff}, {0xe00, 0xfff}, {0x1000, 0x1200}, {0x1780, 0x18af}, {0x1900, 0x1cff},
		{0x200b, 0x2064}, {0x20d0, 0x20f0}, {0x2600, 0x27bf}, {0xa960, 0xa97f}, {0xac00, 0xd7ff}, {0xfe00, 0xfe2f}, {0x11000, 0x11fff}, {0x13430, 0x13460},
		{0x16f00, 0x16fff}, {0x1d165, 0x1d1ad}, {0x1f1e0, 0x1f200}, {0x1f3f0, 0x1f469}, {0xe0000, 0xe01ff}, {0, 0x10ffff}}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for range 20_000 {
		near := [...][2]rune{ranges[random.IntN(len(ranges))], ranges[random.IntN(len(ranges))]}
		text := make([]rune, 1+random.IntN(6))
		for i := range text {
			r := near[random.IntN(2)]
			text[i] = r[0] + random.Int32N(r[1]-r[0]+1)
		}
		agree(t, string(text))
	}
}

func FuzzVisible(f *testing.F) {
	f.Add("👨\u200d👩\u200d👧 🇩🇪 का cafe\u0301 \u1100\u1161")
	f.Fuzz(func(t *testing.T, text string) { agree(t, text) })
}
