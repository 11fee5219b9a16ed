package client

import (
	"time"

	"parley/protocol"
)

// change tells an event that is no message in words, or returns "" for one that
// it does not know. Who comes and goes is less important than the rest.
func (s style) change(r protocol.Reply, now time.Time) string {
	room, _ := r.Value("room")
	name, _ := r.Value("name")
	switch name = s.you(name); r.Word {
	case "join":
		return s.faint(name + " joined " + room)
	case "leave":
		return s.faint(name + " left " + room)
	case "here":
		return s.faint(name + " is here")
	case "gone":
		return s.faint(name + " is gone")
	case "announce":
		return s.paint("1", name+" announces:") + " " + r.Text
	case "invite":
		return s.invitation(r) + "; /join " + room + " accepts"
	case "topic":
		if r.Text == "" {
			return name + " cleared the topic of " + room
		}
		return name + " set the topic of " + room + ": " + r.Text
	case "room":
		setting, _ := r.Value("setting")
		return name + " made " + room + " " + setting
	case "removed":
		return room + " was removed by an operator"
	case "role", "kick", "ban", "mute", "unban", "unmute":
		return s.moderation(r, room, name, now)
	}
	return ""
}

// moderation tells what somebody did to somebody, in a room or on the server.
func (s style) moderation(r protocol.Reply, room, name string, now time.Time) string {
	by, known := r.Key("by")
	if !known {
		by = "an operator"
	}
	where := ""
	if room != "" {
		where = " in " + room
	}
	line := s.you(by) + " "
	switch r.Word {
	case "role":
		line += "made " + name + " " + roleIn(r) + where
	case "kick":
		line += "took " + name + " out of " + room
	case "ban":
		line += "banned " + name + where
	case "mute":
		line += "muted " + name + where
	case "unban":
		line += "took the ban of " + name + " back" + where
	case "unmute":
		line += "let " + name + " speak again" + where
	}
	if until, ends := r.Key("until"); ends {
		line += " until " + clock(until, now)
	}
	return withText(line, r.Text)
}

func roleIn(r protocol.Reply) string {
	switch role, _ := r.Value("role"); role {
	case "owner", "op":
		return "an " + role
	case "voice":
		return "a voice"
	}
	return "an ordinary member"
}

func (s style) invitation(r protocol.Reply) string {
	room, _ := r.Value("room")
	from, _ := r.Value("from")
	return from + " invites you to " + room
}

// you is how somebody is called.
func (s style) you(name string) string {
	if name != "" && name == s.self {
		return "you"
	}
	return name
}
