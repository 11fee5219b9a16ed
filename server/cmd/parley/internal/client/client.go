// Package client is parley's own terminal client. At a terminal it is a chat
// window in one line; everywhere else it is a pipe that speaks the protocol
// line by line, for scripts.
package client

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"os"

	"golang.org/x/term"

	"parley/internal/language"
	"parley/server/cmd/parley/internal/client/link"
	fullscreen "parley/server/cmd/parley/internal/client/screen"
)

// What Run returns, fit for os.Exit.
const (
	ExitOK        = 0 // every line was answered with +, or the user left
	ExitFailed    = 1 // a line was refused or not answered, or the connection was lost
	ExitNoConnect = 2 // there never was a connection
)

// Options says where to connect, and what to read and write.
type Options struct {
	// Address is "host", "host:port", "::1" or "[::1]:port". Empty means
	// localhost. The port is 8888 if none is given, 8889 with TLS.
	Address string
	// Send holds the lines to send instead of In. With it the client is never
	// interactive.
	Send []string
	// TLS is nil for a plain connection. An empty ServerName becomes the host
	// of Address.
	TLS *tls.Config
	// Name logs in before anything else is sent, with Token, which stands where
	// the password does.
	Name, Token string
	// JSON has the server write objects. The client is never interactive then,
	// and changes nothing of what goes through it.
	JSON bool
	// Plain has an interactive client leave the screen as it is, but for one line
	// at the bottom.
	Plain bool
	// Language is that of the client's own sentences for people.
	Language language.Language
	// Servers are those that are shown together if Run takes the whole screen.
	// Address, TLS, Name and Token are not used then.
	Servers []fullscreen.Server
	// In, Out and Err are the three standard streams. The client is interactive
	// if In and Out are terminals, Send is empty and JSON is not set. Nothing but
	// the server's lines goes to Out unless it is interactive.
	In       io.Reader
	Out, Err io.Writer
}

// Run connects, talks until either side ends it or ctx is done, and returns one
// of the Exit codes. An interactive Run handles the signals that would end the
// process, so that the terminal is restored. Run may leave a goroutine behind
// that is blocked reading In: it is meant to be the last thing a process does.
func Run(ctx context.Context, o Options) int {
	if FullScreen(o) {
		return runScreen(ctx, o)
	}
	address, err := link.Resolve(o.Address, o.TLS != nil)
	if err != nil {
		complain(o.Err, err)
		return ExitNoConnect
	}
	server, err := link.Dial(ctx, address, o.TLS)
	if err != nil {
		complain(o.Err, fmt.Errorf("cannot connect to %s: %w", address, err))
		return ExitNoConnect
	}
	defer server.Close()
	if err := talk(ctx, server, o); err != nil {
		complain(o.Err, err)
		return ExitFailed
	}
	return ExitOK
}

func talk(ctx context.Context, server *link.Link, o Options) error {
	in, out, atTerminal := terminals(o)
	var said []string
	if atTerminal && o.Language != language.English {
		var err error
		if said, err = speak(ctx, server, o.Language); err != nil {
			return err
		}
	}
	shown, err := begin(ctx, server, o)
	if err != nil {
		return err
	}
	if atTerminal {
		return interact(ctx, server, in, out, append(said, shown...), o)
	}
	return runPipe(ctx, server, o, shown)
}

// terminals returns the two ends of the user's terminal, if there is a user at
// one that can move its cursor.
func terminals(o Options) (in, out *os.File, ok bool) {
	in, inFile := o.In.(*os.File)
	out, outFile := o.Out.(*os.File)
	ok = len(o.Send) == 0 && !o.JSON && inFile && outFile && os.Getenv("TERM") != "dumb" &&
		term.IsTerminal(int(in.Fd())) && term.IsTerminal(int(out.Fd()))
	return in, out, ok
}

func complain(w io.Writer, err error) {
	if err != errRefused {
		fmt.Fprintf(w, "parley: %s\n", link.Clean(err.Error()))
	}
}
