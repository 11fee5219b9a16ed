package torture

import (
	"os/exec"
	"syscall"
)

// command prepares a program to run in a process group of its own, so that a Ctrl-C meant for the checker does not end it too.
func command(name string, args ...string) *exec.Cmd {
	c := exec.Command(name, args...)
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return c
}
