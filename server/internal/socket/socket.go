// Package socket makes the system calls on sockets that neither evio nor the standard library makes for us. None of them blocks.
package socket

import (
	"errors"

	"golang.org/x/sys/unix"
)

// Interest is what an epoll is told about the input of a connection.
type Interest uint8

const (
	Always   Interest = iota // input is reported until this is changed; evio sets it when it has accepted
	Once                     // the next input is reported
	Disarmed                 // nothing is reported, not even a hang-up; the kernel changes Once to this when it has reported
	Never                    // only a hang-up is reported
)

// Again reports whether an error means that the call would have had to wait.
func Again(err error) bool {
	return errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EINTR)
}
