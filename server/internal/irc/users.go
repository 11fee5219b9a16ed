package irc

import (
	"strconv"
	"strings"

	"parley/commands"
	"parley/protocol"
)

func (c *Client) who(m *protocol.IRCMessage) {
	mask, _, _ := strings.Cut(string(m.Param(0)), " ")
	wanted := mask
	if fields := string(m.Param(1)); fields != "" {
		wanted += " " + fields
	}
	if isChannel(mask) {
		c.ask(protocol.ViewWho, wanted, "who", mask)
		return
	}
	c.ask(protocol.ViewWho, wanted, "who")
}

func (c *Client) whois(m *protocol.IRCMessage) {
	c.askFor(protocol.ViewWhois, string(m.Param(max(0, m.Len()-1))))
}

func (c *Client) whowas(m *protocol.IRCMessage) { c.askFor(protocol.ViewWhowas, string(m.Param(0))) }

// askFor asks for the first user of a list. The end of the answer to WHOIS names the whole list.
func (c *Client) askFor(view protocol.IRCView, list string) {
	nick, _, _ := strings.Cut(list, ",")
	if nick == "" {
		c.numeric("431", "No nickname given")
		return
	}
	if view != protocol.ViewWhois {
		list = nick
	}
	c.ask(view, list, "whois", nick)
}

func (c *Client) ison(m *protocol.IRCMessage) { c.ask(protocol.ViewIson, joined(m), "who") }

func (c *Client) userhost(m *protocol.IRCMessage) {
	const most = 5
	nicks := strings.Fields(joined(m))
	c.ask(protocol.ViewUserhost, strings.Join(nicks[:min(most, len(nicks))], " "), "who")
}

// joined is all parameters as one text, for what may hold blanks whether or not the client knows that.
func joined(m *protocol.IRCMessage) string {
	var all []string
	for i := range m.Len() {
		all = append(all, string(m.Param(i)))
	}
	return strings.Join(all, " ")
}

func (c *Client) away(m *protocol.IRCMessage) {
	if text := note(m.Param(0)); strings.TrimSpace(text) != "" {
		c.ask(protocol.ViewAway, "", "away", text)
		return
	}
	c.ask(protocol.ViewBack, "", "back")
}

func (c *Client) monitor(m *protocol.IRCMessage) {
	action, names := strings.ToUpper(string(m.Param(0))), string(m.Param(1))
	switch action {
	case "+", "-":
		if names == "" {
			c.tooFew()
			return
		}
		c.ask(protocol.ViewMonitor, names, "monitor", action, names)
	case "C", "L", "S":
		c.ask(protocol.ViewMonitor, "", "monitor", action)
	default:
		c.fail("INVALID_PARAMS", action, "It is one of +, -, C, L and S")
	}
}

func (c *Client) setName(m *protocol.IRCMessage) {
	name := strings.TrimSpace(plainText(m.Param(0)))
	switch wrong := protocol.CheckText([]byte(name)); {
	case name == "":
		c.fail("INVALID_REALNAME", "A real name has at least one character")
	case len(name) > commands.MaxNote:
		c.fail("INVALID_REALNAME", "A real name has at most "+strconv.Itoa(commands.MaxNote)+" bytes")
	case wrong != nil:
		c.fail("INVALID_REALNAME", wrong.Sentence.String())
	default:
		c.ask(protocol.ViewSetName, name, "profile", name)
	}
}

func (c *Client) countUsers(m *protocol.IRCMessage) { c.ask(protocol.ViewCounts, "", "counts") }
