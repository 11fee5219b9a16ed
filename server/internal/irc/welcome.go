package irc

import (
	"strings"
	"time"

	"parley/commands"
	"parley/protocol"
)

const (
	version      = "parley-" + commands.Version
	userModes    = "Bio"
	channelModes = "bimnoqstv"
)

// What one line may ask for at most.
const (
	MaxTargets = 4  // of a PRIVMSG, a NOTICE or a KICK
	MaxModes   = 10 // changes of a MODE
)

// begun is when this process was started, as far as a client wants to know.
var begun = time.Now()

// motd is the message of the day, unless the operator has another.
var motd = []string{
	"This is parley, a chat for IRC, netcat and telnet clients alike.",
	"Your nick is the name of your account: /msg NickServ HELP says how to make one.",
	"What is said to you while you are away waits for you.",
}

// welcomeAs is what a client is told when it comes in under this name.
func (c *Client) welcomeAs(nick string) (b []byte) {
	say := func(number string, params ...string) {
		b = protocol.AppendIRC(b, protocol.IRCServer, number, append([]string{nick}, params...)...)
	}
	say("001", "Welcome to "+protocol.IRCNetwork+", "+protocol.IRCSource(nick))
	say("002", "Your host is "+protocol.IRCServer+", running version "+version)
	say("003", "This server was started "+begun.UTC().Format(time.RFC1123))
	say("004", protocol.IRCServer, version, userModes, channelModes)
	c.support(say)
	b = append(b, c.counted(nick)...)
	c.sayMOTD(say)
	return b
}

// support says what the server can do (ISUPPORT).
func (c *Client) support(say func(number string, params ...string)) {
	tokens := protocol.ISupport(*c.limits)
	for len(tokens) > 0 {
		n := min(protocol.MaxISupport, len(tokens))
		say("005", append(tokens[:n:n], "are supported by this server")...)
		tokens = tokens[n:]
	}
}

// counted says how many are here, with the one who is coming in.
func (c *Client) counted(nick string) []byte {
	n := c.chat.Counts()
	n.Sessions++
	ask := protocol.IRCAsk{View: protocol.ViewCounts, Nick: nick, Caps: c.caps, Command: "LUSERS"}
	field := func(name string, n int) protocol.Field { return protocol.Number(name, int64(n)) }
	return protocol.IRC.AppendLine(nil, &protocol.Line{Type: protocol.Done, Tag: ask.Tag(), Word: "counts", Fields: []protocol.Field{
		field("accounts", max(1, n.Accounts)), field("guests", n.Guests), field("operators", n.Operators), field("rooms", n.Rooms),
		field("sessions", n.Sessions), field("most", max(n.Most, n.Sessions)),
	}})
}

func (c *Client) sayMOTD(say func(number string, params ...string)) {
	lines := c.chat.MOTD()
	if len(lines) == 0 {
		lines = motd
	}
	say("375", "- "+protocol.IRCServer+" Message of the day -")
	for _, line := range lines {
		say("372", "- "+line)
	}
	say("376", "End of /MOTD command")
}

// isHere reports whether a command is for this server, and tells the client if it is not. The parameter that names a server may be absent.
func (c *Client) isHere(server string) bool {
	switch strings.ToLower(server) {
	case "", protocol.IRCServer, "*", strings.ToLower(c.nick):
		return true
	}
	c.numeric("402", server, "No such server")
	return false
}
