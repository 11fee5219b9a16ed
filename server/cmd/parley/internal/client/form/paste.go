package form

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"parley/internal/language"
)

// Paste asks what becomes of several lines that were pasted.
type Paste struct {
	Lines  []string // to send, one by one; none are blank
	Joined string   // to put into the input, as one line; empty if they are to be sent, or neither

	lang   language.Language
	pasted []string
	to     string
}

// Lines takes pasted text apart. Blank lines are left out, since nothing can be said by them.
func Lines(text string) (lines []string) {
	for line := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '\n' || r == '\r' }) {
		if strings.TrimSpace(line) != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// NewPaste asks about lines, which would go to a room or a person.
func NewPaste(lang language.Language, lines []string, to string) *Paste {
	return &Paste{lang: lang, pasted: lines, to: to}
}

// Update takes a key. Done means that it is decided: see Lines and Joined.
func (p *Paste) Update(msg tea.Msg) (done bool, cmd tea.Cmd) {
	press, ok := msg.(tea.KeyPressMsg)
	switch {
	case !ok:
		return false, nil
	case letter(press) == "y":
		p.Lines = p.pasted
	case letter(press) == "n":
		p.Joined = strings.Join(p.pasted, " ")
	case press.String() != "esc":
		return false, nil
	}
	return true, nil
}

// View shows it in so many columns and lines.
func (p *Paste) View(width, height int) string {
	shown := page{
		question: p.lang.Sprintf("You have pasted %d lines. Send them to %s?", len(p.pasted), p.to),
		sample:   p.pasted,
		keys:     p.lang.Sprintf("Y: yes, one after the other\nN: no, put them into the input as one line\nEsc: neither, forget them"),
	}
	if n := p.commands(); n > 0 {
		shown.hint = p.lang.Sprintf("%d of them are commands, since they begin with a slash.", n)
	}
	text, _ := shown.view(width, height)
	return text
}

// commands counts the lines that would not be said. Two slashes at the beginning stand for one that is said.
func (p *Paste) commands() (n int) {
	for _, line := range p.pasted {
		if strings.HasPrefix(line, "/") && !strings.HasPrefix(line, "//") {
			n++
		}
	}
	return n
}
