package evloop

import (
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"parley/server/internal/socket"
)

// bell wakes a loop: one byte on a unix socket that the loop itself has accepted. It is ordinary input, so it can't be lost.
type bell struct {
	rung atomic.Bool // since it was heard last

	mu sync.Mutex // guards fd; nothing is called under it but send, which never blocks, and close
	fd int        // our end; -1 while there is no loop that hears it
}

// ringAgain is when another try is made if the kernel does not take the byte.
const ringAgain = 10 * time.Millisecond

// Ring has the loop call Handler.Rung. Of several calls before that, the first one does it. It may be called from any
// goroutine and does not block.
func (b *bell) Ring() {
	if b.rung.Swap(true) {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fd < 0 {
		b.rung.Store(false)
		return
	}
	if n, _ := socket.Send(b.fd, []byte{1}); n == 0 {
		// The kernel is short of memory, say. Nobody else may ever ring, so it is up to us to try again.
		b.rung.Store(false)
		time.AfterFunc(ringAgain, b.Ring)
	}
}

// heard lets the next Ring ring again.
func (b *bell) heard() { b.rung.Store(false) }

// connect connects our end to the socket that the loop listens on. It waits in the backlog until the loop runs.
func (b *bell) connect(path string) error {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		return err
	}
	unix.CloseOnExec(fd)
	if err := unix.Connect(fd, &unix.SockaddrUnix{Name: path}); err != nil {
		_ = unix.Close(fd)
		return err
	}
	b.mu.Lock()
	b.fd = fd
	b.mu.Unlock()
	return nil
}

// close ends it. It takes the lock that the bell is rung under, since the descriptor's number may be somebody else's at once.
func (b *bell) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fd >= 0 {
		_ = unix.Close(b.fd)
		b.fd = -1
	}
}
