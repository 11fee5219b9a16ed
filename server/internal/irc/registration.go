package irc

import (
	"slices"
	"strings"

	"parley/commands"
	"parley/protocol"
)

// This file is how a client comes in. It says NICK and USER, and perhaps negotiates capabilities and gives a password in between. Then it is one of
// three: logged in to an account, whose name is its nick; a guest; or nobody yet. Nobody can still say to NickServ who it is.

func (c *Client) sayNick(m *protocol.IRCMessage) {
	nick := string(m.Param(0))
	if nick == "" {
		c.numeric("431", "No nickname given")
		return
	}
	account := c.chat.Name()
	switch {
	case account != "" && commands.NameKey(nick) == commands.NameKey(account):
		return
	case c.chat.LoggedIn() && !c.chat.Guest():
		c.refuseNick(nick, "Your nick is the name of your account. To be somebody else, come again and log in as them")
		return
	case !c.welcome && c.refused && c.account() != "": // clients try the next nick of their list by themselves
		c.nick = c.account()
		c.register()
		return
	}
	if wrong := commands.NameFault([]byte(nick)); wrong != nil {
		c.refuseNick(nick, wrong.Sentence.String())
		return
	}
	switch {
	case c.chat.Guest():
		c.rename(nick)
	case !c.welcome:
		c.nick = nick
		c.register()
	case c.limits.Guests:
		c.enterAsGuest(nick)
	default:
		c.send(protocol.IRCSource(c.nick), "NICK", nick)
		c.nick = nick
	}
}

func (c *Client) refuseNick(nick, why string) {
	c.refused = !c.welcome
	c.numeric("432", nick, why)
}

// account is the account whose password the client has given, right or wrong; empty if it has not said which.
func (c *Client) account() string {
	if account := c.chat.Verified(); account != "" {
		return account
	}
	name, _, named := strings.Cut(c.pass, ":")
	if !named {
		return ""
	}
	return name
}

func (c *Client) sayUser(m *protocol.IRCMessage) {
	switch {
	case c.welcome:
		c.numeric("462", "You may not reregister")
	case len(m.Param(0)) == 0:
		c.tooFew()
	default:
		c.user, c.real = true, note(m.Param(3))
		c.register()
	}
}

func (c *Client) sayPass(m *protocol.IRCMessage) {
	if c.welcome {
		c.numeric("462", "You may not reregister")
		return
	}
	c.pass = joined(m)
}

// register lets the client come in when it has said all that it must. One whose nick was refused comes in under its account's name.
func (c *Client) register() {
	if c.nick == "" && c.refused {
		c.nick = c.account()
	}
	if c.nick == "" || !c.user || c.pausing || c.welcome {
		return
	}
	if c.sasl.begun {
		c.endSASL("906", "SASL authentication aborted")
	}
	pass := c.pass
	c.pass = ""
	if pass == "" || c.chat.Verified() != "" {
		c.comeIn()
		return
	}
	name, password, named := strings.Cut(pass, ":")
	if !named {
		name, password = c.nick, pass
	}
	if name == "" || password == "" {
		c.numeric("464", "Password incorrect")
		c.closing("Password incorrect")
		return
	}
	c.ask(protocol.ViewPass, "", "verify", name, password)
	c.then(func() {
		if c.chat.Verified() == "" {
			c.closing("You could not be logged in")
			return
		}
		c.comeIn()
	})
}

// comeIn lets the client come in as what it can be.
func (c *Client) comeIn() {
	account := c.chat.Verified()
	switch {
	case account != "" && !c.welcome && !c.refused && commands.NameKey(account) != commands.NameKey(c.nick):
		nick := c.nick
		c.nick = ""
		c.refuseNick(nick, "Your nick is the name of your account: NICK "+account)
	case account != "":
		c.enter(account)
	case c.limits.Guests:
		c.enterAsGuest(c.nick)
	default:
		c.stayOutside("You are not logged in.")
	}
}

// enter logs in to the account that was verified. A client that was here under another name gets the account's.
func (c *Client) enter(account string) {
	before := c.before(account)
	c.request(&protocol.IRCAsk{View: protocol.ViewEnter, Nick: account, Before: before}, "enter")
	c.then(func() {
		if c.chat.LoggedIn() {
			c.attach()
		} else if !c.welcome {
			c.closing("You could not be logged in")
		}
	})
}

// before is what a client is told first when it comes in as somebody.
func (c *Client) before(name string) string {
	switch {
	case !c.welcome:
		return string(c.welcomeAs(name))
	case name != c.nick:
		return string(protocol.AppendIRC(nil, protocol.IRCSource(c.nick), "NICK", name))
	}
	return ""
}

