package irc

import (
	"strings"

	"parley/commands"
	"parley/protocol"
)

func isChannel(word string) bool { return strings.HasPrefix(word, "#") }

func (c *Client) join(m *protocol.IRCMessage) {
	if c.lacks(m, 1) {
		return
	}
	if string(m.Param(0)) == "0" {
		c.each(c.chat.Rooms(), func(room string) { c.ask(protocol.ViewPart, room, "leave", room) })
		return
	}
	c.each(split(m.Param(0)), c.joinOne)
}

// joinOne joins a room, and shows its topic and its names if the client has become a member by that.
func (c *Client) joinOne(room string) {
	if !c.isRoom(room) {
		return
	}
	c.joining = commands.RoomKey(room)
	c.ask(protocol.ViewJoin, room, "join", room)
	c.then(func() {
		joined := c.joined
		c.joining, c.joined = "", ""
		if joined != "" {
			c.command = "JOIN"
			c.showRoom(joined)
		}
	})
}

// isRoom reports whether a word may name a channel, and tells the client if not.
func (c *Client) isRoom(word string) bool {
	if !isChannel(word) {
		c.numeric("403", word, "No such channel")
		return false
	}
	return true
}

// Joined notes that the session's account has become a member of a room. The steps are for a client that has not asked for that: another session of the
// account has joined.
func (c *Client) Joined(room string) []Step {
	if !c.welcome {
		return nil
	}
	if c.joining != "" && commands.RoomKey(room) == c.joining {
		c.joined = room
		return nil
	}
	c.command = "JOIN"
	c.showRoom(room)
	return c.take()
}

// showRoom shows what follows a JOIN: the topic and the names.
func (c *Client) showRoom(room string) {
	c.ask(protocol.ViewJoinTopic, room, "rooms", room)
	if c.caps&protocol.NoImplicitNames == 0 {
		c.ask(protocol.ViewNames, room, "who", room)
	}
}

func (c *Client) part(m *protocol.IRCMessage) {
	if c.lacks(m, 1) {
		return
	}
	reason := note(m.Param(1))
	c.each(split(m.Param(0)), func(room string) {
		if c.isRoom(room) {
			c.ask(protocol.ViewPart, room, "leave", room, reason)
		}
	})
}

func (c *Client) topic(m *protocol.IRCMessage) {
	room := string(m.Param(0))
	if c.lacks(m, 1) || !c.isRoom(room) {
		return
	}
	switch text := plainText(m.Param(1)); {
	case m.Len() == 1:
		c.ask(protocol.ViewTopic, room, "rooms", room)
	case strings.TrimSpace(text) == "":
		c.ask(protocol.ViewSetTopic, room, "topic", room, "-")
	default:
		c.ask(protocol.ViewSetTopic, room, "topic", room, text)
	}
}

func (c *Client) names(m *protocol.IRCMessage) {
	if m.Len() == 0 {
		c.numeric("366", "*", "End of /NAMES list")
		return
	}
	c.each(split(m.Param(0)), func(room string) {
		if !isChannel(room) {
			c.numeric("366", room, "End of /NAMES list")
			return
		}
		c.ask(protocol.ViewNames, room, "who", room)
	})
}

// list shows the rooms. Which of them fit the masks and conditions is for the format to say.
func (c *Client) list(m *protocol.IRCMessage) {
	wanted := string(m.Param(0))
	if more := string(m.Param(1)); more != "" && more != protocol.IRCServer {
		wanted += "," + more
	}
	if isChannel(wanted) && !strings.ContainsAny(wanted, ",*?") {
		c.ask(protocol.ViewList, wanted, "rooms", wanted)
		return
	}
	c.ask(protocol.ViewList, wanted, "rooms", "all")
}

// kick takes some people out of a channel, or one out of some channels.
func (c *Client) kick(m *protocol.IRCMessage) {
	if c.lacks(m, 2) {
		return
	}
	rooms, nicks, reason := split(m.Param(0)), split(m.Param(1)), note(m.Param(2))
	if len(rooms) > 1 && len(nicks) > 1 {
		c.kickPairs(rooms, nicks, reason)
		return
	}
	for _, room := range rooms[:min(MaxTargets, len(rooms))] {
		for _, nick := range nicks[:min(MaxTargets, len(nicks))] {
			c.kickOne(room, nick, reason)
		}
	}
}

// kickPairs is as RFC 2812 has it: there are as many channels as people.
func (c *Client) kickPairs(rooms, nicks []string, reason string) {
	if len(rooms) != len(nicks) {
		c.tooFew()
		return
	}
	for i := range min(MaxTargets, len(rooms)) {
		c.kickOne(rooms[i], nicks[i], reason)
	}
}

func (c *Client) kickOne(room, nick, reason string) {
	if c.isRoom(room) {
		c.ask(protocol.ViewKick, room+" "+nick, "kick", room, nick, reason)
	}
}

func (c *Client) invite(m *protocol.IRCMessage) {
	nick, room := string(m.Param(0)), string(m.Param(1))
	if !c.lacks(m, 2) && c.isRoom(room) {
		c.ask(protocol.ViewInvite, nick+" "+room, "invite", room, nick)
	}
}
