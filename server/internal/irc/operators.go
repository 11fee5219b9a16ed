package irc

import "parley/protocol"

// oper is for clients that insist on it: who is an operator is the account's.
func (c *Client) oper(*protocol.IRCMessage) {
	if c.chat.Operator() {
		c.numeric("381", "You are now an IRC operator")
		return
	}
	c.numeric("491", "Operators are accounts that were made so by: parley user role NAME operator")
}

func (c *Client) noPrivileges(*protocol.IRCMessage) {
	c.numeric("481", "Permission Denied- You're not an IRC operator, or nobody can do that from here")
}

func (c *Client) kill(m *protocol.IRCMessage) {
	if !c.chat.Operator() {
		c.noPrivileges(m)
		return
	}
	nick := string(m.Param(0))
	c.ask(protocol.ViewKill, nick, "kick", "", nick, note(m.Param(1)))
}

func (c *Client) wallops(m *protocol.IRCMessage) {
	if !c.chat.Operator() {
		c.noPrivileges(m)
		return
	}
	c.ask(protocol.ViewNothing, "", "announce", plainText(m.Param(0)))
}
