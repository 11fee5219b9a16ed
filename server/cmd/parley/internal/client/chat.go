package client

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"parley/protocol"
)

const (
	linePrompt     = "> "
	passwordPrompt = "password: "
)

// chat is an interactive session. One line at a time is with the server; what
// is typed meanwhile waits in queue, so that an answer, or a question for a
// password, is known to belong to the line before it.
type chat struct {
	server *link
	screen *screen
	editor editor
	style  style
	place  place

	queue    []typedLine
	sent     string // the line that was sent last
	waiting  bool   // for the answer to sent
	prompted bool   // the next line completes sent
	question string // what the prompt says
	expected int    // passwords still to be typed for the line typed last

	leaving bool
	closed  bool        // nothing more is to be done
	retry   *time.Timer // running while sent is held back after a refusal
	parting *time.Timer // running while leaving
}

type typedLine struct {
	text   string
	room   string // for which it is meant, unless it is a command
	secret bool
}

func newChat(server *link, screen *screen, style style) *chat {
	return &chat{server: server, screen: screen, style: style, place: newPlace(), question: passwordPrompt,
		retry: stoppedTimer(), parting: stoppedTimer()}
}

// hidden says whether what is being typed is a password.
func (c *chat) hidden() bool {
	return c.expected > 0 || (c.prompted && len(c.queue) == 0)
}

func (c *chat) refresh() error {
	switch {
	case c.leaving:
		c.screen.erase()
	case c.hidden():
		c.screen.draw(c.question, nil, 0)
	default:
		c.screen.draw(c.prompt(), c.editor.line, c.editor.cursor)
	}
	return c.screen.flush()
}

// prompt shows where the line that is being typed will go. The lobby needs no name.
func (c *chat) prompt() string {
	if c.place.next == lobby {
		return linePrompt
	}
	return c.place.next + linePrompt
}

// endScreen leaves nothing of the prompt behind, but a line that could not be
// finished stays to be copied.
func (c *chat) endScreen() {
	c.screen.erase()
	if len(c.editor.line) > 0 && !c.hidden() {
		c.screen.print(c.prompt() + string(c.editor.line))
	}
	c.screen.flush()
}

// press does what the user typed.
func (c *chat) press(keys []key) error {
	for _, k := range keys {
		var err error
		switch {
		case k == keyInterrupt, k == keyDone && c.leaving:
			err = c.interrupt()
		case c.leaving:
		case k == keyDone && len(c.editor.line) == 0:
			err = c.leave()
		case k == keyDone:
			c.editor.press(keyDelete)
		case k == keyEnter:
			err = c.enter()
		case k == keyClearScreen:
			c.screen.clear()
		case c.hidden() && (k == keyUp || k == keyDown):
		default:
			c.editor.press(k)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// enter takes the line that was typed.
func (c *chat) enter() error {
	hidden, question := c.hidden(), c.question
	line := c.editor.take()
	if line == "" || (!hidden && isBlank(line)) {
		return nil
	}
	if hidden {
		c.screen.print(question)
		c.expected = max(c.expected-1, 0)
		c.queue = append(c.queue, typedLine{text: line, secret: true})
		return c.pump()
	}
	shown, _ := masked(line)
	c.screen.print(c.prompt() + shown)
	c.editor.history.add(line)
	if isQuit(line) || strings.TrimSpace(line) == "exit" {
		return c.leave()
	}
	c.expected = passwordsAsked(line)
	c.queue = append(c.queue, typedLine{text: line, room: c.place.next})
	c.place.follow(line)
	return c.pump()
}

// pump sends the next line if the server has answered the one before.
func (c *chat) pump() error {
	if c.waiting {
		return nil
	}
	if len(c.queue) == 0 {
		c.place.next = c.place.room
		return nil
	}
	next := c.queue[0]
	c.queue = c.queue[1:]
	c.sent = next.text
	if !c.prompted {
		c.sent = c.place.address(next.text, next.room)
	}
	c.waiting, c.prompted = true, false
	return c.server.send(c.sent)
}

// hear takes one line of the server.
func (c *chat) hear(line string) error {
	reply, err := protocol.ParseReply([]byte(line))
	if err != nil {
		c.screen.print(line)
		return nil
	}
	if wait, again := retryIn(reply); again {
		c.holdBack(wait)
		return nil
	}
	if reply.Sigil == protocol.Closing && !c.leaving {
		return closedBy(reply)
	}
	c.place.hear(reply)
	c.style.self = c.place.name
	if text := c.style.render(reply, line, time.Now()); text != "" {
		c.screen.print(text)
	}
	if c.place.lost(reply) {
		c.screen.print("You are not in " + c.place.room + " any more, so nothing that you type is said. /go " + lobby + " takes you to the lobby.")
	}
	if c.leaving {
		c.parting.Reset(partingQuiet)
	}
	switch {
	case reply.Sigil == protocol.Closing:
		c.closed = true
	case reply.Sigil == protocol.Done, reply.Sigil == protocol.Failed:
		return c.answered(reply)
	case reply.Sigil == protocol.Notice && reply.Word == "prompt":
		return c.asked(reply)
	}
	return nil
}

// asked takes the server's question for a password. Only its first sentence is
// shown: others warn of screens that show what is typed, and this one does not.
func (c *chat) asked(reply protocol.Reply) error {
	c.waiting, c.prompted = false, true
	c.question = passwordPrompt
	question, _, _ := strings.Cut(reply.Text, ". ")
	if question = strings.TrimRight(question, " .:"); question != "" {
		c.question = question + ": "
	}
	return c.pump()
}

// answered takes the end of an answer. Passwords that the server did not ask
// for must not be sent as something else.
func (c *chat) answered(reply protocol.Reply) error {
	c.waiting, c.prompted, c.question = false, false, passwordPrompt
	unasked := false
	for len(c.queue) > 0 && c.queue[0].secret {
		c.queue = c.queue[1:]
		unasked = true
	}
	if len(c.queue) == 0 && c.expected > 0 {
		c.expected = 0
		unasked = c.editor.take() != "" || unasked
	}
	if unasked {
		c.screen.print("What you typed for the password was not sent: the server did not ask for it.")
	}
	if back := c.place.back(reply); back != "" {
		c.queue = slices.Insert(c.queue, 0, typedLine{text: back})
	}
	return c.pump()
}

// ended tells what it means that the connection has ended.
func (c *chat) ended() error {
	if c.leaving {
		return nil
	}
	if n := len(c.queue); n > 0 {
		return fmt.Errorf("%w; lines not sent: %d", c.server.lost(), n)
	}
	return c.server.lost()
}
