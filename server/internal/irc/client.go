// Package irc turns the lines of an IRC client into what the chat understands.
//
// A Client is the IRC side of one connection: who the client wants to be, its capabilities, how far it has come with saying who it is. It takes a
// line and returns steps: requests for the chat, and lines to be sent as they are. The connection does the steps one after the other. A
// request carries what its answer depends on, and the format writes the answer; see protocol.IRCAsk.
package irc

import (
	"parley/commands"
	"parley/protocol"
)

// Chat is the chat as a client needs it: with its own session.
type Chat interface {
	// Form returns the form of a command, which may be a hidden one.
	Form(command string) *protocol.Form
	// Parse reads a line of text, as people type it.
	Parse(line []byte) protocol.Request
	// SetCaps has the session written to for other capabilities. It must not be logged in.
	SetCaps(caps protocol.IRCCaps)

	// Verified is the account whose password was given, empty if there is none.
	Verified() string
	LoggedIn() bool
	Guest() bool
	Operator() bool
	// Name is the name of the session's account, empty before login.
	Name() string
	// HasGuest reports whether a guest of this name is here.
	HasGuest(name string) bool
	// Rooms are the names of the rooms that the session's account is in.
	Rooms() []string
	// Failure is why the last request failed, nil if it did not. It says nothing about a request that may follow others.
	Failure() *protocol.Error
	Counts() commands.Counts
	// MOTD is the operator's message of the day, empty if there is none.
	MOTD() []string
}

// Step is one thing that a connection does for its client. One of Text, Request, Then, Begin and End is set.
type Step struct {
	Text    []byte            // lines to be sent as they are
	Request *protocol.Request // for the chat; it may refer to the memory of the line
	Hide    Hide              // what of the answer to the request is not shown
	Then    func() []Step     // returns the steps to be done in its place
	Begin   *Answer           // what follows is the answer to a line with a label
	End     bool              // the answer with the label ends
	Close   bool              // behind Text: the connection ends
}

// Hide says what of an answer is not shown.
type Hide uint8

// What is not shown.
const (
	Nothing Hide = iota
	Failure
	Everything
)

// Client is the IRC side of a connection.
type Client struct {
	chat   Chat
	limits *protocol.IRCLimits
	steps  []Step // of the line that is being read

	caps    protocol.IRCCaps
	newest  bool   // it knows version 302 of the negotiation of capabilities
	nick    string // that it has, or wants to have; empty: it has said none that it may have
	refused bool   // a nick that it wanted, before the welcome
	user    bool   // it has said USER
	real    string // the name of a person that it has given there
	pass    string // what it has given as PASS
	pausing bool   // it negotiates capabilities: it does not come in before CAP END
	welcome bool   // it was welcomed: it has come in, or is here without being logged in
	bot     bool   // it says that it is one
	joining string // the key of the room that it is just joining
	joined  string // the name of that room, if it has become a member
	command string // of the line that is being read
	sasl    exchange
	answers int // with a label that there were
}

// NewClient makes the client of a connection.
func NewClient(chat Chat, limits *protocol.IRCLimits) *Client {
	return &Client{chat: chat, limits: limits}
}

// stage is how far a client must have come to give a command.
type stage uint8

const (
	always   stage = iota
	welcomed       // its nick is known
	member         // it is logged in, or a guest
)

// command is one that clients give.
type command struct {
	run   func(c *Client, m *protocol.IRCMessage)
	needs int // parameters
	stage stage
	name  string
}

// Line takes a line. Err is nil, or why the framer has refused the line. It is not called before the steps of the line before it are done, with one
// exception: requests that may follow others need not be answered.
func (c *Client) Line(line []byte, err error) []Step {
	m, parsed := protocol.ParseIRC(line)
	if err == nil {
		err = parsed
	}
	labelled := c.labels() && m.Label != nil
	if labelled {
		c.answers++
		c.steps = append(c.steps, Step{Begin: newAnswer(string(m.Label), c.answers)})
	}
	if err != nil {
		c.refuse(&m, err.(*protocol.Error))
	} else if m.Command != nil {
		c.run(&m)
	}
	if labelled {
		c.steps = append(c.steps, Step{End: true})
	}
	return c.take()
}

// labels reports whether the client's labels are repeated.
func (c *Client) labels() bool {
	const both = protocol.LabeledResponse | protocol.Batch
	return c.caps&both == both
}

// refuse answers a line that can't be read.
func (c *Client) refuse(m *protocol.IRCMessage, err *protocol.Error) {
	c.command = "*"
	switch err.Code {
	case protocol.LineTooLong:
		c.numeric("417", "Input line was too long")
	case protocol.BadUTF8:
		if known, ok := commandOf(m.Command); ok {
			c.command = known.name
		}
		c.fail("INVALID_UTF8", err.Sentence.String())
	default:
		c.fail(string(err.Code), err.Sentence.String())
	}
}

