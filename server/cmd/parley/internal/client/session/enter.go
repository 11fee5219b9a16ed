package session

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"parley/internal/language"
	"parley/protocol"
	"parley/server/cmd/parley/internal/client/typed"
)

// Enter takes a line that was typed in a thread. What is said stands in the thread at once; the answer to a command comes there. An error says why the line
// can't be taken: then nothing has happened, and it stays in the input.
func (s *Session) Enter(t *Thread, line string) error {
	line = strings.ReplaceAll(line, "\t", " ")
	l := protocol.SplitText([]byte(line))
	switch {
	case l.Kind == protocol.Empty:
		return nil
	case s.state != Online:
		return errors.New(s.say("There is no connection just now. The line stays here until there is."))
	case s.leaving:
		return errors.New(s.say("You are leaving."))
	case s.wire.prompter != nil:
		return errors.New(s.say("The server asks for a password first."))
	case !utf8.ValidString(line):
		return errors.New(s.say("That is not UTF-8."))
	case strings.ContainsFunc(line, unicode.IsControl):
		return errors.New(s.say("There is a control character in it."))
	}
	t = s.keep(t)
	if l.Kind == protocol.Said {
		return s.speak(t, string(l.Args))
	}
	return s.obey(t, strings.ToLower(string(l.Name)), strings.TrimRight(string(l.Args), " "))
}

// sayable tells why a text can't be said.
func (s *Session) sayable(text string) error {
	if f := protocol.ForgottenSlash([]byte(text), typed.SecretForms); f != nil {
		return errors.New(s.say("That was not said, since a password may be in it. Did you mean /%s? Commands begin with a slash.", f.Name))
	}
	if len(text) > s.maxText {
		return errors.New(s.say("A message may have %d bytes at most; this one has %d.", s.maxText, len(text)))
	}
	for _, r := range text {
		if !protocol.Safe(r) {
			return errors.New(s.say("The character %U in it could disturb a reader's terminal. Please leave it out.", r))
		}
	}
	return nil
}

// obey does what a command says. Most go to the server as they are; those that lead somewhere need not.
func (s *Session) obey(t *Thread, name, args string) error {
	first, rest, _ := strings.Cut(args, " ")
	rest = strings.TrimLeft(rest, " ")
	switch {
	case name == "format":
		return errors.New(s.say("This screen needs the format that it has."))
	case name == "go" && first != "" && rest == "" && s.goes(first):
		return nil
	case name == "msg" && first != "":
		return s.tellTo(first, rest)
	case name == "all" && args != "":
		return s.tellTo(lobby, args)
	case name == "leave" && args == "" && !t.Room:
		s.drop(t)
		return nil
	}
	line := strings.TrimRight("/"+name+" "+s.withRoom(t, name, args), " ")
	if len("#t123456789 ")+len(line) >= protocol.MaxLine {
		return errors.New(s.say("That is too long for one line."))
	}
	s.add(t, Line{Kind: Echo, At: s.now, Text: masked(line)})
	s.leaving = name == "logout" || name == "quit"
	if slices.Contains(parting, name) && len(s.saying) > 0 {
		s.saying = append(s.saying, &saying{thread: t, text: masked(line), command: func() { s.do(t, name, line) }})
		return nil
	}
	s.do(t, name, line)
	return nil
}

// asking are the commands that may ask for a password; parting are those that must not overtake what was said before them.
var (
	asking  = []string{"login", "register", "passwd"}
	parting = []string{"leave", "logout", "quit"}
)

// do gives the server a command that was typed in a thread.
func (s *Session) do(t *Thread, name, line string) {
	row := func(r protocol.Reply) {
		s.add(t, Line{Kind: Answer, At: s.now, Reply: r})
		if r.Word == "user" {
			s.saw(personOf(r))
		}
	}
	a := s.command(line, row, func(r protocol.Reply) { s.obeyed(t, name, r) })
	a.lost = func() {
		s.notice(t, s.say("The connection was lost before the server had answered to %s.", masked(line)))
	}
	if slices.Contains(asking, name) {
		s.wire.prompter = a
	}
}

// goes shows a thread, if that needs nothing of the server.
func (s *Session) goes(name string) bool {
	t := s.threads[key(name)]
	if isRoom(name) && (t == nil || !t.Member) {
		return false
	}
	s.goTo = s.Thread(name)
	return true
}

// tellTo says something to somebody or in a room, and goes there.
func (s *Session) tellTo(name, text string) error {
	known := s.threads[key(name)]
	t := s.Thread(name)
	if text != "" {
		if err := s.speak(t, text); err != nil {
			if known == nil {
				s.drop(t)
			}
			return err
		}
	}
	s.goTo = t
	return nil
}

// Commands that need a room, and commands that mean the whole server without one.
var (
	ofARoom      = []string{"leave", "topic", "invite", "room", "role"}
	orEverywhere = []string{"who", "kick", "ban", "unban", "mute", "unmute", "banned"}
)

// withRoom puts the room of the thread in front of the arguments of a command that has none. In the lobby, commands that have a meaning without a room
// keep that.
func (s *Session) withRoom(t *Thread, name, args string) string {
	switch {
	case isRoom(args):
	case t.Room && (slices.Contains(ofARoom, name) || t.Name != lobby && slices.Contains(orEverywhere, name)):
		return t.Name + " " + args
	case name == "history" && (args == "" || args[0] >= '0' && args[0] <= '9' || strings.Contains(strings.Fields(args)[0], "=")):
		return t.Name + " " + args
	}
	return args
}

// obeyed takes the end of an answer to a command that was typed, and follows where it leads.
func (s *Session) obeyed(t *Thread, name string, r protocol.Reply) {
	room := valueOf(r, "room")
	s.leaving = false
	if r.Sigil == protocol.Failed {
		code := codeOf(r)
		if other := s.threads[key(room)]; other != nil && name == "join" && code == protocol.AlreadyInRoom && other.Member {
			s.goTo = other
			return
		}
		if other := s.threads[key(room)]; other != nil && name == "leave" && (code == protocol.NotInRoom || code == protocol.NoSuchRoom) {
			s.left(other)
			return
		}
		s.add(t, Line{Kind: Answer, At: s.now, Reply: r})
		return
	}
	switch name {
	case "join":
		t = s.named(room)
		s.joined(t)
		t.Members, t.HereCount, t.Topic = int(numberOf(r, "members")), int(numberOf(r, "here")), r.Text
		s.goTo = t
		s.askRoom(t)
	case "leave":
		s.left(s.named(room))
		return
	case "topic":
		s.named(room).Topic = r.Text
	case "logout":
		s.loggedOut()
		return
	case "login", "register":
		s.entered(r)
	case "passwd":
		s.login.secret = s.login.answer
	case "lang":
		if l, ok := language.Of(valueOf(r, "language")); ok {
			s.language = l
		}
	}
	s.add(t, Line{Kind: Answer, At: s.now, Reply: r})
}

func itoa(n int) string { return strconv.Itoa(n) }

// masked is a command as it is shown: a password in it is not.
func masked(line string) string {
	masked, _ := typed.Masked(line)
	return masked
}
