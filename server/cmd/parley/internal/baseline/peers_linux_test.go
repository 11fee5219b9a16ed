package baseline

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Other programs that keep a message until its reader has acknowledged it, for BenchmarkPrivate: what they are started with is here, and how their clients
// speak in jetstream_linux_test.go and lists_linux_test.go.

// pairTargets are the servers for messages between two.
var pairTargets = append(targets[:len(targets):len(targets)],
	target{name: "answering", answers: true},
	target{name: "jetstream", serve: startJetStream, connections: 1, speech: func(clients int) speech { return newJetStream(clients) }},
	target{name: "lists", serve: startLists, connections: 2, speech: func(clients int) speech { return &lists{clients: clients} }},
)

// startJetStream starts nats-server with its streams in files.
func startJetStream(b testing.TB) process {
	dir, port := b.TempDir(), freePort(b)
	return startProgram(b, port, "nats-server", "-a", "127.0.0.1", "-p", port, "-js", "-sd", dir)
}

// startLists starts redis-server with an append-only file, which is written to the disk each second.
func startLists(b testing.TB) process {
	dir, port := b.TempDir(), freePort(b)
	return startProgram(b, port, "redis-server", "--bind", "127.0.0.1", "--port", port, "--dir", dir, "--save", "", "--appendonly", "yes", "--appendfsync", "everysec")
}

func freePort(b testing.TB) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

// startProgram starts a program that is to listen on a port. It is killed with the benchmark. Where it is not installed the benchmark is skipped.
func startProgram(b testing.TB, port, program string, args ...string) process {
	b.Helper()
	if _, err := exec.LookPath(program); err != nil {
		b.Skip(program + " is not installed")
	}
	run := exec.Command(program, args...)
	if err := run.Start(); err != nil {
		b.Fatal(err)
	}
	kill := sync.OnceFunc(func() {
		_ = run.Process.Kill()
		_ = run.Wait()
	})
	b.Cleanup(kill)
	address := net.JoinHostPort("127.0.0.1", port)
	for begun := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		if c, err := net.Dial("tcp", address); err == nil {
			c.Close()
			return process{address, run.Process.Pid, kill}
		}
		if time.Since(begun) > lateAfter*time.Millisecond {
			b.Fatalf("%s does not listen", program)
		}
	}
}

// cpu is what a process has taken of the processors, in steps of 10 ms.
func (p process) cpu(b testing.TB) time.Duration {
	b.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.pid))
	if err != nil {
		b.Fatal(err)
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	user, badUser := strconv.Atoi(fields[11])
	system, badSystem := strconv.Atoi(fields[12])
	if err := errors.Join(badUser, badSystem); err != nil {
		b.Fatal(err)
	}
	return time.Duration(user+system) * 10 * time.Millisecond
}

// whole hands take what has been received and not been used, until it uses no more of it, and keeps the rest.
func (p *peer) whole(in []byte, take func(in []byte) (used int)) {
	if len(p.rest) > 0 {
		p.rest = append(p.rest, in...)
		in = p.rest
	}
	for {
		used := take(in)
		if in = in[used:]; used == 0 || len(in) == 0 {
			break
		}
	}
	p.rest = append(p.rest[:0], in...)
}

// TestLists: a message stays in Redis until its reader has acknowledged it, and each comes once.
func TestLists(t *testing.T) {
	l := newPrivate(t, pairTargets[len(pairTargets)-1], 3)
	l.begin()
	kept := func(list string) int {
		c, err := net.Dial("tcp", l.server.address)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		fmt.Fprintf(c, "LLEN %s\r\n", list)
		line, err := bufio.NewReader(c).ReadString('\n')
		n, wrong := strconv.Atoi(strings.TrimSpace(strings.TrimPrefix(line, ":")))
		if err != nil || wrong != nil {
			t.Fatalf("LLEN is answered %q, %v, %v", line, err, wrong)
		}
		return n
	}
	// It was handed to the reader, who has not looked yet.
	for begun := time.Now(); kept("taken:1") != 1; time.Sleep(time.Millisecond) {
		if time.Since(begun) > lateAfter*time.Millisecond {
			t.Fatal("the message is not kept for its reader")
		}
	}
	for l.heard < 300 {
		l.look()
	}
	l.finish()
	for client := range 6 {
		if n := kept(fmt.Sprint("inbox:", client)) + kept(fmt.Sprint("taken:", client)); n != 0 {
			t.Errorf("%d messages of %s are left when all are acknowledged", n, name(client))
		}
	}
}

// TestJetStream: every message is in the stream, came once, and was acknowledged.
func TestJetStream(t *testing.T) {
	l := newPrivate(t, pairTargets[len(pairTargets)-2], 3)
	l.begin()
	for l.heard < 300 {
		l.look()
	}
	l.finish()
	ask := l.speech.(*jetStream).ask
	var stream struct{ State struct{ Messages int } }
	if err := json.Unmarshal(ask(l, "$JS.API.STREAM.INFO.PAIRS", ""), &stream); err != nil || stream.State.Messages != l.sent {
		t.Errorf("%d messages are in the stream, %d were sent; %v", stream.State.Messages, l.sent, err)
	}
	heard := 0
	for client := range 6 {
		// An acknowledgement is not answered, so it may still be on its way.
		for begun := time.Now(); ; time.Sleep(time.Millisecond) {
			var consumer struct {
				Delivered struct {
					Messages int `json:"consumer_seq"`
				}
				Unacked int `json:"num_ack_pending"`
			}
			err := json.Unmarshal(ask(l, fmt.Sprintf("$JS.API.CONSUMER.INFO.PAIRS.c%d", client), ""), &consumer)
			if err == nil && consumer.Unacked == 0 {
				heard += consumer.Delivered.Messages
				break
			}
			if err != nil || time.Since(begun) > lateAfter*time.Millisecond {
				t.Fatalf("%d messages of %s are not acknowledged, %v", consumer.Unacked, name(client), err)
			}
		}
	}
	if heard != l.sent {
		t.Errorf("%d deliveries of %d messages", heard, l.sent)
	}
}
