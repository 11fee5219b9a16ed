package protocol

import (
	"strings"
	"testing"
)

func TestCheckText(t *testing.T) {
	tests := []struct {
		name, text string
		want       Code // empty: fine
		says       string
	}{
		{"nothing", "", "", ""},
		{"ASCII", "good morning, all! ~", "", ""},
		{"letters of the world", "grüße, 日本, привет, עברית, हिन्दी", "", ""},
		{"emoji made of several", "👩‍👩‍👧 ❤️ 🇩🇪", "", ""},
		{"the replacement character itself", "a\uFFFDb", "", ""},
		{"NUL", "a\x00", BadChar, "U+0000"},
		{"tab", "a\tb", BadChar, "U+0009"},
		{"CR LF", "a\r\n* all bob: hi", BadChar, "U+000D"},
		{"ESC", "\x1b[2J", BadChar, "U+001B"},
		{"DEL", "eight bytes and \x7f", BadChar, "U+007F"},
		{"C1: a CSI of one byte", "a\u009b2J", BadChar, "U+009B"},
		{"NEL", "a\u0085b", BadChar, "U+0085"},
		{"line separator", "a\u2028b", BadChar, "U+2028"},
		{"right-to-left override", "abc\u202Efdp.exe", BadChar, "U+202E"},
		{"isolate", "\u2066a", BadChar, "U+2066"},
		{"Arabic letter mark", "\u061C", BadChar, "U+061C"},
		{"annotation", "\uFFF9a", BadChar, "U+FFF9"},
		{"tag characters", "🏴\U000E0067", BadChar, "U+E0067"},
		{"Latin-1", "gr\xfc\xdfe", BadUTF8, "byte 3"},
		{"cut UTF-8", "a\xe2\x82", BadUTF8, "byte 2"},
		{"surrogate", "\xed\xa0\x80", BadUTF8, "byte 1"},
		{"overlong slash", "\xc0\xaf", BadUTF8, "byte 1"},
	}
	for _, tt := range tests {
		err := CheckText([]byte(tt.text))
		switch {
		case tt.want == "" && err != nil:
			t.Errorf("%s is refused: %v", tt.name, err)
		case tt.want != "" && (err == nil || err.Code != tt.want || !strings.Contains(err.Sentence.String(), tt.says)):
			t.Errorf("%s: %v, want %s that says %s", tt.name, err, tt.want, tt.says)
		}
	}
}

// The scan of eight bytes at once must see each byte value in each place.
func TestPrintableSeesEveryByte(t *testing.T) {
	for c := range 256 {
		want := c >= 0x20 && c < 0x7F
		for at := range 19 {
			b := []byte("a text of 19 bytes!")
			b[at] = byte(c)
			if printable(b) != want {
				t.Fatalf("byte %#x at %d: %v", c, at, !want)
			}
		}
	}
}

func TestSafe(t *testing.T) {
	for _, span := range [][2]rune{
		{-1, 0x1F}, {0x7F, 0x9F}, {0x061C, 0x061C}, {0x200E, 0x200F}, {0x2028, 0x202E}, {0x2066, 0x2069},
		{0xD800, 0xDFFF}, {0xFFF9, 0xFFFB}, {0xE0000, 0xE007F}, {0x110000, 0x110000},
	} {
		for r := span[0]; r <= span[1]; r++ {
			if Safe(r) {
				t.Errorf("%U passes", r)
			}
		}
		for _, r := range []rune{span[0] - 1, span[1] + 1} {
			if r > 0 && r < 0x110000 && !Safe(r) {
				t.Errorf("%U is refused", r)
			}
		}
	}
}
