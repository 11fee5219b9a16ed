package irc

import (
	"strconv"
	"strings"

	"parley/protocol"
)

// history is CHATHISTORY.
func (c *Client) history(m *protocol.IRCMessage) {
	sub := strings.ToUpper(string(m.Param(0)))
	param := func(i int) string { return string(m.Param(i)) }
	switch sub {
	case "BEFORE", "AFTER", "AROUND", "LATEST":
		if c.historyFits(sub, m, 4) {
			c.ask(protocol.ViewHistory, sub+" "+param(1), "chathistory", sub, param(1), param(2), "", param(3))
		}
	case "BETWEEN":
		if c.historyFits(sub, m, 5) {
			c.ask(protocol.ViewHistory, sub+" "+param(1), "chathistory", sub, param(1), param(2), param(3), param(4))
		}
	case "TARGETS":
		if c.historyFits(sub, m, 4) {
			c.ask(protocol.ViewTargets, sub, "targets", param(1), param(2), param(3))
		}
	default:
		c.fail("INVALID_PARAMS", sub, "Unknown command")
	}
}

// historyFits reports whether a CHATHISTORY has all parameters, and a limit as the last one.
func (c *Client) historyFits(sub string, m *protocol.IRCMessage, params int) bool {
	if m.Len() < params {
		c.fail("INVALID_PARAMS", sub, "Insufficient parameters")
		return false
	}
	if m.Len() > params {
		c.fail("INVALID_PARAMS", sub, "Too many parameters")
		return false
	}
	for i := 1; i < params; i++ {
		if len(m.Param(i)) == 0 {
			c.fail("INVALID_PARAMS", sub, "Insufficient parameters")
			return false
		}
	}
	if n, err := strconv.Atoi(string(m.Param(params - 1))); err != nil || n < 1 {
		c.fail("INVALID_PARAMS", sub, "The limit is a number from 1 up")
		return false
	}
	return true
}
