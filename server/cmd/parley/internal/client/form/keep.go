package form

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"parley/internal/language"
)

// TokenTime is for how long the token lasts that a Keep tells of.
const TokenTime = 90 * 24 * time.Hour

// Keep asks whether somebody stays logged in on this computer.
type Keep struct {
	Yes bool

	lang language.Language
	kept string
}

// NewKeep asks so. Kept says where a token is kept: "your keyring".
func NewKeep(lang language.Language, kept string) *Keep { return &Keep{lang: lang, kept: kept} }

// Update takes a key. Done means that Yes is decided on.
func (k *Keep) Update(msg tea.Msg) (done bool, cmd tea.Cmd) {
	press, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return false, nil
	}
	k.Yes = letter(press) == "y"
	return k.Yes || letter(press) == "n" || press.String() == "esc", nil
}

// View shows it in so many columns and lines.
func (k *Keep) View(width, height int) string {
	p := page{
		question: k.lang.Sprintf("Stay logged in on this computer?"),
		hint: k.lang.Sprintf("Then you are not asked for your password here. A token, which lets you in instead of it for %d days, goes to %s.",
			int(TokenTime.Hours()/24), k.kept),
		keys: k.lang.Sprintf("Y: yes    N: no, ask me every time"),
	}
	text, _ := p.view(width, height)
	return text
}
