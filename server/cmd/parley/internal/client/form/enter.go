package form

import (
	"strings"
	"time"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"parley/internal/language"
	"parley/protocol"
)

// Action is what a person has decided in an [Enter].
type Action int

// What a person may decide.
const (
	Nothing  Action = iota // not yet
	Login                  // log in by Name and Secret
	Register               // make an account of Name and Secret
	Leave                  // go away
)

// step is what an Enter asks just now.
type step int

const (
	askName     step = iota
	askPassword      // of an account that is there, or not: nobody knows yet
	askNew           // a password for a new account
	askRepeat        // the same once more
	isWrong          // nobody of that name has this password: is it a new name?
	isTaken          // there is an account of that name: whose is it?
	mayRepeat        // it was refused, but not for what was typed
	waiting          // for the server
)

// Enter asks who somebody is: a name, a password, and whether it is to be a new account. It talks to nobody: whoever shows it does what it is decided on, and
// says by [Enter.Refused] how that went if it went wrong. Ctrl-C and Ctrl-D are not its keys.
type Enter struct {
	Action       Action // decided last
	Name, Secret string // for Login and Register

	lang   language.Language
	server string
	step   step
	known  bool   // the account is there, as far as one knows
	making bool   // a new account is wanted
	said   string // why something is asked again
	typed  textinput.Model
}

// NewEnter asks for a name, or at once for the password of the name that is given. Server is how the person calls the server.
func NewEnter(lang language.Language, server, name string) *Enter {
	e := &Enter{lang: lang, server: server, Name: name, known: name != "", typed: newLine()}
	e.ask(askName)
	if name != "" {
		e.ask(askPassword)
	}
	return e
}

// Because has it say a sentence about why it asks.
func (e *Enter) Because(sentence string) { e.said = sentence }

// TokenRefused has it say why a password is asked for, though a token was kept.
func (e *Enter) TokenRefused() {
	e.said = e.lang.Sprintf("What was kept to log you in on this computer has run out or was revoked, so your password is asked for once more.")
}

// Refused tells it why the server has refused what was decided last: a code of the protocol, or "" if there was no answer; the server's sentence; and after
// which time it may be tried again, if the server has said so.
func (e *Enter) Refused(code protocol.Code, sentence string, retry time.Duration) {
	next := askPassword
	if e.making {
		next = askNew
	}
	switch code {
	case protocol.BadCredentials:
		next = isWrong
	case protocol.NameTaken:
		next = isTaken
	case protocol.BadName, protocol.NameReserved:
		next = askName
	case "", protocol.RateLimited, protocol.Busy, protocol.Unavailable, protocol.Unsure, protocol.Internal, protocol.Banned, protocol.Forbidden:
		next = mayRepeat
	}
	if code == protocol.Unsure {
		e.making = false // the account may be there: a login tells
	}
	e.ask(next)
	e.said = sentence
	switch {
	case next == isWrong, next == isTaken: // the question says it
		e.said = ""
	case retry > 0:
		e.said += " " + e.lang.Sprintf("You can try again in %d seconds.", int(retry.Round(time.Second)/time.Second))
	}
}

// ask goes to a step.
func (e *Enter) ask(s step) {
	e.step, e.said = s, ""
	e.typed.Reset()
	e.typed.EchoMode = textinput.EchoNone
	e.typed.CharLimit = maxSecret
	if s == askName {
		e.typed.EchoMode = textinput.EchoNormal
		e.typed.CharLimit = maxName
		e.typed.SetValue(e.Name)
		e.typed.CursorEnd()
	}
}

// More than any name or password has, in characters, and what a new password has at least, in bytes.
const (
	maxName     = 64
	maxSecret   = 1024
	leastSecret = 8
)

// Update takes a key or pasted text. Done means that the person has decided on Action.
func (e *Enter) Update(msg tea.Msg) (done bool, cmd tea.Cmd) {
	if e.step == waiting {
		return false, nil
	}
	press, _ := msg.(tea.KeyPressMsg)
	switch key := press.String(); {
	case key == "esc":
		return e.back(), nil
	case e.step == isWrong || e.step == isTaken || e.step == mayRepeat:
		return e.choose(press), nil
	case isEnter(key):
		return e.take(e.typed.Value()), nil
	}
	if paste, ok := msg.(tea.PasteMsg); ok {
		paste.Content = strings.TrimRight(paste.Content, "\r\n") // a line end that was copied with a password is not a part of it
		msg = paste
	}
	e.typed, cmd = e.typed.Update(msg)
	return false, cmd
}

// back goes to the name, and from there away.
func (e *Enter) back() (done bool) {
	if e.step == askName {
		e.Action = Leave
		return true
	}
	e.making, e.known, e.Secret = false, false, ""
	e.ask(askName)
	return false
}

// choose takes the key that answers a question.
func (e *Enter) choose(press tea.KeyPressMsg) (done bool) {
	enter, n := isEnter(press.String()), letter(press) == "n"
	switch {
	case e.step == mayRepeat && enter:
		return e.decide()
	case e.step == isWrong && n:
		e.making = true
		if e.ask(askRepeat); tooShort(e.Secret) {
			e.askLonger()
		}
	case e.step == isTaken && n:
		e.ask(askName)
	case enter && e.step != mayRepeat:
		e.making, e.known = false, e.known || e.step == isTaken
		e.ask(askPassword)
	}
	return false
}

// take takes what was typed and ended by Enter.
func (e *Enter) take(text string) (done bool) {
	if e.step == askName {
		return e.takeName(strings.TrimSpace(text))
	}
	switch {
	case text == "":
	case e.step == askRepeat && text != e.Secret:
		e.ask(askNew)
		e.said = e.lang.Sprintf("These were two different passwords. Nothing was done.")
	case e.step == askNew && tooShort(text):
		e.askLonger()
	case e.step == askNew:
		e.Secret = text
		e.ask(askRepeat)
	default:
		e.Secret = text
		return e.decide()
	}
	return false
}

// tooShort says that no server takes it for a new account, so that nobody has to type it a second time to be told so.
func tooShort(password string) bool { return len(password) < leastSecret }

func (e *Enter) askLonger() {
	e.ask(askNew)
	e.said = e.lang.Sprintf("This password was too short.")
}

// takeName takes a name. Whoever knows the commands may write those that ask for a name elsewhere.
func (e *Enter) takeName(name string) (done bool) {
	words := strings.Fields(name)
	if len(words) > 1 && (words[0] == "/login" || words[0] == "/register") {
		name, words = words[1], words[1:2]
	}
	switch {
	case name == "":
	case name == "exit" || name == "/quit":
		e.Action = Leave
		return true
	case len(words) > 1:
		e.said = e.lang.Sprintf("A name is one word, without blanks. You could write: %s", strings.Join(words, "_"))
	case strings.HasPrefix(name, "/"):
		e.said = e.lang.Sprintf("Commands come later. Only a name is asked for here.")
	case e.making:
		e.Name = name
		return e.decide()
	default:
		e.Name = name
		e.ask(askPassword)
	}
	return false
}

// decide ends it, until the server refuses.
func (e *Enter) decide() (done bool) {
	e.Action = Login
	if e.making {
		e.Action = Register
	}
	e.ask(waiting)
	return true
}
