// Package link is a client's connection to a server: lines that are cleaned of all that could drive a terminal come out, and lines go in.
package link

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"time"
)

const (
	dialTimeout  = 10 * time.Second
	writeTimeout = 10 * time.Second
	// longestReply bounds what a server can make us hold, in bytes.
	longestReply = 64 << 10
	// linesAhead is how many lines may wait to be taken from Lines; then the server has to wait.
	linesAhead = 64
	// PartingQuiet is how long a server that we are leaving may say nothing
	// before we stop listening.
	PartingQuiet = 2 * time.Second
)

// Link is the connection to a server. It is used by one goroutine, but Close by any; its own goroutine only fills Lines.
type Link struct {
	// Lines carries what the server says, cleaned and without line ends, and is closed when the connection has ended.
	Lines <-chan string

	conn    net.Conn
	address string
	done    chan struct{}
	closing sync.Once
}

// keepAlive notices within 40 seconds that the other end is gone without a word.
var keepAlive = net.KeepAliveConfig{Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 5}

// Dial connects to an address that Resolve has made, with TLS unless secure is nil. The error is the bare reason: the caller names the address.
func Dial(ctx context.Context, address string, secure *tls.Config) (*Link, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	plain := &net.Dialer{KeepAliveConfig: keepAlive}
	var conn net.Conn
	var err error
	if secure != nil {
		conn, err = (&tls.Dialer{NetDialer: plain, Config: secure}).DialContext(ctx, "tcp", address)
	} else {
		conn, err = plain.DialContext(ctx, "tcp", address)
	}
	if err != nil {
		return nil, bareReason(err)
	}
	lines := make(chan string, linesAhead)
	l := &Link{Lines: lines, conn: conn, address: address, done: make(chan struct{})}
	go l.read(lines)
	return l, nil
}

// Reasons of Dial that a caller may tell in its own words.
var (
	ErrNoAnswer  = errors.New("no answer")
	ErrNoHost    = errors.New("there is no host of that name")
	ErrNoTLS     = errors.New("that port does not speak TLS; leave out --tls, or use the port for TLS")
	ErrUntrusted = errors.New("its certificate is not signed by anybody whom this machine trusts; for a certificate or CA of your own, use --tls-ca FILE")
)

// bareReason drops what net puts around the reason: the caller names the address.
func bareReason(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return ErrNoAnswer
	}
	if reason := untrusted(err); reason != nil {
		return reason
	}
	if at := (*net.DNSError)(nil); errors.As(err, &at) && at.IsNotFound {
		return ErrNoHost
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

func (l *Link) read(lines chan<- string) {
	defer close(lines)
	in := bufio.NewScanner(l.conn)
	in.Buffer(nil, longestReply)
	in.Split(wholeLines)
	for in.Scan() {
		select {
		case lines <- Clean(in.Text()):
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

// Send writes one line, which must be Sendable.
func (l *Link) Send(line string) error {
	l.conn.SetWriteDeadline(time.Now().Add(writeTimeout))
	if _, err := l.conn.Write([]byte(line + "\n")); err != nil {
		return l.Lost()
	}
	return nil
}

// Part tells the server that nothing more will be sent. What it still has for
// us keeps arriving on Lines: a message whose bytes have arrived counts as
// received, so it must be shown.
func (l *Link) Part() {
	if half, ok := l.conn.(interface{ CloseWrite() error }); ok {
		half.CloseWrite()
	}
}

// Lost says that the connection was lost, as an error.
func (l *Link) Lost() error {
	return fmt.Errorf("the connection to %s was lost", l.address)
}

// Close ends the connection at once. Done is closed then, and Lines soon after. Whoever finds the connection at its end may call it; once is enough.
func (l *Link) Close() {
	l.closing.Do(func() {
		close(l.done)
		l.conn.Close()
	})
}

// Done is closed by Close.
func (l *Link) Done() <-chan struct{} { return l.done }
