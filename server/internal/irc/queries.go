package irc

import (
	"strconv"
	"strings"
	"time"

	"parley/protocol"
)

// This file has what is answered without the chat.

func (c *Client) ping(m *protocol.IRCMessage) {
	if len(m.Param(0)) == 0 {
		c.numeric("409", "No origin specified")
		return
	}
	c.send(protocol.IRCServer, "PONG", protocol.IRCServer, string(m.Param(0)))
}

func (c *Client) quit(m *protocol.IRCMessage) {
	c.ask(protocol.ViewNothing, "", "quit", note(m.Param(0)))
}

func (c *Client) nothing(*protocol.IRCMessage) {}

func (c *Client) showMOTD(m *protocol.IRCMessage) {
	if c.isHere(string(m.Param(0))) {
		c.sayMOTD(c.numeric)
	}
}

func (c *Client) showVersion(m *protocol.IRCMessage) {
	if c.isHere(string(m.Param(0))) {
		c.numeric("351", version, protocol.IRCServer, "A chat for IRC, netcat and telnet clients alike")
		c.support(c.numeric)
	}
}

func (c *Client) showTime(m *protocol.IRCMessage) {
	if c.isHere(string(m.Param(0))) {
		now := time.Now().UTC()
		c.numeric("391", protocol.IRCServer, strconv.FormatInt(now.Unix(), 10), "0", now.Format(time.RFC1123))
	}
}

func (c *Client) showInfo(m *protocol.IRCMessage) {
	if c.isHere(string(m.Param(0))) {
		c.numeric("371", version+", a chat server; people with netcat, telnet and bots are in the same channels")
		c.numeric("371", "It was started "+begun.UTC().Format(time.RFC1123))
		c.numeric("374", "End of /INFO list")
	}
}

func (c *Client) showAdmin(m *protocol.IRCMessage) {
	if c.isHere(string(m.Param(0))) {
		c.numeric("423", protocol.IRCServer, "No administrative info available")
	}
}

func (c *Client) showLinks(*protocol.IRCMessage) {
	c.numeric("364", protocol.IRCServer, protocol.IRCServer, "0 "+protocol.IRCNetwork)
	c.numeric("365", "*", "End of /LINKS list")
}

func (c *Client) showStats(m *protocol.IRCMessage) {
	if !c.isHere(string(m.Param(1))) {
		return
	}
	query := string(m.Param(0))
	if query == "u" {
		up := int(time.Since(begun).Seconds())
		const day = 24 * 60 * 60
		clock := time.Unix(int64(up%day), 0).UTC().Format("15:04:05")
		c.numeric("242", "Server Up "+strconv.Itoa(up/day)+" days "+clock)
	}
	c.numeric("219", query, "End of /STATS report")
}

func (c *Client) users(*protocol.IRCMessage) { c.numeric("446", "USERS has been disabled") }

func (c *Client) summon(*protocol.IRCMessage) { c.numeric("445", "SUMMON has been disabled") }

// helpTexts are what HELP tells, by its subject.
var helpTexts = map[string][]string{
	"": {
		"Channels are the rooms of this server, and nicks are names of accounts.",
		"/msg NickServ HELP says how to log in or to make an account.",
		"/msg parley /help lists what people without an IRC client can do; you can do it too:",
		"/msg parley /who, say.",
	},
	"NICKSERV": serviceHelp,
}

func (c *Client) help(m *protocol.IRCMessage) {
	subject := strings.ToUpper(string(m.Param(0)))
	lines, ok := helpTexts[subject]
	shown := subject
	if shown == "" {
		shown = "*"
	}
	if !ok {
		c.numeric("524", shown, "There is no help about that; HELP alone says where to begin")
		return
	}
	c.numeric("704", shown, "Help")
	c.numeric("705", shown, "")
	for _, line := range lines[:len(lines)-1] {
		c.numeric("705", shown, line)
	}
	c.numeric("706", shown, lines[len(lines)-1])
}
