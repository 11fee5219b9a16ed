package server

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

const password = "correct horse"

// user is a client as a test sees it: every read must succeed before the deadline.
type user struct {
	net.Conn
	t  testing.TB
	in *bufio.Reader
}

// dial connects and reads the greeting.
func (s *testServer) dial() *user {
	s.t.Helper()
	u := s.dialAt("tcp", s.addr())
	u.want("* hello ")
	return u
}

func (s *testServer) dialAt(network, addr string) *user {
	s.t.Helper()
	c, err := net.DialTimeout(network, addr, deadline)
	if err != nil {
		s.t.Fatal(err)
	}
	return s.newUser(c)
}

func (s *testServer) newUser(c net.Conn) *user {
	u := &user{Conn: c, t: s.t, in: bufio.NewReaderSize(c, 64<<10)}
	s.t.Cleanup(func() { u.Close() })
	return u
}

// join connects and registers, or logs in where the account exists.
func (s *testServer) join(name string) *user {
	s.t.Helper()
	u := s.dial()
	u.enter(name)
	return u
}

func (u *user) enter(name string) {
	u.t.Helper()
	if got := u.ask("/register " + name + " " + password); !strings.HasPrefix(got, "+ register") {
		u.say("/login " + name + " " + password)
		u.want("+ login " + name)
	}
}

// say sends lines.
func (u *user) say(lines ...string) {
	u.t.Helper()
	u.send(strings.Join(lines, "\n") + "\n")
}

// send sends bytes as they are.
func (u *user) send(s string) {
	u.t.Helper()
	u.SetWriteDeadline(time.Now().Add(deadline))
	if _, err := io.WriteString(u.Conn, s); err != nil {
		u.t.Fatal(err)
	}
}

// line reads the next line.
func (u *user) line() string {
	u.t.Helper()
	line, err := u.next()
	if err != nil {
		u.t.Fatalf("no line: %v (after %q)", err, line)
	}
	return line
}

func (u *user) next() (string, error) {
	u.SetReadDeadline(time.Now().Add(deadline))
	line, err := u.in.ReadString('\n')
	if err != nil {
		return line, err
	}
	return strings.TrimSuffix(line, "\r\n"), nil
}

// want reads the next line, which must begin so.
func (u *user) want(prefix string) string {
	u.t.Helper()
	line := u.line()
	if !strings.HasPrefix(line, prefix) {
		u.t.Fatalf("got %q, want %q", line, prefix)
	}
	return line
}

// ask gives a command and returns the line that ends its answer. Events and rows are skipped.
func (u *user) ask(command string) string {
	u.t.Helper()
	u.say(command)
	for {
		if line := u.line(); line[0] == '+' || line[0] == '-' {
			return line
		}
	}
}

// rest reads all lines up to the end, however that comes.
func (u *user) rest() (lines []string) {
	u.t.Helper()
	for {
		line, err := u.next()
		if line != "" {
			lines = append(lines, line)
		}
		if e, ok := err.(net.Error); ok && e.Timeout() {
			u.t.Fatal("the connection does not end")
		}
		if err != nil {
			return lines
		}
	}
}

// wantEnd reads the end of the connection, and that it comes in order.
func (u *user) wantEnd() {
	u.t.Helper()
	if line, err := u.next(); err != io.EOF {
		u.t.Fatalf("got %q, %v; want the end", line, err)
	}
}

// halfClose ends the sending side.
func (u *user) halfClose() {
	u.t.Helper()
	if err := u.Conn.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
		u.t.Fatal(err)
	}
}

// reset ends the connection by a RST.
func (u *user) reset() {
	u.t.Helper()
	if err := u.Conn.(*net.TCPConn).SetLinger(0); err != nil {
		u.t.Fatal(err)
	}
	u.Close()
}

// socket is the client's end of a TCP connection, with TLS or without.
func (u *user) socket() *net.TCPConn {
	if over, ok := u.Conn.(*tls.Conn); ok {
		return over.NetConn().(*net.TCPConn)
	}
	return u.Conn.(*net.TCPConn)
}
