package bench

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

const (
	hello = "* hello parley/1.0 line=4096 text=2000: Welcome."
	soon  = 20 * time.Second
)

// scripted is a server with a ready answer to each line of each connection.
func scripted(t *testing.T, first string, answers ...string) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				fmt.Fprint(c, first+"\r\n")
				in := bufio.NewScanner(c)
				for i := 0; i < len(answers) && in.Scan(); i++ {
					fmt.Fprint(c, answers[i]+"\r\n")
				}
			}()
		}
	}()
	return l.Addr().String()
}

func testOptions(address string) Options {
	return Options{
		Address: address, Clients: 2, Senders: 1, Rate: 1000, Window: 1, Length: time.Second,
		Size: 64, Prefix: "x", Password: "long enough", Patience: soon, Progress: io.Discard,
	}
}

func TestWhyNobodyGetsIn(t *testing.T) {
	for _, test := range []struct {
		name, address, want string
	}{
		{"not parley", scripted(t, "220 mail.example ESMTP"), "is no parley server"},
		{"full", scripted(t, "! full: Your address has as many connections as it may have."), "--trust"},
		{"another password", scripted(t, hello, "- register name-taken x1: That name is taken.", "- login bad-credentials: Wrong."), "PARLEY_BENCH_PASSWORD"},
		{"too many accounts", scripted(t, hello, "- register rate-limited retry=720: Too often."), "Too often. (A server limits strangers"},
		{"no such thing", scripted(t, hello, "- register forbidden: Ask the operator."), "/register was refused (forbidden): Ask the operator."},
		{"goes away", scripted(t, hello, "! draining: The server is going down."), "(draining)"},
	} {
		_, err := Run(t.Context(), testOptions(test.address))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: the error is %v, want %q", test.name, err, test.want)
		}
	}
}

func TestWhyNobodyGetsIntoARoom(t *testing.T) {
	for answer, want := range map[string]string{
		"- join too-many-rooms #x1-1: You are in too many rooms.": "/join was refused (too-many-rooms): You are in too many rooms.",
		"- join rate-limited retry=720: Too often.":               "Too often.",
		"! draining: The server is going down.":                   "(draining)",
	} {
		o := testOptions(scripted(t, hello, "+ register x", answer))
		o.Rooms = 1
		if _, err := Run(t.Context(), o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: the error is %v, want %q", answer, err, want)
		}
	}
}

// An account of an earlier run is a member already.
func TestMemberAlready(t *testing.T) {
	o := testOptions(scripted(t, hello, "- register name-taken x1: That name is taken.", "+ login x1 waiting=0", "- join already-in-room #x1-1: You are there."))
	o.Rooms, o.Length, o.Patience = 1, time.Millisecond, time.Millisecond
	if _, err := Run(t.Context(), o); err != nil {
		t.Error(err)
	}
}

func TestBusyIsWaitedFor(t *testing.T) {
	address := scripted(t, hello, "- register busy retry=1: Many are logging in.", "+ register x")
	o := testOptions(address)
	o.Length, o.Patience = time.Millisecond, time.Millisecond
	result, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if result.OK {
		t.Error("a server that goes away after the login passes")
	}
}

func TestStamp(t *testing.T) {
	mark := []byte("~abc.")
	for _, s := range []stamp{{0, 1, 0}, {999, 123456, 1 << 40}} {
		text := appendStamp(nil, mark, s)
		if got, ok := parseStamp(text[len(mark):]); !ok || got != s {
			t.Errorf("%s is read as %v, %v", text, got, ok)
		}
	}
	for _, wrong := range []string{"", "1.2.3", "1.2~", "1..3~", "1.x.3~", "1.0.3~", "1.99999999999999999999.3~"} {
		if s, ok := parseStamp([]byte(wrong)); ok {
			t.Errorf("%q is read as %v", wrong, s)
		}
	}
}
