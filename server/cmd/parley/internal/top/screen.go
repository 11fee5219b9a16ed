package top

import (
	"context"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"parley/server/internal/ops/history"
)

// screen is what Bubble Tea draws.
type screen struct {
	ctx           context.Context
	style         style
	view          view
	width, height int
}

// answer is what a look at the server has brought.
type answer struct {
	h   *history.History
	err error
}

// due says that it is time for the next look.
type due struct{}

// Init looks at the server for the first time.
func (s screen) Init() tea.Cmd { return s.look }

func (s screen) look() tea.Msg {
	h, err := fetch(s.ctx, s.view.address)
	return answer{h, err}
}

// Update looks again and again, until the operator leaves.
func (s screen) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		if key := msg.String(); key == "q" || key == "Q" || key == "ctrl+c" {
			return s, tea.Quit
		}
	case tea.WindowSizeMsg:
		s.width, s.height = msg.Width, msg.Height
	case due:
		return s, s.look
	case answer:
		if s.view.err = msg.err; msg.h != nil {
			s.view.h = msg.h
		}
		return s, tea.Tick(pollTime, func(time.Time) tea.Msg { return due{} })
	}
	return s, nil
}

// View fills the terminal's other screen.
func (s screen) View() tea.View {
	v := tea.NewView(strings.Join(s.style.frame(s.view, s.width, s.height), "\n"))
	v.AltScreen = true
	return v
}
