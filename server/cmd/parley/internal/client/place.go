package client

import (
	"strings"

	"parley/protocol"
	"parley/server/cmd/parley/internal/client/typed"
)

const lobby = protocol.LobbyName

// place is where the lines go that are no commands. What is meant for a room is
// sent as a message to it, so that it is refused where the room is lost, and
// never said elsewhere.
type place struct {
	room string // where the server has such lines go, as it has answered
	next string // where they are meant to go, after the commands that were typed
	name string // of the account
	left string // the room of the session that has logged out
}

func newPlace() place { return place{room: lobby, next: lobby} }

// follow notes where a command leads, if the server does it.
func (p *place) follow(line string) {
	name, args := typed.Command(line)
	if len(args) == 0 || args[0][0] != '#' {
		return
	}
	switch {
	case name == "join" || name == "go":
		p.next = args[0]
	case name == "leave" && strings.EqualFold(args[0], p.next):
		p.next = lobby
	}
}

// address returns what to send for a line that is meant for a room. In the lobby
// a line stays as it was typed, with the blanks that it begins with. So does one
// that a password may be in: the server says what is wrong with it.
func (p *place) address(line, room string) string {
	l := protocol.SplitText([]byte(line))
	if l.Kind != protocol.Said || (room == lobby && p.room == lobby) || protocol.ForgottenSlash(l.Args, typed.SecretForms) != nil {
		return line
	}
	tag := ""
	if l.Tag != nil {
		tag = "#" + string(l.Tag) + " "
	}
	return tag + "/msg " + room + " " + string(l.Args)
}

// hear follows an answer of the server.
func (p *place) hear(r protocol.Reply) {
	if r.Sigil != protocol.Done {
		return
	}
	room, _ := r.Value("room")
	switch r.Word {
	case "join", "go":
		p.room = room
	case "leave":
		if room == p.room {
			p.room = lobby
		}
	case "logout":
		p.left, p.room = p.room, lobby
	case "login", "register":
		name, _ := r.Value("name")
		if name != p.name {
			p.left = lobby
		}
		p.name = name
	}
}

// newSession says that an answer has begun or ended a session, and so leads to the
// lobby.
func newSession(r protocol.Reply) bool {
	return r.Sigil == protocol.Done && (r.Word == "login" || r.Word == "register" || r.Word == "logout")
}

// back returns the command that goes on in the room of an earlier session after
// a login, or "".
func (p *place) back(r protocol.Reply) string {
	if r.Sigil != protocol.Done || r.Word != "login" || p.left == lobby {
		return ""
	}
	return "/go " + p.left
}

// lost says that an event has taken the room away.
func (p *place) lost(r protocol.Reply) bool {
	if room, _ := r.Value("room"); r.Sigil != protocol.Notice || room != p.room {
		return false
	}
	name, _ := r.Value("name")
	switch r.Word {
	case "kick", "ban", "leave":
		return name == p.name
	}
	return r.Word == "removed"
}
