package client

import (
	"strings"

	"parley/protocol"
)

// forms are commands as protocol knows them, by their names.
type forms map[string]*protocol.Form

func (f forms) Form(name []byte) *protocol.Form { return f[strings.ToLower(string(name))] }

// secretForms are the commands that take a password.
var secretForms = forms{"login": secretForm("login"), "register": secretForm("register"), "passwd": secretForm("passwd")}

func secretForm(name string) *protocol.Form {
	return &protocol.Form{Name: name, Params: []protocol.Param{{Name: "password", Prompt: "Password"}}}
}

// passwordsAsked tells how many passwords the server will ask for after this
// line, so that what is typed ahead of its question is hidden too. The server's
// own prompt decides in the end.
func passwordsAsked(line string) int {
	switch name, args := command(line); {
	case (name == "login" || name == "register") && len(args) == 1:
		return 1
	case name == "passwd" && len(args) == 0:
		return 2
	}
	return 0
}

// masked returns the line with a password in it replaced, and whether there was
// one. A forgotten slash does not make a password public.
func masked(line string) (string, bool) {
	name, args := command(line)
	if name == "" {
		name, args = command("/" + strings.TrimSpace(line))
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
