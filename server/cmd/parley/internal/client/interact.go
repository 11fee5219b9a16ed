package client

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	tea "charm.land/bubbletea/v2"

	"parley/server/cmd/parley/internal/client/link"
	"parley/server/cmd/parley/internal/client/render"
	"parley/server/cmd/parley/internal/client/terminal"
)

// interact is the client in one line of a terminal. It begins by what the server has said already. The terminal is as it was when it returns, or
// panics, or the process is told to end.
func interact(ctx context.Context, server *link.Link, in, out *os.File, said []string, o Options) error {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM, syscall.SIGHUP, os.Interrupt)
	defer stop()
	c := newChat(server, terminal.NewInput(in), row{terminal.NewOutput(out)}, said, render.Style{Language: o.Language, Colour: os.Getenv("NO_COLOR") == ""})
	_, err := tea.NewProgram(c, tea.WithContext(ctx), tea.WithoutSignalHandler(), tea.WithInput(c.in), tea.WithOutput(c.out), tea.WithFilter(c.rewrapped)).Run()
	if line := c.input.Value(); line != "" && !c.hidden() {
		fmt.Fprintln(out, c.prompt()+line) // to be copied
	}
	switch {
	case c.err != nil, c.closed, ctx.Err() != nil:
		return c.err
	case err != nil:
		return fmt.Errorf("cannot use this terminal: %w", err)
	}
	return nil
}

// heard is what the server has said, and whether that was all.
type heard struct {
	lines []string
	ended bool
}

// The times that a chat waits for.
type (
	retryTime   struct{}
	partingTime struct{}
)

// Init begins by what has been said already.
func (c *chat) Init() tea.Cmd {
	return func() tea.Msg {
		c.in.TakeTurn()
		return heard{lines: c.said}
	}
}

// listen waits for what does not come from the keyboard, and then for its turn. It is called again after each of them.
func (c *chat) listen() tea.Msg {
	msg := c.await()
	c.in.TakeTurn()
	return msg
}

func (c *chat) await() tea.Msg {
	select {
	case line, more := <-c.server.Lines:
		if !more {
			return heard{ended: true}
		}
		return heard{lines: []string{line}}
	case <-c.retry.C:
		return retryTime{}
	case <-c.parting.C:
		return partingTime{}
	}
}

// Update is what everything of an interactive client happens in.
func (c *chat) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if c.closed {
		return c, nil
	}
	next, err := c.take(msg)
	if next != nil {
		c.in.GiveTurn()
	}
	if err != nil {
		c.err = err
	}
	if c.err != nil || c.closed {
		c.closed = true
		return c, tea.Quit
	}
	c.ask()
	return c, tea.Batch(next, c.redraw())
}

// take does what a message says. It returns what is to be waited for next.
func (c *chat) take(msg tea.Msg) (next tea.Cmd, err error) {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		return nil, c.press(msg)
	case tea.PasteMsg:
		return nil, c.paste(msg.Content)
	case tea.WindowSizeMsg:
		c.input.SetWidth(msg.Width)
	case heard:
		return c.listen, c.hearAll(msg)
	case retryTime:
		return c.listen, c.server.Send(c.sent)
	case partingTime:
		c.closed = true
	default:
		c.redrawing = c.redrawing && msg != tea.ClearScreen()
	}
	return nil, nil
}
