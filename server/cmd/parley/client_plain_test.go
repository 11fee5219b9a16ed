package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"regexp"
	"strings"
	"testing"
	"time"
)

// aPassword is everybody's password here. It is long enough, and has a blank in it.
const aPassword = "correct horse"

// plain is a bare TCP connection: the partner of the client under test, or itself under test.
type plain struct {
	t     *testing.T
	conn  *net.TCPConn
	in    *bufio.Reader
	heard strings.Builder
}

// dial opens a connection.
func dial(t *testing.T, address string) *plain {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return newPlain(t, conn.(*net.TCPConn))
}

func newPlain(t *testing.T, conn *net.TCPConn) *plain {
	return &plain{t: t, conn: conn, in: bufio.NewReader(conn)}
}

// dialAs opens a connection and makes an account of that name for it.
func dialAs(t *testing.T, address, name string) *plain {
	t.Helper()
	p := dial(t, address)
	p.says("/register %s %s", name, aPassword)
	p.hears(`\+ register ` + name)
	return p
}

// register makes an account that is not online afterwards.
func register(t *testing.T, address, name string) {
	t.Helper()
	p := dialAs(t, address, name)
	p.says("/quit")
	p.rest()
}

// says sends a line.
func (p *plain) says(format string, args ...any) {
	p.t.Helper()
	p.sends(fmt.Sprintf(format, args...) + "\n")
}

// sends sends bytes as they are.
func (p *plain) sends(text string) {
	p.t.Helper()
	if _, err := io.WriteString(p.conn, text); err != nil {
		p.t.Fatal(err)
	}
}

// ends tells the server that nothing more will be sent.
func (p *plain) ends() {
	p.t.Helper()
	if err := p.conn.CloseWrite(); err != nil {
		p.t.Fatal(err)
	}
}

// hears reads lines until one is, as a whole, what the regular expression says.
func (p *plain) hears(pattern string) {
	p.t.Helper()
	wanted := regexp.MustCompile("^" + pattern + "\r\n$")
	_ = p.conn.SetReadDeadline(time.Now().Add(soon))
	for {
		line, err := p.in.ReadString('\n')
		p.heard.WriteString(line)
		if err != nil {
			p.t.Fatalf("no line %s: %v; there was\n%s", pattern, err, p.heard.String())
		}
		if wanted.MatchString(line) {
			return
		}
	}
}

// rest reads to the end of the connection, which must come in order.
func (p *plain) rest() string {
	p.t.Helper()
	_ = p.conn.SetReadDeadline(time.Now().Add(soon))
	text, err := io.ReadAll(p.in)
	if err != nil {
		p.t.Fatalf("the connection ended with %v, after\n%s", err, text)
	}
	return string(text)
}

// matches compares lines with what each of them must be as a whole.
func matches(t *testing.T, text string, patterns ...string) {
	t.Helper()
	whole := "^" + strings.Join(patterns, "\r?\n") + "\r?\n$"
	if !regexp.MustCompile(whole).MatchString(text) {
		t.Errorf("the lines are\n%s\nand should be\n%s", text, strings.Join(patterns, "\n"))
	}
}
