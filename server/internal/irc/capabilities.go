package irc

import (
	"strconv"
	"strings"

	"parley/protocol"
)

// capability is what a client may ask for.
type capability struct {
	name  string
	value string // what clients of version 302 are told of it
	bit   protocol.IRCCaps
}

var capabilities = []capability{
	{"account-notify", "", protocol.AccountNotify},
	{"account-tag", "", protocol.AccountTag},
	{"away-notify", "", protocol.AwayNotify},
	{"batch", "", protocol.Batch},
	{"cap-notify", "", protocol.CapNotify},
	{"chghost", "", protocol.ChgHost},
	{"draft/account-registration", "", protocol.AccountRegistration},
	{"draft/chathistory", "", protocol.ChatHistory},
	{"echo-message", "", protocol.EchoMessage},
	{"extended-join", "", protocol.ExtendedJoin},
	{"extended-monitor", "", protocol.ExtendedMonitor},
	{"invite-notify", "", protocol.InviteNotify},
	{"labeled-response", "", protocol.LabeledResponse},
	{"message-tags", "", protocol.MessageTags},
	{"multi-prefix", "", protocol.MultiPrefix},
	{"no-implicit-names", "", protocol.NoImplicitNames},
	{"sasl", "PLAIN", protocol.SASL},
	{"server-time", "", protocol.ServerTime},
	{"setname", "", protocol.SetName},
	{"standard-replies", "", protocol.StandardReplies},
	{"userhost-in-names", "", protocol.UserhostInNames},
}

func (c *Client) capability(m *protocol.IRCMessage) {
	list := string(m.Param(1))
	switch word := strings.ToUpper(string(m.Param(0))); word {
	case "LS":
		c.pause()
		version, _ := strconv.Atoi(list)
		if version >= 302 && !c.newest {
			c.newest = true
			c.setCaps(c.caps | protocol.CapNotify)
		}
		c.listCaps("LS", offered(version >= 302))
	case "LIST":
		c.listCaps("LIST", named(c.caps))
	case "REQ":
		c.pause()
		c.requestCaps(list)
	case "END":
		c.pausing = false
		c.register()
	default:
		c.numeric("410", string(m.Param(0)), "Invalid CAP command")
	}
}

// pause holds its coming in back until CAP END.
func (c *Client) pause() { c.pausing = !c.welcome }

// offered are the names of all capabilities.
func offered(values bool) (names []string) {
	for _, one := range capabilities {
		if values && one.value != "" {
			names = append(names, one.name+"="+one.value)
		} else {
			names = append(names, one.name)
		}
	}
	return names
}

// named are the names of some capabilities.
func named(caps protocol.IRCCaps) (names []string) {
	for _, one := range capabilities {
		if caps&one.bit != 0 {
			names = append(names, one.name)
		}
	}
	return names
}

// listed is how long a list of names may be in one message, in bytes.
const listed = 400

// listCaps sends a list of capabilities. A client that knows how gets a long one in several messages.
func (c *Client) listCaps(word string, names []string) {
	for {
		n, size := 0, 0
		for n < len(names) && (size+len(names[n]) < listed || !c.newest) {
			size += len(names[n]) + 1
			n++
		}
		list := strings.Join(names[:n], " ")
		if names = names[n:]; len(names) == 0 {
			c.send(protocol.IRCServer, "CAP", c.shown(), word, list)
			return
		}
		c.send(protocol.IRCServer, "CAP", c.shown(), word, "*", list)
	}
}

// requestCaps takes all that is asked for, or nothing of it.
func (c *Client) requestCaps(list string) {
	caps := c.caps
	for name := range strings.FieldsSeq(list) {
		name, off := strings.CutPrefix(name, "-")
		bit := capabilityBit(name)
		switch {
		case bit == 0, off && bit == protocol.CapNotify && c.newest:
			c.send(protocol.IRCServer, "CAP", c.shown(), "NAK", list)
			return
		case off:
			caps &^= bit
		default:
			caps |= bit
		}
	}
	if c.chat.LoggedIn() {
		// From its place in the order on the session is written to in another way. The ACK is the answer.
		c.caps = caps
		c.ask(protocol.ViewCaps, list, "caps", strconv.Itoa(int(caps)))
		return
	}
	c.setCaps(caps)
	c.send(protocol.IRCServer, "CAP", c.shown(), "ACK", list)
}

func capabilityBit(name string) protocol.IRCCaps {
	for _, one := range capabilities {
		if one.name == name {
			return one.bit
		}
	}
	return 0
}

// setCaps is for a client that is not logged in, or for a capability that does not change how events are written.
func (c *Client) setCaps(caps protocol.IRCCaps) {
	c.caps = caps
	if c.chat.LoggedIn() {
		c.ask(protocol.ViewNothing, "", "caps", strconv.Itoa(int(caps)))
		return
	}
	c.chat.SetCaps(caps)
}
