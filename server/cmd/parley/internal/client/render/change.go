package render

import "parley/protocol"

// change tells an event that is no message in words, or returns "" for one that it does not know. Who comes and goes is less important than the rest.
func (s Style) change(r protocol.Reply) string {
	room, _ := r.Value("room")
	name, _ := r.Value("name")
	switch name = s.you(name); r.Word {
	case "join":
		return s.faint(s.Language.Sprintf("%s joined %s", name, room))
	case "leave":
		return s.faint(s.Language.Sprintf("%s left %s", name, room))
	case "here":
		return s.faint(s.Language.Sprintf("%s is here", name))
	case "gone":
		return s.faint(s.Language.Sprintf("%s is gone", name))
	case "announce":
		return s.paint("1", s.Language.Sprintf("%s announces:", name)) + " " + r.Text
	case "invite":
		return s.Language.Sprintf("%s; /join %s accepts", s.invitation(r), room)
	case "topic":
		if r.Text == "" {
			return s.Language.Sprintf("%s cleared the topic of %s", name, room)
		}
		return s.withText(s.Language.Sprintf("%s set the topic of %s", name, room), r.Text)
	case "room":
		return s.Language.Sprintf("%s made %s %s", name, room, s.setting(r))
	case "removed":
		return s.Language.Sprintf("%s was removed by an operator", room)
	case "role", "kick", "ban", "mute", "unban", "unmute":
		return s.moderation(r, room, name)
	}
	return ""
}

// moderation tells what somebody did to somebody, in a room or on the server.
func (s Style) moderation(r protocol.Reply, room, name string) string {
	by, known := r.Key("by")
	if by = s.you(by); !known {
		by = s.Language.Sprintf("an operator")
	}
	line := s.deed(r, by, room, name)
	if until, ends := r.Key("until"); ends {
		line = s.Language.Sprintf("%s until %s", line, s.clock(until))
	}
	return s.withText(line, r.Text)
}

// deed has a sentence of its own for each thing that can be done in a room or on the server, since languages put the place elsewhere.
func (s Style) deed(r protocol.Reply, by, room, name string) string {
	switch everywhere := room == ""; {
	case r.Word == "role":
		return s.Language.Sprintf("%s made %s %s in %s", by, name, s.roleIn(r), room)
	case r.Word == "kick":
		return s.Language.Sprintf("%s took %s out of %s", by, name, room)
	case r.Word == "ban" && everywhere:
		return s.Language.Sprintf("%s banned %s", by, name)
	case r.Word == "ban":
		return s.Language.Sprintf("%s banned %s in %s", by, name, room)
	case r.Word == "mute" && everywhere:
		return s.Language.Sprintf("%s muted %s", by, name)
	case r.Word == "mute":
		return s.Language.Sprintf("%s muted %s in %s", by, name, room)
	case r.Word == "unban" && everywhere:
		return s.Language.Sprintf("%s took the ban of %s back", by, name)
	case r.Word == "unban":
		return s.Language.Sprintf("%s took the ban of %s back in %s", by, name, room)
	case everywhere:
		return s.Language.Sprintf("%s let %s speak again", by, name)
	}
	return s.Language.Sprintf("%s let %s speak again in %s", by, name, room)
}

func (s Style) roleIn(r protocol.Reply) string {
	switch role, _ := r.Value("role"); role {
	case "owner":
		return s.Language.Sprintf("an owner")
	case "op":
		return s.Language.Sprintf("an op")
	case "voice":
		return s.Language.Sprintf("a voice")
	}
	return s.Language.Sprintf("an ordinary member")
}

func (s Style) setting(r protocol.Reply) string {
	switch setting, _ := r.Value("setting"); setting {
	case "public":
		return s.Language.Sprintf("public")
	case "private":
		return s.Language.Sprintf("private")
	case "open":
		return s.Language.Sprintf("open")
	case "quiet":
		return s.Language.Sprintf("quiet")
	default:
		return setting
	}
}

func (s Style) invitation(r protocol.Reply) string {
	room, _ := r.Value("room")
	from, _ := r.Value("from")
	return s.Language.Sprintf("%s invites you to %s", from, room)
}

// you is how somebody is called.
func (s Style) you(name string) string {
	if name != "" && name == s.Self {
		return s.Language.Sprintf("you")
	}
	return name
}
