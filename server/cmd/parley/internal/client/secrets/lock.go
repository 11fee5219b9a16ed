package secrets

import (
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// lock keeps other programs from writing a file in a directory, until unlock. The directory itself is locked, so that nothing is left behind. Where the file
// system knows no such locks, there is none.
func lock(directory string) (unlock func(), err error) {
	dir, err := os.Open(directory)
	if err != nil {
		return nil, err
	}
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		err = unix.Flock(int(dir.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return func() { dir.Close() }, nil
		}
		if time.Now().After(end) {
			dir.Close()
			return nil, err
		}
	}
}
