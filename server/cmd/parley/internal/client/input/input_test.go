package input

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"parley/internal/language"
)

// keys are the special ones that tests press, by the names that Bubble Tea gives them.
var keys = map[string]tea.Key{
	"up": {Code: tea.KeyUp}, "down": {Code: tea.KeyDown}, "left": {Code: tea.KeyLeft}, "right": {Code: tea.KeyRight},
	"home": {Code: tea.KeyHome}, "end": {Code: tea.KeyEnd}, "backspace": {Code: tea.KeyBackspace}, "delete": {Code: tea.KeyDelete},
	"tab": {Code: tea.KeyTab}, "shift+tab": {Code: tea.KeyTab, Mod: tea.ModShift}, "ctrl+left": {Code: tea.KeyLeft, Mod: tea.ModCtrl},
	"ctrl+a": {Code: 'a', Mod: tea.ModCtrl}, "ctrl+e": {Code: 'e', Mod: tea.ModCtrl}, "ctrl+k": {Code: 'k', Mod: tea.ModCtrl},
	"ctrl+u": {Code: 'u', Mod: tea.ModCtrl}, "ctrl+w": {Code: 'w', Mod: tea.ModCtrl}, "ctrl+v": {Code: 'v', Mod: tea.ModCtrl},
	"alt+b": {Code: 'b', Mod: tea.ModAlt}, "alt+f": {Code: 'f', Mod: tea.ModAlt},
}

// press presses keys by their names; what is no name is typed.
func press(m *Model, names ...string) {
	for _, name := range names {
		if key, special := keys[name]; special {
			m.Update(tea.KeyPressMsg(key))
			continue
		}
		for _, r := range name {
			m.Update(tea.KeyPressMsg{Code: r, Text: string(r)})
		}
	}
}

func typedKeys(names ...string) *Model {
	m := New(language.English)
	press(&m, names...)
	return &m
}

