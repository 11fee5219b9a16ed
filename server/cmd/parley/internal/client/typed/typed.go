// Package typed knows what a line is that somebody types: which command, and whether a password is in it or follows it.
package typed

import (
	"strings"

	"parley/protocol"
)

// Forms are commands as protocol knows them, by their names.
type Forms map[string]*protocol.Form

// Form returns the form of a command, however its name is written, or nil.
func (f Forms) Form(name []byte) *protocol.Form { return f[strings.ToLower(string(name))] }

// SecretForms are the commands that take a password.
var SecretForms = Forms{"login": secretForm("login"), "register": secretForm("register"), "passwd": secretForm("passwd")}

func secretForm(name string) *protocol.Form {
	return &protocol.Form{Name: name, Params: []protocol.Param{{Name: "password", Prompt: "Password"}}}
}

// PasswordsAsked tells how many passwords the server will ask for after this line, so that what is typed ahead of its question is hidden too. The
// server's own prompt decides in the end.
func PasswordsAsked(line string) int {
	switch name, args := Command(line); {
	case (name == "login" || name == "register") && len(args) == 1:
		return 1
	case name == "passwd" && len(args) == 0:
		return 2
	}
	return 0
}

// Masked returns the line with a password in it replaced, and whether there was one. A forgotten slash does not make a password public.
func Masked(line string) (masked string, secret bool) {
	name, args := Command(line)
	if name == "" {
		name, args = Command("/" + strings.TrimSpace(line))
	}
	public := 0
	switch name {
	case "login", "register":
		public = 1
	case "passwd":
	default:
		return line, false
	}
	if len(args) <= public {
		return line, false
	}
	words := strings.Fields(line)
	return strings.Join(words[:len(words)-len(args)+public], " ") + " ********", true
}

// Command returns the name of the command in line, in lower case and without its slash, and the arguments. What is no command has no name.
func Command(line string) (name string, args []string) {
	l := protocol.SplitText([]byte(line))
	if l.Kind != protocol.Command {
		return "", nil
	}
	return strings.ToLower(string(l.Name)), strings.Fields(string(l.Args))
}
