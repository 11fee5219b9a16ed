package render

import (
	"fmt"
	"image/color"
	"math"
	"testing"
)

// contrast is that of WCAG 2: from 1, the same, to 21, black and white.
func contrast(a, b color.Color) float64 {
	luminance := func(c color.Color) float64 {
		r, g, b, _ := c.RGBA()
		linear := func(v uint32) float64 {
			if f := float64(v) / 0xffff; f > 0.03928 {
				return math.Pow((f+0.055)/1.055, 2.4)
			} else {
				return f / 12.92
			}
		}
		return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
	}
	la, lb := luminance(a)+0.05, luminance(b)+0.05
	return max(la, lb) / min(la, lb)
}

func TestNamesCanBeReadOnBlackAndWhite(t *testing.T) {
	for _, c := range nameColours {
		if black, white := contrast(c, color.Black), contrast(c, color.White); min(black, white) < 3.4 {
			t.Errorf("colour %d has a contrast of %.1f to black and %.1f to white", c, black, white)
		}
	}
}

func TestNamesKeepTheirColour(t *testing.T) {
	used := map[color.Color]int{}
	for i := range 1000 {
		used[NameColour(fmt.Sprintf("user%d", i))]++
	}
	for _, c := range nameColours {
		if used[c] < 40 {
			t.Errorf("colour %d is that of %d names of 1000", c, used[c])
		}
	}
	if NameColour("alice") != NameColour("Alice") || NameColour("alice") != nameColours[11] {
		t.Errorf("alice has colour %v and Alice %v: it changes", NameColour("alice"), NameColour("Alice"))
	}
}
