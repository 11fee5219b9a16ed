package main

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A server that can't accept any more is of no use. It says so, and ends with a status that makes systemd start it again.
func TestServerThatCannotAccept(t *testing.T) {
	run := exec.Command(os.Args[0], testFlags(t)...)
	run.Env = append(clientEnv(t.TempDir()), asProgram+"=1")
	log := &programLog{}
	run.Stdout, run.Stderr = log, log
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	defer run.Process.Kill()
	address := log.told(t, "listening")
	// evio does not notice that its loop ends in the very first moment (see evloop), and so nor does the server. It has settled when it answers.
	alice, _ := call(t, address)
	if got := alice.ask(t, "/register alice correct horse"); got != "+ register alice" {
		t.Fatal(got)
	}
	// The server keeps descriptors free below its limit. If the limit is lowered while it runs, it fares as on a machine that has none left.
	if err := unix.Prlimit(run.Process.Pid, unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 3, Max: 3}, nil); err != nil {
		t.Fatal(err)
	}
	// A server that ends resets what waits to be accepted, and that may come before the dial has seen that it is connected.
	if c, err := net.Dial("tcp", address); err == nil {
		defer c.Close()
	}
	ended := make(chan error, 1)
	go func() { ended <- run.Wait() }()
	select {
	case err := <-ended:
		if failed := new(exec.ExitError); !errors.As(err, &failed) || failed.ExitCode() != 1 {
			t.Errorf("it ended with %v, want status 1", err)
		}
	case <-time.After(soon):
		t.Fatalf("the program does not end; it says\n%s", log)
	}
	for _, want := range []string{"the server ends because it can't accept connections any more", "fs.file-max", "the server ended by itself"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("it does not say %q, but\n%s", want, log)
		}
	}
}
