package client

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/term"
)

// interact is the client at a terminal, which begins by what the server has said
// already. The terminal is as it was when it returns, or panics, or the process
// is told to end.
func interact(ctx context.Context, server *link, in, out *os.File, said []string) error {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM, syscall.SIGHUP, os.Interrupt)
	defer stop()
	resized := make(chan os.Signal, 1)
	signal.Notify(resized, syscall.SIGWINCH)
	defer signal.Stop(resized)

	before, err := term.MakeRaw(int(in.Fd()))
	if err != nil {
		return fmt.Errorf("cannot use this terminal: %w", err)
	}
	defer term.Restore(int(in.Fd()), before)

	screen := newScreen(out, func() (columns, rows int) { return size(out) })
	c := newChat(server, screen, style{colour: os.Getenv("NO_COLOR") == ""})
	defer c.endScreen()
	for _, line := range said {
		if err := c.hear(line); err != nil {
			return err
		}
	}
	return c.run(ctx, readKeys(in, server.done), resized)
}

// run is the loop that everything of an interactive client happens in.
func (c *chat) run(ctx context.Context, typed <-chan []key, resized <-chan os.Signal) error {
	for {
		if err := c.refresh(); err != nil {
			return err
		}
		var err error
		select {
		case keys, more := <-typed:
			if !more {
				typed = nil
				keys = []key{keyInterrupt}
			}
			err = c.press(keys)
		case line, more := <-c.server.lines:
			if !more {
				return c.ended()
			}
			err = c.hear(line)
		case <-resized: // the screen sees to it when it is drawn
		case <-c.retry.C:
			err = c.repeat()
		case <-c.parting.C:
			return nil
		case <-ctx.Done():
			return nil
		}
		if err != nil || c.closed {
			return err
		}
	}
}

// readKeys reads the keyboard. Its goroutine ends with the input, or with the
// key after done.
func readKeys(in *os.File, done <-chan struct{}) <-chan []key {
	typed := make(chan []key)
	go func() {
		defer close(typed)
		buf := make([]byte, 4096)
		var rest []byte
		for {
			n, err := in.Read(buf)
			keys, unfinished := decodeKeys(append(rest, buf[:n]...))
			rest = append([]byte(nil), unfinished...)
			select {
			case typed <- keys:
			case <-done:
				return
			}
			if err != nil {
				return
			}
		}
	}()
	return typed
}

func size(out *os.File) (columns, rows int) {
	columns, rows, err := term.GetSize(int(out.Fd()))
	if err != nil || columns < 2 || rows < 1 {
		return 80, 24
	}
	return columns, rows
}

// stoppedTimer returns a timer that does not fire before it is reset.
func stoppedTimer() *time.Timer {
	t := time.NewTimer(time.Hour)
	t.Stop()
	return t
}