func (c *Client) run(m *protocol.IRCMessage) {
	known, ok := commandOf(m.Command)
	switch {
	case !ok && !c.welcome:
		c.notRegistered()
	case !ok:
		c.numeric("421", string(m.Command), "Unknown command")
	default:
		c.command = known.name
		c.runKnown(known, m)
	}
}

func (c *Client) runKnown(known *command, m *protocol.IRCMessage) {
	switch {
	case known.stage > always && !c.welcome:
		c.notRegistered()
	case m.Len() < known.needs:
		c.tooFew()
	case known.stage == member && !c.chat.LoggedIn():
		c.notLoggedIn(string(m.Param(0)))
	default:
		known.run(c, m)
	}
}

// lacks reports whether one of the first parameters names nothing, and tells the client so.
func (c *Client) lacks(m *protocol.IRCMessage, params int) bool {
	for i := range params {
		if len(split(m.Param(i))) == 0 {
			c.tooFew()
			return true
		}
	}
	return false
}

func (c *Client) tooFew() { c.numeric("461", c.command, "Not enough parameters") }

func (c *Client) notRegistered() { c.numeric("451", "You have not registered") }

// notLoggedIn answers what only those may do who are logged in.
func (c *Client) notLoggedIn(target string) {
	if isChannel(target) {
		c.numeric("477", target, "You are not logged in. "+howToLogIn)
		return
	}
	c.fail(string(protocol.LoginRequired), "You are not logged in. "+howToLogIn)
}

const howToLogIn = "Say /msg NickServ IDENTIFY <password>, or /msg NickServ REGISTER <password> for a new account"

// take returns the steps that were made.
func (c *Client) take() []Step {
	steps := c.steps
	c.steps = nil
	return steps
}

// then has the rest of a line done when all before it is answered.
func (c *Client) then(rest func()) {
	c.steps = append(c.steps, Step{Then: func() []Step {
		rest()
		return c.take()
	}})
}

// each calls a function for one target after the other, each when the steps of the one before are done. So a line with many targets needs no more
// memory than one with few.
func (c *Client) each(targets []string, f func(target string)) {
	if len(targets) == 0 {
		return
	}
	f(targets[0])
	if len(targets) > 1 {
		command := c.command
		c.then(func() {
			c.command = command
			c.each(targets[1:], f)
		})
	}
}

// ask asks the chat for something. The arguments are in the order of the form's parameters; an empty one is not given.
func (c *Client) ask(view protocol.IRCView, arg, form string, args ...string) *Step {
	return c.request(&protocol.IRCAsk{View: view, Arg: arg}, form, args...)
}

// request is ask, for what depends on more.
func (c *Client) request(a *protocol.IRCAsk, form string, args ...string) *Step {
	q := &protocol.Request{Tag: c.tag(a), Form: c.chat.Form(form)}
	q.Name = []byte(q.Form.Name)
	for i, arg := range args {
		if arg != "" {
			q.SetArg(q.Form.Params[i].Name, []byte(arg))
		}
	}
	c.steps = append(c.steps, Step{Request: q})
	return &c.steps[len(c.steps)-1]
}

// tag writes what an answer depends on into a request.
func (c *Client) tag(a *protocol.IRCAsk) []byte {
	a.Caps, a.Command = c.caps, c.command
	if a.Nick == "" {
		a.Nick = c.shown()
	}
	return a.Tag()
}

// shown is the client's nick in what it is told.
func (c *Client) shown() string {
	if c.nick == "" {
		return "*"
	}
	return c.nick
}

// send sends a message. The last parameter may be a text.
func (c *Client) send(source, command string, params ...string) {
	last := len(c.steps) - 1
	if last < 0 || c.steps[last].Text == nil || c.steps[last].Close {
		c.steps = append(c.steps, Step{})
		last++
	}
	c.steps[last].Text = protocol.AppendIRC(c.steps[last].Text, source, command, params...)
}

// numeric sends a message of the server to this client.
func (c *Client) numeric(number string, params ...string) {
	c.send(protocol.IRCServer, number, append([]string{c.shown()}, params...)...)
}

// fail says by a standard reply why a command was refused.
func (c *Client) fail(code string, params ...string) {
	c.send(protocol.IRCServer, "FAIL", append([]string{c.command, code}, params...)...)
}

// closing ends the connection with a reason.
func (c *Client) closing(reason string) {
	line := protocol.Format(protocol.IRC).AppendLine(nil, &protocol.Line{Type: protocol.Closing, Word: string(protocol.Bye), Text: []byte(reason)})
	c.steps = append(c.steps, Step{Text: line, Close: true})
}
