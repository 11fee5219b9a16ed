package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// startProgram runs the program as a process of its own, with a store of its own and further flags. It returns the address. The
// program ends with the test, and must not have logged an error.
//
// It is this binary, so that races are looked for in it too. It is not this process, because a client that the test starts while a
// connection is being accepted would inherit that connection.
func startProgram(t *testing.T, flags ...string) (address string) {
	t.Helper()
	address, _ = startLogged(t, flags...)
	return address
}

// startLogged is startProgram for a test that also needs the log.
func startLogged(t *testing.T, flags ...string) (address string, log *programLog) {
	t.Helper()
	run := exec.Command(os.Args[0], append(testFlags(t), flags...)...)
	run.Env = append(clientEnv(t.TempDir()), asProgram+"=1")
	log = &programLog{}
	run.Stdout, run.Stderr = log, log
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- run.Wait() }()
	t.Cleanup(func() { stopProgram(t, run.Process, ended, log) })
	return log.told(t, "listening"), log
}

// stopProgram ends the program as an operator does.
func stopProgram(t *testing.T, program *os.Process, ended chan error, log *programLog) {
	t.Helper()
	_ = program.Signal(syscall.SIGTERM)
	select {
	case err := <-ended:
		if err != nil || strings.Contains(log.String(), `"level":"error"`) {
			t.Errorf("the program ended with %v and says\n%s", err, log)
		}
	case <-time.After(soon):
		_ = program.Kill()
		t.Errorf("the program does not end; it says\n%s", log)
	}
	_, _ = runLog.Write([]byte(log.String()))
}

// programLog is what the program says.
type programLog struct{ collected }

// told waits until the program has said that it listens in some way, and returns the first address.
func (l *programLog) told(t *testing.T, listening string) (address string) {
	t.Helper()
	if !comesTrue(func() bool { address = l.entry(listening).On; return address != "" }) {
		t.Fatalf("nothing says %q; the program says\n%s", listening, l)
	}
	return address
}

// entry is the first one with that message.
func (l *programLog) entry(message string) (found struct{ Msg, On string }) {
	for line := range strings.Lines(l.String()) {
		entry := found
		if json.Unmarshal([]byte(line), &entry) == nil && entry.Msg == message {
			return entry
		}
	}
	return found
}
