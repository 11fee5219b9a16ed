package form

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"parley/internal/language"
	"parley/protocol"
)

// person sits before a form of 80 × 24.
type person struct {
	t *testing.T
	*Enter
	done bool
}

func arrives(t *testing.T, name string) *person {
	return &person{t: t, Enter: NewEnter(language.English, "chat.example.org", name)}
}

// types types text, of which \n is the key Enter and ␛ is Esc.
func (p *person) types(text string) {
	p.t.Helper()
	for _, r := range text {
		press := tea.KeyPressMsg{Code: r, Text: string(r)}
		switch r {
		case '\n':
			press = tea.KeyPressMsg{Code: tea.KeyEnter}
		case '␛':
			press = tea.KeyPressMsg{Code: tea.KeyEscape}
		}
		if p.done {
			p.t.Fatalf("it is decided before all of %q is typed", text)
		}
		p.done, _ = p.Update(press)
	}
}

func (p *person) screen() string {
	text, _ := p.View(80, 24)
	return ansi.Strip(text)
}

// sees expects texts on the screen, wherever their lines are broken.
func (p *person) sees(wanted ...string) {
	p.t.Helper()
	for _, text := range wanted {
		if screen := p.screen(); !strings.Contains(strings.Join(strings.Fields(screen), " "), text) {
			p.t.Fatalf("there is no %q on the screen:\n%s", text, screen)
		}
	}
}

func (p *person) doesNotSee(text string) {
	p.t.Helper()
	if screen := p.screen(); strings.Contains(screen, text) {
		p.t.Fatalf("there is %q on the screen:\n%s", text, screen)
	}
}

func (p *person) decided(action Action, name, secret string) {
	p.t.Helper()
	if !p.done || p.Action != action || p.Name != name || p.Secret != secret {
		p.t.Fatalf("done is %v, and it is %v by %q and %q", p.done, p.Action, p.Name, p.Secret)
	}
	p.done = false
}

func (p *person) refused(code protocol.Code, sentence string) {
	p.Refused(code, sentence, 0)
}

func TestLogin(t *testing.T) {
	p := arrives(t, "")
	p.sees("Welcome to chat.example.org", "Your name here:", "New here?", "Esc: leave")
	p.types("alice")
	p.sees("> alice")
	p.types("\n")
	p.sees("The password of alice:", "is not shown")
	p.types("my secret")
	p.doesNotSee("secret")
	p.doesNotSee("*")
	p.types("\n")
	p.decided(Login, "alice", "my secret")
	p.sees("Logging in as alice…")
	p.types("x\n␛") // nothing more is to be decided
	p.sees("Logging in as alice…")
}

func TestNameIsKnown(t *testing.T) {
	p := arrives(t, "alice")
	p.TokenRefused()
	p.sees("The password of alice:", "has run out or was revoked", "What you type is not shown.")
	p.doesNotSee("New here?")
	p.types("␛")
	p.sees("Your name here:", "> alice", "New here?")
	p.types("\n")
	p.sees("New here?")
}

func TestNewcomer(t *testing.T) {
	p := arrives(t, "")
	p.types("bob\nmy secret\n")
	p.decided(Login, "bob", "my secret")
	p.refused(protocol.BadCredentials, "The name or the password is wrong.")
	p.sees("Nobody called bob has this password. Are you new here?", "N: make a new account called bob", "Enter: type the password again", "Esc: another name")
	p.doesNotSee("The name or")
	p.types("xyn")
	p.sees("The same password once more, for the new account bob:")
	p.types("my secret\n")
	p.decided(Register, "bob", "my secret")
	p.sees("The account bob is being made…")
}

func TestPastedPassword(t *testing.T) {
	p := arrives(t, "alice")
	p.Update(tea.PasteMsg{Content: "my secret\r\n"})
	p.types("\n")
	p.decided(Login, "alice", "my secret")
}

func TestMistypedPassword(t *testing.T) {
	p := arrives(t, "")
	p.types("bob\nmy sacret\n")
	p.decided(Login, "bob", "my sacret")
	p.refused(protocol.BadCredentials, "")
	p.types("\n")
	p.sees("The password of bob:")
	p.types("my secret\n")
	p.decided(Login, "bob", "my secret")
}

