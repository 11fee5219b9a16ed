package main

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// startLimited runs the program in a process with so few descriptors. It must end in order with the test.
func startLimited(t *testing.T, descriptors int, flags ...string) (address string) {
	t.Helper()
	args := append([]string{"-c", fmt.Sprintf(`ulimit -n %d; exec "$0" "$@"`, descriptors), os.Args[0],
		"serve", "--listen", "127.0.0.1:0", "--store", "sqlite:" + filepath.Join(t.TempDir(), "parley.db"), "--store-timeout", soon.String()}, flags...)
	cmd := exec.Command("sh", args...)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	log, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	listening := regexp.MustCompile(`listening.*(127\.0\.0\.1:\d+)`)
	address, lines, read := "", bufio.NewScanner(log), make(chan struct{})
	for address == "" && lines.Scan() {
		if found := listening.FindStringSubmatch(lines.Text()); found != nil {
			address = found[1]
		}
	}
	go func() {
		defer close(read)
		for lines.Scan() {
			if strings.Contains(strings.ToLower(lines.Text()), "error") {
				t.Errorf("logged: %s", lines.Text())
			}
		}
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		<-read
		if err := cmd.Wait(); err != nil {
			t.Errorf("the server ended with %v", err)
		}
	})
	if address == "" {
		t.Fatal("the server does not listen")
	}
	return address
}

// caller is a connection of a storm.
type caller struct {
	net.Conn
	in *bufio.Reader
}

// call connects and returns the first line; it is empty where the connection was closed at once.
func call(t *testing.T, address string) (c *caller, first string) {
	t.Helper()
	conn, err := net.DialTimeout("tcp", address, soon)
	if err != nil {
		t.Error(err)
		return nil, ""
	}
	t.Cleanup(func() { conn.Close() })
	c = &caller{conn, bufio.NewReader(conn)}
	first, err = c.line()
	if errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error("a connection is neither let in nor sent away")
	}
	return c, first
}

func (c *caller) line() (string, error) {
	c.SetReadDeadline(time.Now().Add(soon))
	line, err := c.in.ReadString('\n')
	return strings.TrimSpace(line), err
}

// ask gives a command and returns the line that ends its answer.
func (c *caller) ask(t *testing.T, command string) string {
	t.Helper()
	if _, err := fmt.Fprintln(c, command); err != nil {
		t.Fatal(err)
	}
	for {
		line, err := c.line()
		if err != nil {
			t.Fatalf("%s: %v", command, err)
		}
		if line[0] == '+' || line[0] == '-' {
			return line
		}
	}
}

// storm lets many connect at once and returns those who were let in. The others are told so, or closed where even that takes
// too much.
func storm(t *testing.T, address string, callers int) (in []*caller) {
	var mu sync.Mutex
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			c, first := call(t, address)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case strings.HasPrefix(first, "* hello "):
				in = append(in, c)
			case first != "" && !strings.HasPrefix(first, "! full: "):
				t.Errorf("the first line was %q", first)
			case c != nil:
				c.Close()
			}
		})
	}
	all.Wait()
	return in
}

// When the descriptors run out newcomers are sent away. Nobody else is disturbed, and there is room again when some have left. Each loop more needs some
// for itself.
func TestFewDescriptors(t *testing.T) {
	for _, c := range []struct{ descriptors, shards, kept int }{{64, 1, 32}, {100, 1, 32}, {150, 4, 32 + 3*10}} {
		t.Run(fmt.Sprintf("%d descriptors, %d shards", c.descriptors, c.shards), func(t *testing.T) {
			address := startLimited(t, c.descriptors, "--shards", fmt.Sprint(c.shards))
			var users []*caller
			for _, name := range []string{"alice", "bob"} {
				c, _ := call(t, address)
				if got := c.ask(t, "/register "+name+" correct horse"); got != "+ register "+name {
					t.Fatal(got)
				}
				users = append(users, c)
			}
			chat := func() {
				t.Helper()
				for _, command := range []string{"/all hello", "/msg alice hello", "/msg bob hello", "/history", "/who"} {
					for _, u := range users {
						if got := u.ask(t, command); got[0] != '+' {
							t.Errorf("%s: %s", command, got)
						}
					}
				}
			}
			want := c.descriptors*9/10 - c.kept - len(users)
			var in []*caller
			for range 3 {
				in = append(in, storm(t, address, 150)...)
				chat()
			}
			if len(in) != want {
				t.Errorf("%d were let in, there is room for %d", len(in), want)
			}
			if _, first := call(t, address); !strings.HasPrefix(first, "! full: ") {
				t.Errorf("the first line was %q", first)
			}
			for _, c := range in[:5] {
				c.ask(t, "/quit")
				c.Close()
			}
			back := 0
			for begin := time.Now(); back < 5 && time.Since(begin) < soon; {
				if _, first := call(t, address); strings.HasPrefix(first, "* hello ") {
					back++
				}
			}
			if back < 5 {
				t.Errorf("only %d were let in again", back)
			}
			chat()
		})
	}
}