func TestEditing(t *testing.T) {
	for _, c := range []struct {
		name string
		keys []string
		want string
	}{
		{"plain", []string{"héllo 日本"}, "héllo 日本"},
		{"backspace", []string{"日本", "backspace", "語", "backspace"}, "日"},
		{"on nothing", []string{"backspace", "delete", "ctrl+w", "ctrl+u", "ctrl+k", "alt+b", "a"}, "a"},
		{"arrows", []string{"ac", "left", "b", "right", "d"}, "abcd"},
		{"home and end", []string{"b", "home", "a", "end", "c", "ctrl+a", "_", "ctrl+e", "_"}, "_abc_"},
		{"delete", []string{"abc", "left", "left", "delete"}, "ac"},
		{"kill before", []string{"one two", "left", "ctrl+u"}, "o"},
		{"kill after", []string{"one two", "ctrl+left", "ctrl+k"}, "one "},
		{"kill word", []string{"one two  ", "ctrl+w"}, "one "},
		{"by words", []string{"one two", "alt+b", "alt+b", "X", "alt+f", "Y"}, "XoneY two"},
		{"the clipboard stays where it is", []string{"a", "ctrl+v", "b"}, "ab"},
	} {
		if got := typedKeys(c.keys...).Value(); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestPastedTextIsOneLine(t *testing.T) {
	m := typedKeys("ad", "left")
	m.Update(tea.PasteMsg{Content: "b\tb\x1b[2J\nc"})
	if got := m.Value(); got != "ab b[2J cd" {
		t.Errorf("the line is %q", got)
	}
}

func TestHistory(t *testing.T) {
	m := typedKeys()
	for _, line := range []string{"first", "/login alice horse battery", "second", "second", " "} {
		press(m, line)
		if got := m.Take(); got != line || m.Value() != "" {
			t.Errorf("took %q and left %q", got, m.Value())
		}
	}
	m.Hide("Your password:")
	press(m, "a secret", "up", "tab")
	if got := m.Take(); got != "a secret" {
		t.Errorf("took %q for a password", got)
	}
	m.Shown()
	press(m, "draft")
	for _, c := range []struct{ key, want string }{
		{"up", "second"}, {"up", "first"}, {"up", "first"}, {"down", "second"}, {"down", "draft"}, {"down", "draft"}, {"up", "second"},
	} {
		if press(m, c.key); m.Value() != c.want {
			t.Errorf("after %s: %q, want %q", c.key, m.Value(), c.want)
		}
	}
	press(m, "!")
	if got := m.Take(); got != "second!" {
		t.Errorf("took %q", got)
	}
	if press(m, "up"); m.Value() != "second!" {
		t.Errorf("%q is remembered last", m.Value())
	}
}

func TestHistoryIsBounded(t *testing.T) {
	m := typedKeys()
	for i := range 2 * historyLength {
		press(m, fmt.Sprint(i))
		m.Take()
	}
	for range 3 * historyLength {
		press(m, "up")
	}
	if got := m.Value(); got != fmt.Sprint(historyLength) {
		t.Errorf("the oldest line is %q", got)
	}
}

func TestCompletion(t *testing.T) {
	known := map[string][]string{
		"al":     {"alice: ", "albert: "},
		"/jo":    {"/join "},
		"/join ": {"/join #lobby ", "/join #tea "},
	}
	for _, c := range []struct {
		keys []string
		want string
	}{
		{[]string{"al", "tab"}, "alice: |"},
		{[]string{"al", "tab", "tab"}, "albert: |"},
		{[]string{"al", "tab", "tab", "tab"}, "al|"},
		{[]string{"al", "tab", "tab", "tab", "tab"}, "alice: |"},
		{[]string{"al", "shift+tab"}, "albert: |"},
		{[]string{"al", "tab", "tab", "shift+tab"}, "alice: |"},
		{[]string{"al hello", "alt+b", "left", "tab"}, "alice: | hello"},
		{[]string{"al", "tab", "x", "tab"}, "alice: x|"},
		{[]string{"/jo", "tab", "tab", "tab"}, "/join #tea |"},
		{[]string{"nobody", "tab"}, "nobody|"},
	} {
		m := typedKeys()
		m.Complete = func(before string) []string { return known[before] }
		press(m, c.keys...)
		line := []rune(m.Value())
		if got := string(line[:m.editor.Position()]) + "|" + string(line[m.editor.Position():]); got != c.want {
			t.Errorf("%q: %q, want %q", c.keys, got, c.want)
		}
	}
	if m := typedKeys("al", "tab"); m.Value() != "al" {
		t.Errorf("without Complete: %q", m.Value())
	}
}

func TestPasswordIsNotShown(t *testing.T) {
	m := typedKeys("draft")
	m.Take()
	m.Hide("Your password: ")
	press(m, "horse battery", "ctrl+left", "x", "up", "down")
	if got := m.View(); got != "Your password: " || m.Cursor().X != 15 {
		t.Errorf("shown is %q with the cursor in %d", got, m.Cursor().X)
	}
	if got := m.Take(); got != "xhorse battery" {
		t.Errorf("took %q", got)
	}
	press(m, "half a passw")
	if m.Shown(); m.Value() != "" || m.View() != "> " {
		t.Errorf("after the question there is %q", m.View())
	}
	if m.Hide(""); m.View() != "password: " {
		t.Errorf("the question is %q", m.View())
	}
	if m.Shown(); m.View() != "> " || m.Cursor().X != 2 {
		t.Errorf("afterwards %q with the cursor in %d", m.View(), m.Cursor().X)
	}
}

func TestLongLineIsSeenAroundTheCursor(t *testing.T) {
	m := typedKeys("0123456789")
	m.SetWidth(9)
	for _, c := range []struct {
		key, view string
		cursor    int
	}{
		{"end", "> 456789", 8}, {"home", "> 012345", 2}, {"right", "> 012345", 3}, {"end", "> 456789", 8}, {"left", "> 456789", 7},
		{"backspace", "> 345679", 7}, {"ctrl+u", "> 9", 2}, {"日本語日本語", "> 本語9", 6},
	} {
		if press(m, c.key); m.View() != c.view || m.Cursor().X != c.cursor {
			t.Errorf("after %s: %q with the cursor in %d, want %q and %d", c.key, m.View(), m.Cursor().X, c.view, c.cursor)
		}
	}
}

// TestRowIsNeverTooWide presses keys at random: the row fits, the cursor stands on it, and what is before the cursor is what was typed there.
func TestRowIsNeverTooWide(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	random := rand.New(rand.NewPCG(seed, 0))
	names := []string{"left", "right", "home", "end", "backspace", "delete", "ctrl+left", "ctrl+w", "up", "down", "a", "日本語", "é", "e\u0301",
		"👨\u200d👩\u200d👧", "❤\ufe0f", "한", "\u1100\u1161", "नमस्ते", " ", "hello ", "עברית", "🇩🇪", "👍🏽"}
	m := typedKeys()
	for range 1500 {
		m.SetPrompt([]string{"> ", "#tea> ", "#日本語の部屋> "}[random.IntN(3)])
		m.SetWidth(6 + random.IntN(30))
		name := names[random.IntN(len(names))]
		press(m, name)
		if random.IntN(50) == 0 {
			m.Take()
		}
		view, x := m.View(), m.Cursor().X
		width := ansi.StringWidth(view)
		if width != ansi.StringWidthWc(view) || width >= m.width || x > width || strings.Contains(view, "\n") {
			t.Fatalf("seed %d, after %s: %q is %d wide of %d, with the cursor in %d", seed, name, view, width, m.width, x)
		}
	}
}
