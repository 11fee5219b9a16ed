package irc

import (
	"bytes"
	"strings"

	"parley/protocol"
)

// say is PRIVMSG and NOTICE. A NOTICE that can not even be tried is not answered; what the chat refuses is told to those who want to know.
func (c *Client) say(m *protocol.IRCMessage) {
	quiet := c.command == "NOTICE"
	if m.Len() == 0 || len(m.Param(0)) == 0 {
		c.unless(quiet, "411", "No recipient given ("+c.command+")")
		return
	}
	if len(m.Param(1)) == 0 {
		c.unless(quiet, "412", "No text to send")
		return
	}
	targets := bytes.Split(m.Param(0), []byte{','})
	if len(targets) > MaxTargets {
		c.unless(quiet, "407", string(m.Param(0)), "Too many recipients")
		return
	}
	for _, target := range targets {
		c.sayTo(target, m.Param(1), quiet)
	}
}

// unless sends a numeric, but not in answer to a NOTICE.
func (c *Client) unless(quiet bool, number string, params ...string) {
	if !quiet {
		c.numeric(number, params...)
	}
}

func (c *Client) sayTo(target, said []byte, quiet bool) {
	if service := serviceOf(target); service != "" {
		if !quiet {
			c.serve(service, string(said))
		}
		return
	}
	if !c.chat.LoggedIn() {
		if !quiet {
			c.notLoggedIn(string(target))
		}
		return
	}
	text, err := protocol.FromIRC(c.command, said)
	if err != nil {
		c.unless(quiet, "412", err.Sentence.String())
		return
	}
	step := c.ask(protocol.ViewSay, string(target), "msg")
	step.Request.SetArg("to", target)
	step.Request.SetArg("text", text)
}

// tagOnly is TAGMSG. Its tags are those of clients, and these are not passed on.
func (c *Client) tagOnly(m *protocol.IRCMessage) {
	switch {
	case c.caps&protocol.MessageTags == 0:
		c.numeric("421", c.command, "Unknown command")
	case m.Len() == 0:
		c.tooFew()
	}
}

// split takes a list of targets apart. Those that are empty are left out.
func split(list []byte) []string {
	return strings.FieldsFunc(string(list), func(r rune) bool { return r == ',' })
}
