package render

import (
	"strings"
	"time"

	"parley/protocol"
)

// user is a row of /who: where somebody is.
func (s Style) user(r protocol.Reply) string {
	name, _ := r.Value("name")
	if role, has := r.Key("role"); has {
		name += " (" + role + ")"
	} else if _, guest := r.Value("guest"); guest {
		name += " (" + s.Language.Sprintf("guest") + ")"
	}
	return s.withText(name, s.where(r))
}

// silent is for how long somebody who is here says nothing before that is told.
const silent = time.Minute

func (s Style) where(r protocol.Reply) string {
	seconds, online := r.Key("idle")
	_, away := r.Value("away")
	idle, _ := time.ParseDuration(seconds + "s")
	switch {
	case !online:
		return s.Language.Sprintf("not online")
	case away:
		return s.withText(s.Language.Sprintf("away"), r.Text)
	case idle < silent:
		return s.Language.Sprintf("online")
	case idle < time.Hour:
		return s.Language.Sprintf("online, silent for %d min", int(idle.Minutes()))
	}
	return s.Language.Sprintf("online, silent for %d h", int(idle.Hours()))
}

// room is a row of /rooms.
func (s Style) room(r protocol.Reply) string {
	name, _ := r.Value("room")
	members, _ := r.Key("members")
	here, _ := r.Key("here")
	about := []string{s.Language.Sprintf("members: %s, here: %s", members, here)}
	if role, has := r.Key("role"); has {
		about = append(about, role)
	}
	if unread, has := r.Key("unread"); has {
		about = append(about, s.Language.Sprintf("unread: %s", unread))
	}
	return s.withText(name+" ("+strings.Join(about, ", ")+")", r.Text)
}
