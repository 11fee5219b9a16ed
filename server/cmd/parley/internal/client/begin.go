package client

import (
	"context"
	"errors"
	"fmt"

	"parley/internal/language"
	"parley/protocol"
	"parley/server/cmd/parley/internal/client/link"
)

// begin says what comes before everything else: that the server shall write objects, and who logs in. It returns the lines of the server that
// are to be shown. In objects, the greeting and the answer to /format are not: the greeting is text, and nobody has asked for the other.
func begin(ctx context.Context, server *link.Link, o Options) (shown []string, err error) {
	if o.JSON {
		failed, _, err := ask(ctx, server, "/format json")
		if err == nil && failed != nil {
			err = errors.New("the server does not write JSON")
		}
		if err != nil {
			return nil, err
		}
	}
	if o.Name != "" {
		failed, lines, err := ask(ctx, server, "/login "+o.Name+" "+o.Token)
		if err == nil && failed != nil {
			err = fmt.Errorf("cannot log in as %s: %s", o.Name, failed.Text)
		}
		if err != nil {
			return nil, err
		}
		shown = lines
	}
	return shown, nil
}

// speak asks the server for its sentences in a language. It returns what the server has said before its answer, which nobody has asked for.
func speak(ctx context.Context, server *link.Link, lang language.Language) (said []string, err error) {
	_, lines, err := ask(ctx, server, "/lang "+lang.String())
	return lines[:max(len(lines)-1, 0)], err
}

// ask sends a line and reads to the end of its answer. It returns all lines up to there, and the last of them if that is a failure.
func ask(ctx context.Context, server *link.Link, line string) (failed *protocol.Reply, lines []string, err error) {
	if err := server.Send(line); err != nil {
		return nil, nil, err
	}
	for {
		select {
		case line, more := <-server.Lines:
			if !more {
				return nil, nil, server.Lost()
			}
			lines = append(lines, line)
			reply, err := protocol.ParseReply([]byte(line))
			switch {
			case err != nil:
			case reply.Sigil == protocol.Closing:
				return nil, nil, closedBy(reply)
			case reply.Sigil == protocol.Failed:
				return &reply, lines, nil
			case reply.Sigil == protocol.Done:
				return nil, lines, nil
			}
		case <-ctx.Done():
			return nil, nil, errInterrupted
		}
	}
}