// enterAsGuest comes in under a nick, if no account has it. A client that stays outside has that nick, too, to say whose it is, unless a guest has it.
func (c *Client) enterAsGuest(nick string) {
	c.request(&protocol.IRCAsk{View: protocol.ViewEnter, Nick: nick, Before: c.before(nick)}, "guest", nick).Hide = Failure
	c.then(func() {
		switch why := c.chat.Failure(); {
		case c.chat.LoggedIn():
			c.attach()
			c.notice("You are a guest, and nothing is kept for you. /msg NickServ REGISTER <password> makes your name an account.")
		case why.Code == protocol.NameTaken && c.chat.HasGuest(nick):
			c.nickInUse(nick)
		case why.Code == protocol.NameTaken:
			c.stayOutside("This nick belongs to somebody.")
		case why.Code == protocol.Banned:
			c.numeric("465", why.Sentence.String())
			c.closing(why.Sentence.String())
		default:
			if nick != c.nick {
				c.send(protocol.IRCSource(c.nick), "NICK", nick)
				c.nick = nick
			}
			c.stayOutside(why.Sentence.String())
		}
	})
}

// stayOutside welcomes a client that is not logged in, and tells it why and how to be.
func (c *Client) stayOutside(why string) {
	if !c.welcome {
		c.welcome = true
		c.steps = append(c.steps, Step{Text: c.welcomeAs(c.nick)})
	}
	c.notice(why + " " + howToLogIn)
}

// attach shows a client that has come in who is in its rooms, and what it has missed.
func (c *Client) attach() {
	c.nick, c.welcome = c.chat.Name(), true
	c.introduce()
	c.ask(protocol.ViewAttach, "", "attach")
}

// introduce says what the client says about itself.
func (c *Client) introduce() {
	real, bot := c.real, ""
	if real == c.chat.Name() {
		real = ""
	}
	if c.bot {
		bot = "on"
	}
	if real != "" || bot != "" {
		c.ask(protocol.ViewNothing, "", "profile", real, bot).Hide = Everything
	}
}

// logIn checks a password, and then the client comes in, unless it has still to say NICK, USER or CAP END.
func (c *Client) logIn(view protocol.IRCView, name, password string) {
	c.ask(view, "", "verify", name, password)
	c.then(func() {
		switch account := c.chat.Verified(); {
		case account == "" || !c.welcome:
		case c.chat.Guest():
			c.changeTo(name, password)
		default:
			c.enter(account)
		}
	})
}

// changeTo logs a guest in to an account, whose password is right. With the guest ends what was verified, so it is verified again.
func (c *Client) changeTo(name, password string) {
	c.leave()
	c.ask(protocol.ViewNothing, "", "verify", name, password)
	c.then(func() {
		if account := c.chat.Verified(); account != "" {
			c.enter(account)
		} else {
			c.closing("You could not be logged in")
		}
	})
}

// leave logs the client out. It sees itself leave its rooms.
func (c *Client) leave() {
	for _, room := range c.chat.Rooms() {
		c.send(protocol.IRCSource(c.nick), "PART", room)
	}
	c.bot = false
	c.ask(protocol.ViewNothing, "", "logout").Hide = Everything
}

// rename gives a guest another name: it is another guest then, in the same rooms. If it can't have the name it keeps the old one.
func (c *Client) rename(nick string) {
	old, rooms := c.nick, c.chat.Rooms()
	c.ask(protocol.ViewNothing, "", "logout").Hide = Everything
	c.ask(protocol.ViewNothing, "", "guest", nick).Hide = Everything
	c.then(func() {
		if c.chat.LoggedIn() {
			c.joinAgain(rooms)
			c.then(func() {
				c.nick = c.chat.Name()
				c.send(protocol.IRCSource(old), "NICK", c.nick)
			})
			return
		}
		c.numeric("433", nick, "Nickname is already in use")
		c.ask(protocol.ViewNothing, "", "guest", old).Hide = Everything
		c.then(func() {
			if c.chat.LoggedIn() {
				c.joinAgain(rooms)
			} else {
				c.closing("You could not keep your name")
			}
		})
	})
}

// joinAgain has a guest whose client is in some rooms be in these, and be what it was. The client is told of those where it may not come in again.
func (c *Client) joinAgain(rooms []string) {
	c.each(rooms, func(room string) {
		c.joining = commands.RoomKey(room)
		c.ask(protocol.ViewNothing, "", "join", room).Hide = Everything
	})
	c.then(func() {
		c.joining, c.joined = "", ""
		now := c.chat.Rooms()
		for _, room := range rooms {
			if !slices.Contains(now, room) {
				c.send(protocol.IRCSource(c.nick), "PART", room)
			}
		}
		c.introduce()
	})
}

// nickInUse tells that another client has a nick. Before the welcome the client has to find another one.
func (c *Client) nickInUse(nick string) {
	if !c.welcome {
		c.nick = ""
	}
	c.numeric("433", nick, "Nickname is already in use")
}
