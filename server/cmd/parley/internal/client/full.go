package client

import (
	"context"
	"errors"
	"os"

	fullscreen "parley/server/cmd/parley/internal/client/screen"
)

// FullScreen says that Run takes the whole screen for these options, and so may have several servers.
func FullScreen(o Options) bool {
	_, _, ok := terminals(o)
	return ok && !o.Plain && os.Getenv("TERM") != ""
}

// runScreen is Run on the whole screen.
func runScreen(ctx context.Context, o Options) int {
	in, out, _ := terminals(o)
	switch err := fullscreen.Run(ctx, fullscreen.Options{Servers: o.Servers, Language: o.Language, In: in, Out: out}); {
	case errors.Is(err, fullscreen.ErrNeverConnected):
		return ExitNoConnect
	case errors.Is(err, fullscreen.ErrUnsent):
		return ExitFailed
	case err != nil:
		complain(o.Err, err)
		return ExitFailed
	}
	return ExitOK
}
