package client

import (
	"bufio"
	"context"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// patience is how long a test waits for what must happen.
const patience = 20 * time.Second

// fakeServer is the other end of one connection, played by the test itself.
type fakeServer struct {
	t        *testing.T
	listener net.Listener
	conn     net.Conn
	in       *bufio.Reader
}

func listen(t *testing.T) *fakeServer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.(*net.TCPListener).SetDeadline(time.Now().Add(2 * patience))
	s := &fakeServer{t: t, listener: l}
	t.Cleanup(s.close)
	return s
}

func (s *fakeServer) address() string { return s.listener.Addr().String() }

// accept waits for the client and greets it.
func (s *fakeServer) accept() {
	s.t.Helper()
	conn, err := s.listener.Accept()
	if err != nil {
		s.t.Fatal(err)
	}
	s.conn, s.in = conn, bufio.NewReader(conn)
	s.say("* hello parley/1.0 line=4096 text=2000: Welcome.")
}

func (s *fakeServer) say(lines ...string) {
	s.t.Helper()
	for _, line := range lines {
		if _, err := io.WriteString(s.conn, line+"\r\n"); err != nil {
			s.t.Fatal(err)
		}
	}
}

func (s *fakeServer) expect(want string) {
	s.t.Helper()
	s.conn.SetReadDeadline(time.Now().Add(patience))
	got, err := s.in.ReadString('\n')
	if err != nil || got != want+"\n" {
		s.t.Fatalf("the server read %q (%v), want %q", got, err, want)
	}
}

// exchange expects a line and answers it.
func (s *fakeServer) exchange(line string, answer ...string) {
	s.t.Helper()
	s.expect(line)
	s.say(answer...)
}

// expectEnd wants the client to be done sending, in good order.
func (s *fakeServer) expectEnd() {
	s.t.Helper()
	s.conn.SetReadDeadline(time.Now().Add(patience))
	if rest, err := io.ReadAll(s.in); err != nil || len(rest) > 0 {
		s.t.Fatalf("at the end the server read %q (%v), want a clean end", rest, err)
	}
}

func (s *fakeServer) hangUp() { s.conn.Close() }

func (s *fakeServer) close() {
	s.listener.Close()
	if s.conn != nil {
		s.conn.Close()
	}
}

// outcome is what a finished Run has left behind.
type outcome struct {
	exit     int
	out, err string
}

// start runs a client that is not interactive and returns where its outcome
// will arrive.
func start(t *testing.T, o Options) <-chan outcome {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	done := make(chan outcome, 1)
	go func() {
		defer cancel()
		var out, errs strings.Builder
		o.Out, o.Err = &out, &errs
		exit := Run(ctx, o)
		done <- outcome{exit, out.String(), errs.String()}
	}()
	return done
}
