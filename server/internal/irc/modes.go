package irc

import (
	"strings"

	"parley/commands"
	"parley/protocol"
)

func (c *Client) mode(m *protocol.IRCMessage) {
	target := string(m.Param(0))
	switch {
	case c.lacks(m, 1):
	case !isChannel(target):
		c.ownModes(target, string(m.Param(1)))
	case !c.chat.LoggedIn():
		c.notLoggedIn(target)
	case m.Len() == 1:
		c.ask(protocol.ViewMode, target, "rooms", target)
	default:
		c.changeModes(target, m)
	}
}

// change is a change of one mode of a channel.
type change struct {
	letter byte
	on     bool
	arg    string
}

// changeModes does each change that a MODE asks for. One that lacks its argument asks for a list, or for nothing.
func (c *Client) changeModes(room string, m *protocol.IRCMessage) {
	on, next := true, 2
	var changes []change
	for _, letter := range m.Param(1) {
		if letter == '+' || letter == '-' {
			on = letter == '+'
			continue
		}
		one := change{letter: letter, on: on}
		if takesArgument(letter, on) {
			one.arg = string(m.Param(next))
			next++
		}
		if len(changes) < MaxModes {
			changes = append(changes, one)
		}
	}
	for i := range changes {
		c.changeMode(room, &changes[i])
	}
}

func takesArgument(letter byte, on bool) bool {
	return strings.IndexByte("bqovkeI", letter) >= 0 || letter == 'l' && on
}

// roles are what a mode gives to somebody.
var roles = map[byte]string{'q': "owner", 'o': "op", 'v': "voice"}

func (c *Client) changeMode(room string, one *change) {
	role := roles[one.letter]
	switch {
	case role != "" && one.arg == "": // the Modern IRC document has it ignored
	case role != "":
		if !one.on {
			role = "none"
		}
		c.ask(protocol.ViewChangeMode, room+" "+one.arg, "role", room, one.arg, role)
	case one.letter == 'b' && one.arg == "":
		c.ask(protocol.ViewBans, room, "banned", room)
	case one.letter == 'b':
		c.changeBan(room, one)
	case one.letter == 'i', one.letter == 's':
		c.ask(protocol.ViewChangeMode, room, "room", room, either(one.on, "private", "public"))
	case one.letter == 'm':
		c.ask(protocol.ViewChangeMode, room, "room", room, either(one.on, "quiet", "open"))
	case one.letter == 'n', one.letter == 't': // always set
	default:
		c.numeric("472", string(rune(one.letter)), "is unknown mode char to me for "+room)
	}
}

func either(on bool, yes, no string) string {
	if on {
		return yes
	}
	return no
}

// changeBan bans somebody or takes that back. Bans are for accounts: the mask names one.
func (c *Client) changeBan(room string, one *change) {
	mask, mute := strings.CutPrefix(one.arg, "m:")
	name := strings.TrimSuffix(strings.TrimSuffix(mask, "@*"), "!*")
	if strings.ContainsAny(name, "*?!@") || name == "" {
		c.numeric("696", room, "b", one.arg, "A ban is for an account: name!*@*, or m:name!*@* to mute it")
		return
	}
	form := either(mute, either(one.on, "mute", "unmute"), either(one.on, "ban", "unban"))
	c.ask(protocol.ViewChangeMode, room+" "+name, form, room, name)
}

// ownModes are those of the client itself.
func (c *Client) ownModes(nick, wanted string) {
	switch {
	case commands.NameKey(nick) != commands.NameKey(c.nick) && !strings.EqualFold(nick, c.nick):
		c.numeric("502", "Can't change the modes of others")
	case wanted == "":
		c.numeric("221", c.modes())
	default:
		c.changeOwnModes(wanted)
	}
}

func (c *Client) modes() string {
	modes := "+i"
	if c.bot {
		modes = "+B" + modes[1:]
	}
	if c.chat.Operator() {
		modes += "o"
	}
	return modes
}

// changeOwnModes changes whether the client is a bot. Everybody is invisible, in that a list of all is not for everyone; and who is an operator is
// not for the client to say.
func (c *Client) changeOwnModes(wanted string) {
	on, bot, unknown := true, c.bot, false
	for _, letter := range wanted {
		switch letter {
		case '+', '-':
			on = letter == '+'
		case 'B':
			bot = on
		case 'i', 'o':
		default:
			unknown = true
		}
	}
	if bot != c.bot && c.chat.LoggedIn() {
		c.bot = bot
		c.ask(protocol.ViewNothing, "", "profile", "", either(bot, "on", "off")).Hide = Everything
		c.send(protocol.IRCSource(c.nick), "MODE", c.nick, either(bot, "+B", "-B"))
	}
	if unknown {
		c.numeric("501", "Unknown MODE flag")
	}
}
