package client

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"parley/protocol"
	"parley/server/cmd/parley/internal/client/link"
)

// errRefused means that the server's own lines on Out have said what is wrong.
var errRefused = errors.New("a line was refused")

// pipe sends line after line, each only after the one before has been answered,
// and copies what the server says.
type pipe struct {
	server *link.Link
	out    io.Writer
	errs   io.Writer
	place  place
	json   bool // lines are objects, and none is changed

	waiting  bool // for the answer to the line that was sent last
	prompted bool // the next line completes the command that was sent last
	quitting bool
	refused  bool
}

// errInterrupted means that the caller wants an end.
var errInterrupted = errors.New("interrupted")

// runPipe begins by what the server has said already.
func runPipe(ctx context.Context, server *link.Link, o Options, said []string) error {
	p := &pipe{server: server, out: o.Out, errs: o.Err, place: newPlace(), json: o.JSON}
	for _, line := range said {
		if err := p.hear(line); err != nil {
			return err
		}
	}
	input := inputLines(o, server.Done())
	for {
		next := input
		if p.waiting {
			next = nil
		}
		var err error
		select {
		case line, more := <-next:
			if !more {
				return p.finish(ctx)
			}
			err = p.say(line)
		case line, more := <-server.Lines:
			if !more {
				return server.Lost()
			}
			err = p.hear(line)
		case <-ctx.Done():
			return errInterrupted
		}
		if err != nil {
			return err
		}
		if p.quitting && !p.waiting {
			return p.finish(ctx)
		}
	}
}

// inputLines delivers the lines to send, without their ends.
func inputLines(o Options, done <-chan struct{}) <-chan string {
	lines := make(chan string)
	in := o.In
	if len(o.Send) > 0 {
		in = strings.NewReader(strings.Join(o.Send, "\n"))
	}
	go func() {
		defer close(lines)
		reader := bufio.NewReader(in)
		for {
			line, err := reader.ReadString('\n')
			line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
			select {
			case lines <- line:
			case <-done:
				return
			}
			if err != nil {
				return
			}
		}
	}()
	return lines
}

func (p *pipe) say(line string) error {
	if line == "" || (!p.prompted && isBlank(line)) {
		return nil
	}
	if err := link.Sendable(line); err != nil && p.prompted {
		return fmt.Errorf("the answer to the server's question was not sent: %w", err)
	} else if err != nil {
		p.refused = true
		fmt.Fprintf(p.errs, "parley: a line was not sent: %s\n", err)
		return nil
	}
	if !p.prompted && !p.json {
		p.place.follow(line)
		line = p.place.address(line, p.place.next)
	}
	p.waiting, p.prompted = true, false
	return p.server.Send(line)
}

func (p *pipe) hear(line string) error {
	if _, err := fmt.Fprintln(p.out, line); err != nil {
		return fmt.Errorf("cannot write: %w", err)
	}
	reply, err := protocol.ParseReply([]byte(line))
	if err != nil {
		return nil // not ours to judge: the reader sees it as it is
	}
	if !p.json {
		p.place.hear(reply)
		if newSession(reply) {
			p.place.next = p.place.room
		}
	}
	switch reply.Sigil {
	case protocol.Done, protocol.Failed:
		p.waiting, p.prompted = false, false
		p.quitting = reply.Sigil == protocol.Done && reply.Word == "quit"
		p.refused = p.refused || reply.Sigil == protocol.Failed
	case protocol.Notice:
		if reply.Word == "prompt" {
			p.waiting, p.prompted = false, true
		}
	case protocol.Closing:
		return closedBy(reply)
	}
	return nil
}

// finish leaves after the last answer, still copying what is on its way.
func (p *pipe) finish(ctx context.Context) error {
	if p.prompted {
		return errors.New("the server asks for a password, but there is no further line to answer with")
	}
	p.server.Part()
	for {
		select {
		case line, more := <-p.server.Lines:
			if !more {
				return p.verdict()
			}
			if _, err := fmt.Fprintln(p.out, line); err != nil {
				return fmt.Errorf("cannot write: %w", err)
			}
		case <-time.After(link.PartingQuiet):
			return p.verdict()
		case <-ctx.Done():
			return p.verdict()
		}
	}
}

func (p *pipe) verdict() error {
	if p.refused {
		return errRefused
	}
	return nil
}

func closedBy(reply protocol.Reply) error {
	reason := reply.Text
	if reason == "" {
		reason = reply.Word
	}
	return fmt.Errorf("the server closed the connection: %s", reason)
}
