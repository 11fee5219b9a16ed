package main

import (
	"io"
	"net"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// runClient runs a client in a pipe: it reads input, and then the end of it. It returns all that was printed when the
// client ends by itself.
func runClient(t *testing.T, input string, command ...string) string {
	t.Helper()
	need(t, command[0])
	out := &strings.Builder{}
	client := exec.CommandContext(t.Context(), "env", append([]string{"--"}, command...)...)
	client.Env = clientEnv(t.TempDir())
	client.Stdin, client.Stdout, client.Stderr = strings.NewReader(input), out, out
	client.WaitDelay = time.Second
	late := time.AfterFunc(soon, func() { _ = client.Process.Kill() })
	err := client.Run()
	if !late.Stop() {
		t.Fatalf("%q does not end: %v, after\n%s", command, err, out)
	}
	return out.String()
}

// netcats are the four kinds, and how each is told to end its side when its input ends.
var netcats = []struct {
	name    string
	command []string
	end     []string // what makes it end its side; nil where it does so anyway
	leaves  bool     // whether it ends its side without being told
}{
	{"openbsd", []string{"nc.openbsd"}, []string{"-N"}, false},
	{"traditional", []string{"nc.traditional"}, []string{"-q", "20"}, false},
	{"ncat", []string{"ncat"}, nil, true},
	{"busybox", []string{"busybox", "nc"}, nil, true},
}

// arguments appends to a command.
func arguments(command []string, more ...string) []string {
	return append(command[:len(command):len(command)], more...)
}

func TestNetcatPipe(t *testing.T) {
	for _, nc := range netcats {
		t.Run(nc.name, func(t *testing.T) {
			t.Parallel()
			host, port, _ := net.SplitHostPort(startApp(t))
			out := runClient(t, "/register tess correct horse\r\n#w /who\n/all hello\n/ping without an end",
				append(arguments(nc.command, nc.end...), host, port)...)
			matches(t, out, `\* hello .*`, `\+ register tess`, `#w = user tess .*`, `#w \+ who 1`, `\+ all \d+`, `\+ ping: without an end`)
		})
	}
}

// TestNetcatQuit needs no flag: /quit ends it.
func TestNetcatQuit(t *testing.T) {
	for _, nc := range netcats {
		t.Run(nc.name, func(t *testing.T) {
			t.Parallel()
			host, port, _ := net.SplitHostPort(startApp(t))
			out := runClient(t, "/register tess correct horse\n/who\n/quit\n", arguments(nc.command, host, port)...)
			matches(t, out, `\* hello .*`, `\+ register tess`, `= user tess .*`, `\+ who 1`, `\+ quit`, `! bye: .*`)
		})
	}
}

// TestNetcatStays shows what two kinds do without the flag: they never end their side, and go on listening.
func TestNetcatStays(t *testing.T) {
	for _, nc := range netcats {
		if nc.leaves {
			continue
		}
		t.Run(nc.name, func(t *testing.T) {
			t.Parallel()
			need(t, nc.command[0])
			address := startApp(t)
			ann := dialAs(t, address, "ann")
			host, port, _ := net.SplitHostPort(address)
			client := exec.CommandContext(t.Context(), nc.command[0], host, port)
			client.Stdin = strings.NewReader("/register tess correct horse\n/all hello\n")
			out, err := client.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := client.Start(); err != nil {
				t.Fatal(err)
			}
			ann.hears(`\* all tess: hello`)
			ann.says("/msg tess still there?")
			ann.hears(`\+ msg tess \d+ sent=1`)
			heard := readUntil(t, out, "still there?\r\n")
			matches(t, heard, `\* hello .*`, `\+ register tess`, `\+ all \d+`, `\* msg ann \d+: still there\?`)
			_ = client.Process.Kill()
			_ = client.Wait()
		})
	}
}

// readUntil reads up to the text.
func readUntil(t *testing.T, r io.Reader, text string) string {
	t.Helper()
	var heard strings.Builder
	found := make(chan struct{})
	go func() {
		defer close(found)
		b := make([]byte, 1)
		for !strings.HasSuffix(heard.String(), text) {
			if _, err := r.Read(b); err != nil {
				return
			}
			heard.Write(b)
		}
	}()
	select {
	case <-found:
		return heard.String()
	case <-time.After(soon):
		t.Fatalf("%q was not read", text)
		return ""
	}
}

// TestNetcatPerson is a person at a terminal with each kind.
func TestNetcatPerson(t *testing.T) {
	for _, nc := range netcats {
		t.Run(nc.name, func(t *testing.T) {
			t.Parallel()
			need(t, nc.command[0])
			address := startApp(t)
			host, port, _ := net.SplitHostPort(address)
			term := openTerminal(t, strings.Join(arguments(nc.command, host, port), " "))
			talkBeyondASCII(talk(t, address, term, "/"), term)
			part(term, "/")
		})
	}
}
