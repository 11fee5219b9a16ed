package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/server/cmd/parley/internal/bench"
)

// benchOptions reads flags of parley bench. The test is short and patient.
func benchOptions(t *testing.T, flags ...string) bench.Options {
	t.Helper()
	args := append([]string{"bench", "--seconds", "1", "--clients", "6", "--rate", "200"}, flags...)
	p, _, err := parseArgs(args)
	if err != nil {
		t.Fatal(err)
	}
	o, err := p.Bench.options()
	if err != nil {
		t.Fatal(err)
	}
	o.Patience, o.Progress = 20*time.Second, io.Discard // a bad server takes all of it
	return o
}

func TestBenchOfAServer(t *testing.T) {
	for _, flags := range [][]string{
		{"--lobby"},
		{"--private"},
		{"--private", "--senders", "3", "--rate", "unlimited", "--window", "8"},
		{"--rate", "unlimited", "--window", "64", "--size", "500"},
		{"--rooms", "3"},
		{"--json-lines", "--rate", "unlimited", "--window", "64"},
		{"--json-lines", "--private"},
		{"--json-lines", "--rooms", "3"},
		{"--rooms", "4", "--clients", "11", "--senders", "6", "--rate", "unlimited", "--window", "8"},
	} {
		t.Run(strings.Join(flags, " "), func(t *testing.T) {
			t.Parallel()
			address := startApp(t, "--message-rate", "unlimited")
			result, err := bench.Run(t.Context(), benchOptions(t, append(flags, "--connect", address)...))
			if err != nil {
				t.Fatal(err)
			}
			if !result.OK || result.Limited || result.Messages == 0 {
				t.Errorf("the result is %+v", result)
			}
		})
	}
}

// The accounts of an earlier run are used again, and the server's limit is kept.
func TestBenchOfALimitedServer(t *testing.T) {
	t.Setenv("PARLEY_BENCH_PASSWORD", aPassword)
	address := startApp(t)
	for range 2 {
		result, err := bench.Run(t.Context(), benchOptions(t, "--connect", address, "--rate", "unlimited"))
		if err != nil {
			t.Fatal(err)
		}
		if !result.OK || !result.Limited || result.Messages < 4*20 {
			t.Errorf("the result is %+v", result)
		}
	}
}

// TestBenchOfABadServer has what the server says go wrong on its way.
func TestBenchOfABadServer(t *testing.T) {
	for _, test := range []struct {
		name     string
		flags    []string
		mischief func(n int, line string) string // done to the nth message that a client is sent
		count    func(*bench.Result) int64
		says     string
	}{
		{"loses", nil, func(n int, line string) string { return pick(n == 7, "", line) },
			func(r *bench.Result) int64 { return r.Lost }, "5 lost."},
		{"doubles", nil, func(n int, line string) string { return pick(n == 7, line+line, line) },
			func(r *bench.Result) int64 { return r.Doubled }, "5 doubled."},
		{"reorders", nil, swapper(),
			func(r *bench.Result) int64 { return r.Reordered }, "out of order."},
		{"changes", nil, func(n int, line string) string { return pick(n == 7, line[:len(line)-3]+"\r\n", line) },
			func(r *bench.Result) int64 { return r.Damaged }, "5 damaged"},
		{"loses an object", []string{"--json-lines"}, func(n int, line string) string { return pick(n == 7, "", line) },
			func(r *bench.Result) int64 { return r.Lost }, "5 lost."},
		{"changes an object", []string{"--json-lines"}, func(n int, line string) string { return pick(n == 7, line[:len(line)-5]+"\"}\r\n", line) },
			func(r *bench.Result) int64 { return r.Damaged }, "5 damaged"},
		{"loses in a room", []string{"--rooms", "2"}, func(n int, line string) string { return pick(n == 7, "", line) },
			func(r *bench.Result) int64 { return r.Lost }, "2 lost."},
		{"tells another room", []string{"--rooms", "2", "--senders", "2"}, teller(),
			func(r *bench.Result) int64 { return r.Forbidden }, "2 delivered though refused or not for this reader."},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			address := relay(t, startApp(t, "--message-rate", "unlimited"), test.mischief)
			o := benchOptions(t, append([]string{"--connect", address, "--senders", "1"}, test.flags...)...)
			result, err := bench.Run(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			var summary bytes.Buffer
			if err := result.WriteSummary(&summary); err != nil {
				t.Fatal(err)
			}
			if result.OK || test.count(result) == 0 || !strings.Contains(summary.String(), test.says) {
				t.Errorf("the result is %+v, and\n%s", result, &summary)
			}
		})
	}
}

func TestBenchExitStatus(t *testing.T) {
	good := startApp(t, "--message-rate", "unlimited")
	bad := relay(t, good, func(n int, line string) string { return pick(n == 3, line+line, line) })
	for address, want := range map[string]int{good: 0, bad: 1} {
		command := exec.Command(os.Args[0], "bench", "--connect", address, "--clients", "2", "--seconds", "1", "--json")
		command.Env = append(os.Environ(), asProgram+"=1")
		out, _ := command.Output()
		var result bench.Result
		if err := json.Unmarshal(out, &result); err != nil {
			t.Fatalf("%v in %s", err, out)
		}
		if got := command.ProcessState.ExitCode(); got != want || result.OK != (want == 0) {
			t.Errorf("the exit status is %d, want %d, and it says %s", got, want, out)
		}
	}
}

func pick(condition bool, yes, no string) string {
	if condition {
		return yes
	}
	return no
}

// swapper has the seventh message wait for the eighth. It is for a relay with any number of connections.
func swapper() func(n int, line string) string {
	held := make(chan string, 100)
	return func(n int, line string) string {
		switch n {
		case 7:
			held <- line
			return ""
		case 8:
			return line + <-held // the same for all: they hear the same
		}
		return line
	}
}

// teller has the members of a room hear the first message of another one behind their seventh.
func teller() func(n int, line string) string {
	var mu sync.Mutex
	first := ""
	room := func(line string) string { return strings.Fields(line)[2] }
	return func(n int, line string) string {
		mu.Lock()
		defer mu.Unlock()
		if first == "" {
			first = line
		}
		return line + pick(n == 7 && room(line) != room(first), first, "")
	}
}

// relay stands between the clients and a server, and does mischief to the messages.
func relay(t *testing.T, server string, mischief func(n int, line string) string) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			if upstream, err := net.Dial("tcp", server); err == nil {
				go pass(client, upstream, mischief)
			}
		}
	}()
	return l.Addr().String()
}

func pass(client, server net.Conn, mischief func(n int, line string) string) {
	go func() {
		_, _ = io.Copy(server, client)
		server.Close()
	}()
	defer client.Close()
	in := bufio.NewReader(server)
	for n := 0; ; {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		if strings.HasPrefix(line, "* all ") || strings.HasPrefix(line, "* say ") || strings.HasPrefix(line, `{"type":"event",`) {
			n++
			line = mischief(n, line)
		}
		_, _ = io.WriteString(client, line)
	}
}
