// Package top shows a server's last minutes in a terminal.
package top

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	tea "charm.land/bubbletea/v2"
	"golang.org/x/term"

	"parley/server/cmd/parley/internal/client/terminal"
)

// pollTime is the time between two looks at the server, which has new values every five seconds.
const pollTime = time.Second

// Run shows the server whose --ops address is given, until q or Ctrl-C is pressed or a signal comes. If out is no terminal it writes what there is
// now as plain text, and returns. An error is for the operator to read.
func Run(ctx context.Context, address string, in, out *os.File) error {
	style := style{unicode: speaksUTF8(), colour: os.Getenv("NO_COLOR") == ""}
	if !term.IsTerminal(int(out.Fd())) {
		style.colour = false
		return snapshot(ctx, address, style, out)
	}
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	s := screen{ctx: ctx, style: style, view: view{address: address}}
	_, err := tea.NewProgram(s, tea.WithContext(ctx), tea.WithoutSignalHandler(), tea.WithInput(in), tea.WithOutput(terminal.NewOutput(out))).Run()
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("the terminal can't be used: %w", err)
	}
	return nil
}

// speaksUTF8 reports whether the locale is one of UTF-8, by the rules of POSIX.
func speaksUTF8() bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if locale := strings.ToLower(os.Getenv(name)); locale != "" {
			return strings.Contains(locale, "utf-8") || strings.Contains(locale, "utf8")
		}
	}
	return false
}

// snapshotWidth is how wide a line is that nobody looks at in a terminal.
const snapshotWidth = 100

func snapshot(ctx context.Context, address string, style style, out *os.File) error {
	h, err := fetch(ctx, address)
	if err != nil {
		return err
	}
	lines := style.frame(view{address: address, h: h}, snapshotWidth, 100)
	_, err = fmt.Fprintln(out, strings.Join(lines[:len(lines)-2], "\n"))
	return err
}
