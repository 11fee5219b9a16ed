package main

import (
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// process is a client that runs by itself, and what it has printed.
type process struct {
	t     *testing.T
	name  []string
	pid   int
	ended chan error
	out   collected
}

// start starts a client in a pipe: it reads input, and then the end of it. It and all that it has started end with the test.
func start(t *testing.T, env []string, input string, command ...string) *process {
	t.Helper()
	need(t, command[0])
	p := &process{t: t, name: command, ended: make(chan error, 1)}
	// By way of env, so that it is looked for where the client's environment says.
	run := exec.Command("env", append([]string{"--"}, command...)...)
	run.Env = env
	run.Stdin, run.Stdout, run.Stderr = strings.NewReader(input), &p.out, &p.out
	run.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	p.pid = run.Process.Pid
	go func() { p.ended <- run.Wait() }()
	t.Cleanup(p.kill)
	return p
}

// kill is kill -9, for the client and all that it has started.
func (p *process) kill() { _ = syscall.Kill(-p.pid, syscall.SIGKILL) }

// end waits until the client ends by itself. It returns all that was printed.
func (p *process) end() (printed string, err error) {
	p.t.Helper()
	select {
	case err := <-p.ended:
		return p.out.String(), err
	case <-time.After(soon):
		p.t.Fatalf("%q does not end, after\n%s", p.name, p.out.String())
		return "", nil
	}
}

// prints waits until the client has printed the text.
func (p *process) prints(text string) {
	p.t.Helper()
	if !comesTrue(func() bool { return strings.Contains(p.out.String(), text) }) {
		p.t.Fatalf("%q has not printed %q, but\n%s", p.name, text, p.out.String())
	}
}

// runClient runs a client in a pipe to its end, which must be a good one. It returns all that was printed.
func runClient(t *testing.T, input string, command ...string) string {
	t.Helper()
	out, err := start(t, clientEnv(t.TempDir()), input, command...).end()
	if err != nil {
		t.Errorf("%q: %v, after\n%s", command, err, out)
	}
	return out
}
