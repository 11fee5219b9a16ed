package bench

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"parley/protocol"
)

const (
	// entering is how many log in at the same time: hashing keeps the server's cores busy with fewer.
	entering = 16
	// longestWait is how long a server may ask one of them to wait before that is told instead.
	longestWait = time.Minute
	// connectTime bounds what is not worth waiting for: a connection, and the greeting.
	connectTime = 10 * time.Second
)

var errInterrupted = errors.New("interrupted")

// enter connects all clients, logs them in, and has them join their rooms. The first error ends it.
func (r *run) enter(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	for i := range r.Clients {
		r.clients = append(r.clients, &client{run: r, index: i, name: r.Prefix + strconv.Itoa(i+1)})
	}
	r.say("%d clients log in at %s\n", r.Clients, r.Address)
	var next, in atomic.Int64
	stop := r.eachSecond(func(int) { r.say("  %d of %d are in\n", in.Load(), r.Clients) })
	defer stop()
	var group sync.WaitGroup
	for range entering {
		group.Go(func() {
			for i := next.Add(1) - 1; i < int64(r.Clients) && ctx.Err() == nil; i = next.Add(1) - 1 {
				if err := r.clients[i].enter(ctx); err != nil {
					cancel(fmt.Errorf("client %d: %w", i+1, err))
				}
				in.Add(1)
			}
		})
	}
	group.Wait()
	if err := context.Cause(ctx); err != context.Canceled {
		return err
	}
	return errInterrupted
}

// enter connects, logs in, and joins its room if there are any. Until then it speaks text.
func (c *client) enter(ctx context.Context) error {
	if err := c.connect(ctx); err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { c.conn.Close() })()
	if err := c.logIn(ctx); err != nil {
		return err
	}
	if c.run.Rooms > 0 {
		if err := c.join(ctx); err != nil {
			return err
		}
	}
	if c.run.Objects {
		return c.chooseObjects()
	}
	return nil
}

// chooseObjects has the connection speak JSON from now on.
func (c *client) chooseObjects() error {
	if _, err := c.conn.Write([]byte("/format json\n")); err != nil {
		return err
	}
	for {
		line, err := c.in.ReadSlice('\n')
		switch {
		case err != nil:
			return err
		case c.run.lines.kind(line) == protocol.Done:
			return nil
		case protocol.Type(line[0]) == protocol.Failed:
			return fmt.Errorf("/format json was refused: %s", bytes.TrimSpace(line))
		}
	}
}

// logIn logs in, to a new account if there is none of the name.
func (c *client) logIn(ctx context.Context) error {
	account := c.name + " " + c.run.Password
	command := "/register"
	reply, code, err := c.insist(ctx, command+" "+account)
	if code == protocol.NameTaken {
		command = "/login"
		reply, code, err = c.insist(ctx, command+" "+account)
	}
	switch {
	case err != nil || code == "":
		return err
	case code == protocol.BadCredentials:
		return fmt.Errorf("the account %s has another password: set PARLEY_BENCH_PASSWORD, or choose another --prefix", c.name)
	}
	return refused(command, code, reply)
}

// join joins the client's room. An account that was used before may be a member already.
func (c *client) join(ctx context.Context) error {
	reply, code, err := c.insist(ctx, "/join "+c.run.room(c.index))
	if err != nil || code == "" || code == protocol.AlreadyInRoom {
		return err
	}
	return refused("/join", code, reply)
}

func refused(command string, code protocol.Code, reply protocol.Reply) error {
	return fmt.Errorf("%s was refused (%s): %s%s", command, code, reply.Text, advice(code))
}

// insist sends a line, again and again as long as the server asks for a little patience. Code is empty if it was done.
func (c *client) insist(ctx context.Context, line string) (reply protocol.Reply, code protocol.Code, err error) {
	for {
		reply, err = c.ask(line)
		if err != nil || reply.Sigil == protocol.Done {
			return reply, "", err
		}
		code, retry := refusal(reply)
		if retry == 0 || retry > longestWait {
			return reply, code, nil
		}
		if err := pause(ctx, retry); err != nil {
			return reply, code, err
		}
	}
}

// connect opens the connection and reads the greeting.
func (c *client) connect(ctx context.Context) error {
	conn, err := (&net.Dialer{Timeout: connectTime}).DialContext(ctx, "tcp", c.run.Address)
	if err != nil {
		return err
	}
	c.conn, c.in = conn, bufio.NewReaderSize(conn, readBuffer)
	_ = conn.SetReadDeadline(time.Now().Add(connectTime))
	line, err := c.in.ReadSlice('\n')
	if err != nil || !bytes.HasPrefix(line, []byte("* hello parley/1.")) {
		if reply, err := protocol.ParseReply(line); err == nil && reply.Sigil == protocol.Closing {
			return closed(reply)
		}
		return fmt.Errorf("%s is no parley server", c.run.Address)
	}
	return conn.SetReadDeadline(time.Time{})
}

// ask sends a line and returns its answer. Events are left out.
func (c *client) ask(line string) (protocol.Reply, error) {
	if _, err := c.conn.Write([]byte(line + "\n")); err != nil {
		return protocol.Reply{}, err
	}
	for {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return protocol.Reply{}, err
		}
		reply, err := protocol.ParseReply(line)
		switch {
		case err != nil:
			return reply, err
		case reply.Sigil == protocol.Done || reply.Sigil == protocol.Failed:
			return reply, nil
		case reply.Sigil == protocol.Closing:
			return reply, closed(reply)
		}
	}
}

func closed(reply protocol.Reply) error {
	return fmt.Errorf("the server closed the connection (%s): %s%s", reply.Word, reply.Text, advice(protocol.Code(reply.Word)))
}

// advice says what an operator can do about a limit that stands in the way of the test.
func advice(code protocol.Code) string {
	switch code {
	case protocol.Full, protocol.Flood, protocol.RateLimited:
		return " (A server limits strangers by their address; --trust ADDRESS/32 lifts that for this machine.)"
	}
	return ""
}

// refusal reads a - line.
func refusal(reply protocol.Reply) (code protocol.Code, retry time.Duration) {
	if len(reply.Fields) == 0 {
		return "unknown", 0
	}
	seconds, _ := reply.Key("retry")
	n, err := strconv.Atoi(seconds)
	if err != nil {
		n = 0
	}
	return protocol.Code(reply.Fields[0]), time.Duration(n) * time.Second
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return errInterrupted
	}
}
