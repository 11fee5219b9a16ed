// Package screen is parley connect as a full screen: rooms and people, the talk, and a line to type into. What it shows is a session.Session for each
// server; it sees to their connections.
package screen

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	tea "charm.land/bubbletea/v2"

	"parley/internal/language"
	"parley/server/cmd/parley/internal/client/terminal"
	"parley/server/cmd/parley/internal/client/typed"
)

// Options says where to connect, and which terminal to use.
type Options struct {
	Servers  []Server // one at least
	Language language.Language
	In, Out  *os.File
	Now      func() time.Time // nil: time.Now
}

// What can be said against it when somebody has left. Why stands on the terminal then.
var (
	ErrNeverConnected = errors.New("there never was a connection")
	ErrUnsent         = errors.New("not everything was sent")
)

// Run shows the screen until the person leaves, the process is told to end, or ctx is done. Then the terminal is as it was, and what was typed but not
// sent stands on it.
func Run(ctx context.Context, o Options) error {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM, syscall.SIGHUP, os.Interrupt)
	defer stop()
	m := newModel(ctx, o)
	defer m.hangUp()
	program := tea.NewProgram(m, tea.WithInput(o.In), tea.WithOutput(terminal.NewOutput(o.Out)), tea.WithoutSignalHandler(), tea.WithFilter(clearing))
	go func() {
		<-ctx.Done()
		program.Send(tea.Quit())
	}()
	_, err := program.Run()
	left := m.remains(o.Out)
	switch {
	case err != nil:
		return fmt.Errorf("the screen has ended: %w", err)
	case !m.reached():
		return ErrNeverConnected
	case left:
		return ErrUnsent
	}
	return nil
}

// clearing has the last frame be empty. Of what stands on the screen when it is left, tmux puts a row between those that it shows again, if the window has
// grown.
func clearing(m tea.Model, msg tea.Msg) tea.Msg {
	if _, ok := msg.(tea.QuitMsg); ok {
		m.(*model).left = true
	}
	return msg
}

func (m *model) hangUp() {
	for _, s := range m.servers {
		s.hangUp()
	}
}

// reached says that some server was.
func (m *model) reached() bool {
	for _, s := range m.servers {
		if s.reached {
			return true
		}
	}
	return false
}

// remains writes what was typed and not sent, so that it can be copied, and says whether messages are among it. A password stays out of what the terminal
// keeps.
func (m *model) remains(out io.Writer) (unsent bool) {
	m.stow()
	for _, s := range m.servers {
		if !s.reached && s.session.Reason() != "" {
			fmt.Fprintf(out, "%s\n", s.session.Reason())
		}
		if s.draft != "" {
			fmt.Fprintf(out, "%s\n", m.lang().Sprintf("You had typed for %s: %s", s.Name, public(s.draft)))
		}
		for _, u := range s.session.Unsent() {
			unsent = true
			fmt.Fprintf(out, "%s\n", m.lang().Sprintf("It is not known whether this was sent to %s: %s", u.Thread.Name, u.Text))
		}
		for _, t := range s.session.Threads() {
			if t.Draft != "" {
				fmt.Fprintf(out, "%s\n", m.lang().Sprintf("You had typed for %s: %s", t.Name, public(t.Draft)))
			}
		}
	}
	if m.paste != nil {
		fmt.Fprintf(out, "%s\n", m.lang().Sprintf("What you had pasted was not sent."))
	}
	return unsent
}

func public(line string) string {
	line, _ = typed.Masked(line)
	return line
}
