package client

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"time"
)

const (
	dialTimeout  = 10 * time.Second
	writeTimeout = 10 * time.Second
	// longestReply bounds what a server can make us hold, in bytes.
	longestReply = 64 << 10
	// partingQuiet is how long a server that we are leaving may say nothing
	// before we stop listening.
	partingQuiet = 2 * time.Second
)

// link is the connection to the server. It is used by one goroutine; its own
// goroutine only fills lines.
type link struct {
	conn    net.Conn
	address string
	// lines carries what the server says, cleaned and without line ends, and
	// is closed when the connection has ended.
	lines chan string
	done  chan struct{}
}

func dial(ctx context.Context, address string, secure *tls.Config) (*link, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	var conn net.Conn
	var err error
	if secure != nil {
		conn, err = (&tls.Dialer{Config: secure}).DialContext(ctx, "tcp", address)
	} else {
		conn, err = (&net.Dialer{}).DialContext(ctx, "tcp", address)
	}
	if err != nil {
		return nil, bareReason(err)
	}
	l := &link{conn: conn, address: address, lines: make(chan string), done: make(chan struct{})}
	go l.read()
	return l, nil
}

// bareReason drops what net puts around the reason: the caller names the address.
func bareReason(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return errors.New("no answer")
	}
	if reason := untrusted(err); reason != nil {
		return reason
	}
	var call *os.SyscallError
	var op *net.OpError
	switch {
	case errors.As(err, &call):
		return call.Err
	case errors.As(err, &op):
		return op.Err
	}
	return err
}

func (l *link) read() {
	defer close(l.lines)
	in := bufio.NewScanner(l.conn)
	in.Buffer(nil, longestReply)
	in.Split(wholeLines)
	for in.Scan() {
		select {
		case l.lines <- clean(in.Text()):
		case <-l.done:
			return
		}
	}
}

// wholeLines splits as bufio.ScanLines does, but a line that the end of the
// connection cut short is not a line.
func wholeLines(data []byte, atEOF bool) (advance int, token []byte, err error) {
	if bytes.IndexByte(data, '\n') < 0 && atEOF {
		return len(data), nil, nil
	}
	return bufio.ScanLines(data, false)
}

// send writes one line, which must be sendable.
func (l *link) send(line string) error {
	l.conn.SetWriteDeadline(time.Now().Add(writeTimeout))
	if _, err := l.conn.Write([]byte(line + "\n")); err != nil {
		return l.lost()
	}
	return nil
}

// part tells the server that nothing more will be sent. What it still has for
// us keeps arriving on lines: a message whose bytes have arrived counts as
// received, so it must be shown.
func (l *link) part() {
	if half, ok := l.conn.(interface{ CloseWrite() error }); ok {
		half.CloseWrite()
	}
}

func (l *link) lost() error {
	return fmt.Errorf("the connection to %s was lost", l.address)
}

func (l *link) close() {
	close(l.done)
	l.conn.Close()
}
