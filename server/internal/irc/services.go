package irc

import (
	"strings"

	"parley/commands"
	"parley/protocol"
)

// The services are nicks that nobody can have. NickServ is who clients tell their password to; parley takes the commands that people type.
const (
	nickServ = "NickServ"
	parley   = "parley"
)

var serviceHelp = []string{
	"IDENTIFY [account] <password> logs you in.",
	"REGISTER <password> makes an account of your nick's name.",
	"LOGOUT logs you out.",
	"Better still, have your client log in by SASL (PLAIN): then nobody ever sees you outside.",
}

// serviceOf returns the service that a target is, empty if it is none.
func serviceOf(target []byte) string {
	for _, service := range []string{nickServ, parley} {
		if strings.EqualFold(string(target), service) {
			return service
		}
	}
	return ""
}

func (c *Client) serve(service, text string) {
	if service == nickServ {
		c.nickServ(text)
	} else {
		c.text(text)
	}
}

// notice tells the client something as NickServ.
func (c *Client) notice(text string) { c.noticeOf(nickServ, text) }

func (c *Client) noticeOf(service, text string) {
	c.send(protocol.IRCSource(service), "NOTICE", c.shown(), text)
}

// askNickServ is the command NICKSERV, short NS.
func (c *Client) askNickServ(m *protocol.IRCMessage) { c.nickServ(joined(m)) }

func (c *Client) nickServ(text string) {
	word, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
	rest = strings.TrimSpace(rest)
	switch strings.ToUpper(word) {
	case "IDENTIFY", "LOGIN", "AUTH":
		c.identify(rest)
	case "REGISTER":
		c.makeAccount(rest)
	case "LOGOUT":
		c.logOut()
	case "HELP", "":
		for _, line := range serviceHelp {
			c.notice(line)
		}
	default:
		c.notice("I don't know that. /msg NickServ HELP says what I do.")
	}
}

func (c *Client) identify(rest string) {
	first, second, two := strings.Cut(rest, " ")
	name, password := c.nick, first
	if two {
		name, password = first, strings.TrimSpace(second)
	}
	switch {
	case c.chat.LoggedIn() && !c.chat.Guest():
		c.notice("You are logged in as " + c.chat.Name() + ".")
	case password == "":
		c.notice("It is used as IDENTIFY [account] <password>.")
	default:
		c.logIn(protocol.ViewIdentify, name, password)
		if two {
			c.then(c.hintAtBlanks)
		}
	}
}

// hintAtBlanks tells what to do if the first word was not meant as an account.
func (c *Client) hintAtBlanks() {
	if why := c.chat.Failure(); why != nil && why.Code == protocol.BadCredentials {
		c.notice("A password with blanks needs the account in front: IDENTIFY <account> <password>.")
	}
}

// makeAccount makes an account of the client's nick. A guest stays where it is.
func (c *Client) makeAccount(rest string) {
	password := withoutAddress(rest)
	switch {
	case c.chat.LoggedIn() && !c.chat.Guest():
		c.notice("You are logged in as " + c.chat.Name() + ".")
		return
	case password == "":
		c.notice("It is used as REGISTER <password>.")
		return
	}
	step := c.ask(protocol.ViewEnter, "", "register", c.nick, password)
	step.Hide = Failure
	guest := c.chat.Guest()
	if guest {
		step.Hide = Everything
	}
	c.then(func() {
		if why := c.chat.Failure(); why != nil {
			c.notice(why.Sentence.String())
			return
		}
		c.nick = c.chat.Name()
		c.numeric("900", protocol.IRCSource(c.nick), c.nick, "You are now logged in as "+c.nick)
		c.notice("Your account " + c.nick + " is made, and you are logged in.")
		if !guest {
			c.attach()
		}
	})
}

// withoutAddress returns a password without the address of mail that other networks want behind it.
func withoutAddress(text string) string {
	if at := strings.LastIndexByte(text, ' '); at >= 0 && strings.Contains(text[at:], "@") {
		return strings.TrimSpace(text[:at])
	}
	return text
}

func (c *Client) logOut() {
	if !c.chat.LoggedIn() || c.chat.Guest() {
		c.notice("You are not logged in.")
		return
	}
	c.leave()
	c.then(func() {
		c.numeric("901", protocol.IRCSource(c.nick), "You are now logged out")
	})
}

// register is the command REGISTER of account-registration.
func (c *Client) registerAccount(m *protocol.IRCMessage) {
	account := string(m.Param(0))
	guest := c.chat.Guest()
	switch {
	case !c.welcome:
		c.fail("COMPLETE_CONNECTION_REQUIRED", "Please say NICK and USER first, and CAP END")
		return
	case c.chat.LoggedIn() && !guest:
		c.fail("ALREADY_AUTHENTICATED", c.chat.Name(), "You are logged in already")
		return
	case account != "*" && commands.NameKey(account) != commands.NameKey(c.nick):
		c.fail("ACCOUNT_NAME_MUST_BE_NICK", account, "The account gets the name of your nick")
		return
	case len(m.Param(2)) == 0:
		c.fail("WEAK_PASSWORD", c.nick, "Please give a password")
		return
	}
	c.ask(protocol.ViewRegister, c.nick, "register", c.nick, string(m.Param(2)))
	c.then(func() {
		if c.chat.Failure() == nil && !guest {
			c.attach()
		}
	})
}

// early are commands that change who somebody is. In IRC that is not done by a text.
var early = map[string]string{
	"register": "Say /msg NickServ REGISTER <password> instead.",
	"login":    "Say /msg NickServ IDENTIFY [account] <password> instead.",
	"guest":    "Say /nick NAME instead.",
	"logout":   "Say /msg NickServ LOGOUT instead.",
	"format":   "You speak IRC here.",
	"go":       "Your client says itself which channel a text is for.",
	"quit":     "Say /quit instead.",
}

// text takes a line as people without an IRC client type it, and its answer is told by the service.
func (c *Client) text(line string) {
	if !strings.HasPrefix(line, "/") {
		c.noticeOf(parley, "Commands begin with a slash: /msg parley /help lists them.")
		return
	}
	q := c.chat.Parse([]byte(line))
	switch {
	case q.Form == nil:
	case early[q.Form.Name] != "":
		c.noticeOf(parley, early[q.Form.Name])
		return
	case q.Malformed.Empty() && q.Form.Secret() && !q.Complete():
		c.noticeOf(parley, "It asks for a password, which can't be hidden here. Please do that with: parley connect")
		return
	}
	q.Tag = c.tag(&protocol.IRCAsk{View: protocol.ViewService, Arg: parley})
	c.steps = append(c.steps, Step{Request: &q})
}
