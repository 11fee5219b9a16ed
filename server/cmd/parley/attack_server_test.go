package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// target is the program in a process of its own, so that its memory can be seen.
type target struct {
	t       *testing.T
	address string
	command *exec.Cmd
	read    chan struct{} // closed when the log has ended
	chat    *couple       // the users during an attack
	storm   loginCounter

	mu  sync.Mutex
	log []string
}

// startTarget starts the program with its ordinary limits, except where the flags say otherwise. It ends with the test, in order, and must
// not have logged an error.
func startTarget(t *testing.T, listen string, flags ...string) *target {
	t.Helper()
	args := []string{"serve", "--listen", listen, "--store", "sqlite:" + filepath.Join(t.TempDir(), "parley.db"),
		"--store-timeout", soon.String(), "--drain-time", "0s", "--log-level", "debug"}
	s := &target{t: t, read: make(chan struct{}), command: exec.Command(os.Args[0], append(args, flags...)...)}
	s.command.Env = append(os.Environ(), asProgram+"=1")
	stderr, err := s.command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.stop)
	listening := make(chan string, 1)
	go s.follow(bufio.NewScanner(stderr), listening)
	select {
	case s.address = <-listening:
	case <-time.After(soon):
		t.Fatal("the server does not listen")
	}
	return s
}

// follow reads the log.
func (s *target) follow(log *bufio.Scanner, listening chan<- string) {
	defer close(s.read)
	for log.Scan() {
		_, _ = runLog.Write(append(log.Bytes(), '\n'))
		var line struct{ Level, Msg, On string }
		err := json.Unmarshal(log.Bytes(), &line)
		if line.Msg == "listening" {
			listening <- line.On
		}
		if err != nil || line.Level == "error" {
			s.t.Errorf("the server says: %s", log.Text())
		}
		s.mu.Lock()
		s.log = append(s.log, log.Text())
		s.mu.Unlock()
	}
}

// logged counts the lines of the log that hold all of the words.
func (s *target) logged(words ...string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
next:
	for _, line := range s.log {
		for _, word := range words {
			if !strings.Contains(line, word) {
				continue next
			}
		}
		n++
	}
	return n
}

// logs waits until so many lines of the log hold all of the words, and reports whether there are just as many. The log comes by a pipe, so a
// line may arrive after the answer to the command that it is about.
func (s *target) logs(n int, words ...string) bool {
	comesTrue(func() bool { return s.logged(words...) >= n })
	return s.logged(words...) == n
}

func (s *target) stop() {
	_ = s.command.Process.Signal(syscall.SIGTERM)
	select {
	case <-s.read:
	case <-time.After(2 * soon):
		_ = s.command.Process.Kill()
		s.t.Error("the server does not stop")
		<-s.read
	}
	if err := s.command.Wait(); err != nil {
		s.t.Errorf("the server ended with %v", err)
	}
}

// memory is what the server's process has in memory now, and had at most, in MiB.
func (s *target) memory() (now, most int) {
	s.t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.command.Process.Pid))
	if err != nil {
		s.t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		kib, _ := strconv.Atoi(fields[1])
		switch fields[0] {
		case "VmRSS:":
			now = kib >> 10
		case "VmHWM:":
			most = kib >> 10
		}
	}
	return now, most
}

// descriptors counts what the server's process has open.
func (s *target) descriptors() int {
	entries, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", s.command.Process.Pid))
	if err != nil {
		s.t.Fatal(err)
	}
	return len(entries)
}
