package client

import (
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"parley/protocol"
	"parley/server/cmd/parley/internal/client/input"
	"parley/server/cmd/parley/internal/client/link"
	"parley/server/cmd/parley/internal/client/render"
	"parley/server/cmd/parley/internal/client/terminal"
	"parley/server/cmd/parley/internal/client/typed"
)

const linePrompt = "> "

// chat is an interactive session. One line at a time is with the server; what
// is typed meanwhile waits in queue, so that an answer, or a question for a
// password, is known to belong to the line before it.
type chat struct {
	server *link.Link
	said   []string // what the server has said before the chat began
	in     *terminal.Input
	out    row
	input  input.Model
	seen   seen
	style  render.Style
	place  place

	queue    []typedLine
	sent     string // the line that was sent last
	waiting  bool   // for the answer to sent
	prompted bool   // the next line completes sent
	question string // what the prompt says, or "" for the usual one
	expected int    // passwords still to be typed for the line typed last

	leaving bool
	closed  bool        // nothing more is to be done
	err     error       // why it is closed, if it should not be
	retry   *time.Timer // running while sent is held back after a refusal
	parting *time.Timer // running while leaving

	printed   bool // the row of the input has been overwritten
	redrawing bool // Bubble Tea has been told so
}

type typedLine struct {
	text   string
	room   string // for which it is meant, unless it is a command
	secret bool
}

func newChat(server *link.Link, in *terminal.Input, out row, said []string, style render.Style) *chat {
	c := &chat{server: server, in: in, out: out, said: said, input: input.New(style.Language), style: style, place: newPlace(),
		retry: stoppedTimer(), parting: stoppedTimer()}
	c.input.Complete = c.seen.complete
	return c
}

// stoppedTimer returns a timer that does not fire before it is reset.
func stoppedTimer() *time.Timer {
	t := time.NewTimer(time.Hour)
	t.Stop()
	return t
}

// hidden says whether what is being typed is a password.
func (c *chat) hidden() bool {
	return c.expected > 0 || (c.prompted && len(c.queue) == 0)
}

// prompt shows where the line that is being typed will go. The lobby needs no name.
func (c *chat) prompt() string {
	if c.place.next == lobby {
		return linePrompt
	}
	return c.place.next + linePrompt
}

// press does what the user typed.
func (c *chat) press(key tea.KeyPressMsg) error {
	switch name := key.String(); {
	case name == "ctrl+c", name == "ctrl+d" && c.leaving:
		return c.interrupt()
	case c.leaving:
	case name == "ctrl+d" && c.input.Value() == "":
		return c.leave()
	case name == "enter", name == "ctrl+j":
		return c.enter()
	case name == "ctrl+l":
		return c.clear()
	default:
		c.input.Update(key)
	}
	return nil
}

// paste takes what was pasted as if it had been typed.
func (c *chat) paste(text string) error {
	lines := strings.FieldsFunc(text, func(r rune) bool { return r == '\r' || r == '\n' })
	for i, line := range lines {
		if c.leaving {
			return nil
		}
		c.input.Update(tea.PasteMsg{Content: line})
		if i == len(lines)-1 && !strings.ContainsAny(text[len(text)-1:], "\r\n") {
			return nil
		}
		if err := c.enter(); err != nil {
			return err
		}
		c.ask()
	}
	return nil
}

// enter takes the line that was typed.
func (c *chat) enter() error {
	hidden, question := c.hidden(), c.input.View()
	line := c.input.Take()
	if line == "" || (!hidden && isBlank(line)) {
		return nil
	}
	if hidden {
		c.print(question)
		c.expected = max(c.expected-1, 0)
		c.queue = append(c.queue, typedLine{text: line, secret: true})
		return c.pump()
	}
	shown, _ := typed.Masked(line)
	c.print(c.prompt() + shown)
	if isQuit(line) || strings.TrimSpace(line) == "exit" {
		return c.leave()
	}
	c.expected = typed.PasswordsAsked(line)
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
	return c.server.Send(c.sent)
}

// hearAll takes what the server has said.
func (c *chat) hearAll(h heard) error {
	for _, line := range h.lines {
		if err := c.hear(line); err != nil || c.closed {
			return err
		}
	}
	if !h.ended {
		return nil
	}
	c.closed = true
	return c.ended()
}

// hear takes one line of the server.
func (c *chat) hear(line string) error {
	reply, err := protocol.ParseReply([]byte(line))
	if err != nil {
		c.print(line)
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
	c.seen.hear(reply)
	c.style.Self, c.style.Now = c.place.name, time.Now()
	if text := c.style.Line(reply); text != "" {
		c.print(text)
	}
	if c.place.lost(reply) {
		c.print(c.style.Language.Sprintf("You are not in %s any more, so nothing that you type is said. /go %s takes you to the lobby.", c.place.room, lobby))
	}
	if c.leaving {
		c.parting.Reset(link.PartingQuiet)
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

// asked takes the server's question for a password.
func (c *chat) asked(reply protocol.Reply) error {
	c.waiting, c.prompted = false, true
	c.question = render.Question(reply.Text)
	return c.pump()
}

// answered takes the end of an answer. Passwords that the server did not ask
// for must not be sent as something else.
func (c *chat) answered(reply protocol.Reply) error {
	c.waiting, c.prompted, c.question = false, false, ""
	unasked := false
	for len(c.queue) > 0 && c.queue[0].secret {
		c.queue = c.queue[1:]
		unasked = true
	}
	if len(c.queue) == 0 && c.expected > 0 {
		c.expected = 0
		unasked = c.input.Take() != "" || unasked
	}
	if unasked {
		c.print(c.style.Language.Sprintf("What you typed for the password was not sent: the server did not ask for it."))
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
		return fmt.Errorf("%w; lines not sent: %d", c.server.Lost(), n)
	}
	return c.server.Lost()
}
