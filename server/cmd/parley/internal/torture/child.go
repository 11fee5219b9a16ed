package torture

import (
	"os/exec"
	"syscall"
)

// child is a command that a Ctrl-C meant for the checker does not reach.
func child(name string, args ...string) *exec.Cmd {
	command := exec.Command(name, args...)
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return command
}
