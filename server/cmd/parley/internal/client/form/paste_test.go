package form

import (
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"parley/internal/language"
)

func key(text string) tea.KeyPressMsg { return tea.KeyPressMsg{Text: text, Code: []rune(text)[0]} }

func TestPaste(t *testing.T) {
	lines := Lines("one\r\n\r\n  two\n//three\n \nfour\n/five\n")
	if want := []string{"one", "  two", "//three", "four", "/five"}; !slices.Equal(lines, want) {
		t.Fatalf("%q, want %q", lines, want)
	}
	p := NewPaste(language.English, lines, "#tea")
	shown := ansi.Strip(p.View(80, 24))
	for _, want := range []string{"You have pasted 5 lines. Send them to #tea?", "│ one\n", "│ //three\n", "│ …", "1 of them are commands", "Esc: neither"} {
		if !strings.Contains(shown, want) {
			t.Errorf("there is no %q in\n%s", want, shown)
		}
	}
	for _, width := range []int{4, 11, 20, 40, 43, 44, 80, 200} {
		for _, height := range []int{1, 2, 3, 5, 8, 10, 13, 24} {
			fits(t, p.View(width, height), width, height)
		}
	}
	for _, c := range []struct {
		key    tea.KeyPressMsg
		done   bool
		sent   int
		joined string
	}{
		{key("x"), false, 0, ""}, {tea.KeyPressMsg{Code: tea.KeyEnter}, false, 0, ""},
		{key("y"), true, 5, ""}, {key("Ｙ"), true, 5, ""}, {key("n"), true, 0, "one   two //three four /five"}, {tea.KeyPressMsg{Code: tea.KeyEscape}, true, 0, ""},
	} {
		p := NewPaste(language.English, lines, "#tea")
		if done, _ := p.Update(c.key); done != c.done || len(p.Lines) != c.sent || p.Joined != c.joined {
			t.Errorf("%s: %v, %q, %q", c.key, done, p.Lines, p.Joined)
		}
	}
}

func TestKeep(t *testing.T) {
	for _, c := range []struct {
		key       tea.KeyPressMsg
		done, yes bool
	}{
		{key("x"), false, false}, {tea.KeyPressMsg{Code: tea.KeyEnter}, false, false},
		{key("y"), true, true}, {key("Y"), true, true}, {key("n"), true, false}, {tea.KeyPressMsg{Code: tea.KeyEscape}, true, false},
	} {
		k := NewKeep(language.English, "your keyring")
		shown := ansi.Strip(k.View(80, 24))
		if !strings.Contains(shown, "Stay logged in on this computer?") || !strings.Contains(strings.ReplaceAll(shown, "\n  ", " "), "for 90 days, goes to your keyring.") {
			t.Fatal(shown)
		}
		if done, _ := k.Update(c.key); done != c.done || k.Yes != c.yes {
			t.Errorf("%s: %v, %v", c.key, done, k.Yes)
		}
	}
}

// What was pasted can't drive the terminal while it is asked about, nor be wider than the screen thinks.
func TestPastedLinesAreShownSafely(t *testing.T) {
	p := NewPaste(language.English, []string{"red \x1b[31m\x1b[2J\u009b2J", "👍🏽\u200d👍🏽 family"}, "#tea")
	shown := p.View(20, 24)
	if plain := ansi.Strip(shown); !strings.Contains(plain, "│ red [31m[2J2J") {
		t.Errorf("it shows %q", shown)
	}
	for row := range strings.SplitSeq(shown, "\n") {
		if got, other := ansi.StringWidth(row), ansi.StringWidthWc(row); got != other || got > 20 {
			t.Errorf("%q is %d or %d wide", row, got, other)
		}
	}
}