func TestTwoPasswords(t *testing.T) {
	p := arrives(t, "")
	p.types("bob\nmy secret\n")
	p.decided(Login, "bob", "my secret")
	p.refused(protocol.BadCredentials, "")
	p.types("Nmy sacret\n")
	p.sees("These were two different passwords.", "A password for the new account bob:")
	p.types("good one\n")
	p.doesNotSee("two different")
	p.sees("The same password once more")
	p.types("good one\n")
	p.decided(Register, "bob", "good one")
}

// register is a person who wants to make an account called bob.
func register(t *testing.T, password string) *person {
	p := arrives(t, "")
	p.types("bob\n" + password + "\n")
	p.decided(Login, "bob", password)
	p.refused(protocol.BadCredentials, "")
	p.types("n" + password + "\n")
	p.decided(Register, "bob", password)
	return p
}

func TestWeakPassword(t *testing.T) {
	p := register(t, "not long enough")
	p.refused(protocol.WeakPassword, "A password has at least 20 bytes.")
	p.sees("A password has at least 20 bytes.", "A password for the new account bob:")
	p.types("long enough\nlong enough\n")
	p.decided(Register, "bob", "long enough")
}

// Nobody types a password twice to be told that it is too short.
func TestShortPassword(t *testing.T) {
	p := arrives(t, "")
	p.types("bob\nshort\n")
	p.decided(Login, "bob", "short")
	p.refused(protocol.BadCredentials, "")
	p.types("n")
	p.sees("This password was too short.", "A password for the new account bob:", "8 characters or more.")
	p.types("seven77\n")
	p.sees("This password was too short.", "A password for the new account bob:")
	p.types("eight888\neight888\n")
	p.decided(Register, "bob", "eight888")
}

func TestNameIsNone(t *testing.T) {
	for _, code := range []protocol.Code{protocol.BadName, protocol.NameReserved} {
		p := register(t, "my secret")
		p.refused(code, "Please take another.")
		p.sees("Please take another.", "Your name here:", "> bob")
		p.types("by\n")
		p.decided(Register, "bobby", "my secret") // the password is the same
	}
}

func TestNameIsTaken(t *testing.T) {
	p := register(t, "my secret")
	p.refused(protocol.NameTaken, "That name is taken. Is it yours? Then /login.")
	p.sees("There is an account called bob already. Is it yours?")
	p.doesNotSee("/login")
	p.types("n")
	p.sees("Your name here:")
	p.types("by\n")
	p.decided(Register, "bobby", "my secret")
	p.refused(protocol.NameTaken, "")
	p.types("\n")
	p.sees("The password of bobby:")
	p.types("another\n")
	p.decided(Login, "bobby", "another")
}

// What is not the person's fault can be tried again by one key.
func TestTryAgain(t *testing.T) {
	for _, code := range []protocol.Code{"", protocol.RateLimited, protocol.Busy, protocol.Unavailable, protocol.Internal, protocol.Banned, protocol.Forbidden} {
		p := register(t, "my secret")
		p.Refused(code, "Why it was so.", 15*time.Second)
		p.sees("Why it was so. You can try again in 15 seconds.", "This did not work just now.", "Enter: try again")
		p.types("n\n")
		p.decided(Register, "bob", "my secret")
		p.refused(code, "Why it was so.")
		p.doesNotSee("seconds")
		p.types("␛")
		p.sees("Your name here:")
		p.types("\nanother\n")
		p.decided(Login, "bob", "another")
	}
}

// Nobody knows whether the account was made: a login tells, and it leads back if it was not.
func TestUnsure(t *testing.T) {
	p := register(t, "my secret")
	p.refused(protocol.Unsure, "The store did not say.")
	p.sees("The store did not say.")
	p.types("\n")
	p.decided(Login, "bob", "my secret")
	p.refused(protocol.BadCredentials, "")
	p.types("nmy secret\n")
	p.decided(Register, "bob", "my secret")
}

func TestPasswordThatCannotBe(t *testing.T) {
	p := arrives(t, "bob")
	p.types("my secret\n")
	p.decided(Login, "bob", "my secret")
	p.refused(protocol.BadChar, "It has a character that may not be there.")
	p.sees("It has a character", "The password of bob:")
}

