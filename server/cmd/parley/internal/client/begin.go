package client

import (
	"context"
	"errors"
	"fmt"

	"parley/protocol"
)

// begin says what comes before everything else: that the server shall write objects, and who logs in. It returns the lines of the server that
// are to be shown. In objects, the greeting and the answer to /format are not: the greeting is text, and nobody has asked for the other.
func begin(ctx context.Context, server *link, o Options) (shown []string, err error) {
	if o.JSON {
		failed, _, err := server.ask(ctx, "/format json")
		if err == nil && failed != nil {
			err = errors.New("the server does not write JSON")
		}
		if err != nil {
			return nil, err
		}
	}
	if o.Name != "" {
		failed, lines, err := server.ask(ctx, "/login "+o.Name+" "+o.Token)
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

// ask sends a line and reads to the end of its answer. It returns all lines up to there, and the last of them if that is a failure.
func (l *link) ask(ctx context.Context, line string) (failed *protocol.Reply, lines []string, err error) {
	if err := l.send(line); err != nil {
		return nil, nil, err
	}
	for {
		select {
		case line, more := <-l.lines:
			if !more {
				return nil, nil, l.lost()
			}
			lines = append(lines, line)
			reply, err := parseReply(line)
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