func TestName(t *testing.T) {
	p := arrives(t, "")
	p.types("\n  \n")
	p.sees("Your name here:")
	p.types("Anna Maria\n")
	p.sees("A name is one word, without blanks.", "Anna_Maria", "> ")
	p.types("␛")
	p.decided(Leave, "", "")

	p = arrives(t, "")
	p.types("/help\n")
	p.sees("Commands come later.")

	p = arrives(t, "")
	p.types("/register bob my secret\n")
	p.sees("The password of bob:")
	p.doesNotSee("my secret")

	for _, word := range []string{"exit", "/quit"} {
		p = arrives(t, "")
		p.types(word + "\n")
		p.decided(Leave, "", "")
	}
}

// The cursor is behind what was typed, however wide that is; over a password it does not move.
func TestCursor(t *testing.T) {
	p := arrives(t, "")
	for _, c := range []struct {
		typed    string
		row, col int
	}{{"ab", 3, 6}, {"王小明", 3, 12}, {"\nab", 3, 4}} {
		p.types(c.typed)
		if _, at := p.View(80, 24); at == nil || at.Y != c.row || at.X != c.col {
			t.Errorf("after %q it is at %+v", c.typed, at)
		}
	}
	p.types("\n")
	if _, at := p.View(80, 24); at != nil {
		t.Errorf("nothing can be typed, and it is at %+v", at)
	}
}

// TestChineseIsBroken has no line begin with a full stop, and no key broken in two where each has room.
func TestChineseIsBroken(t *testing.T) {
	p := &person{t: t, Enter: NewEnter(language.Chinese, "work", "")}
	text, _ := p.View(20, 24)
	if want := "\nEnter：继续\nEsc：退出"; !strings.Contains(ansi.Strip(text), want) {
		t.Errorf("%q is not there:\n%s", want, text)
	}
	for width := 8; width < 60; width++ {
		text, _ := p.View(width, 40)
		for line := range strings.SplitSeq(ansi.Strip(text), "\n") {
			if first, _ := utf8.DecodeRuneInString(strings.TrimSpace(line)); strings.ContainsRune("，。：？", first) {
				t.Errorf("at %d columns a line begins with %q", width, line)
			}
		}
	}
}

// TestFits has every step of a login in terminals of all sizes, down to those where hardly anything has room: what is typed is always seen.
func TestFits(t *testing.T) {
	name := strings.Repeat("王", 10)
	steps := []func(p *person){
		func(p *person) {}, func(p *person) { p.types(name) }, func(p *person) { p.types("\n") }, func(p *person) { p.types("my secret\n") },
		func(p *person) { p.done = false; p.refused(protocol.BadCredentials, "") }, func(p *person) { p.types("n") },
		func(p *person) { p.types("x\n") }, func(p *person) { p.types("my secret\nmy secret\n") },
		func(p *person) {
			p.done = false
			p.Refused(protocol.RateLimited, "That was tried too often from your address. Please wait.", time.Minute)
		},
	}
	for _, lang := range []language.Language{language.English, language.Chinese} {
		p := &person{t: t, Enter: NewEnter(lang, "chat.example.org", "")}
		for i, step := range steps {
			step(p)
			for _, width := range []int{4, 11, 20, 40, 43, 44, 80, 200} {
				for _, height := range []int{1, 2, 3, 5, 8, 10, 13, 24} {
					text, cursor := p.View(width, height)
					fits(t, text, width, height)
					if cursor != nil && (cursor.Y >= height || cursor.X >= width) {
						t.Fatalf("step %d at %d × %d: the cursor is at %d, %d", i, width, height, cursor.X, cursor.Y)
					}
				}
			}
		}
		for _, size := range [][2]int{{80, 24}, {40, 10}} {
			if text, _ := p.View(size[0], size[1]); !strings.Contains(text, "Esc") {
				t.Errorf("at %v one does not see how to go back:\n%s", size, text)
			}
		}
	}
}

func fits(t *testing.T, text string, width, height int) {
	t.Helper()
	lines := strings.Split(text, "\n")
	if len(lines) > height {
		t.Fatalf("%d lines at %d × %d:\n%s", len(lines), width, height, text)
	}
	for _, line := range lines {
		if got := ansi.StringWidth(line); got > width {
			t.Fatalf("%d columns at %d × %d:\n%s", got, width, height, text)
		}
	}
}
