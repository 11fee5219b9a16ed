package evloop

import (
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"parley/server/internal/socket"
)

// bell wakes a loop by one byte on a unix socket that the loop itself has accepted. For the loop this is ordinary input, so it can't be lost.
type bell struct {
	rung atomic.Bool  // it was rung, and not heard since
	when atomic.Int64 // it was rung, since clock

	mu sync.Mutex // guards fd; nothing is called under it but send, which never blocks, and close
	fd int        // our end; -1 while there is no loop that hears it
}

// clock is what the times of bells count from.
var clock = time.Now()

// ringAgain is when another try is made if the kernel does not take the byte.
const ringAgain = 10 * time.Millisecond

// Ring has the loop call Handler.Rung; further calls before that do nothing. It may be called from any goroutine and does not block.
func (b *bell) Ring() {
	if b.rung.Swap(true) {
		return
	}
	b.when.Store(int64(time.Since(clock)))
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fd < 0 {
		b.rung.Store(false)
		return
	}
	if n, _ := socket.Send(b.fd, []byte{1}); n == 0 {
		// The kernel may be short of memory. We must try again ourselves, since nobody else may ever ring.
		b.rung.Store(false)
		time.AfterFunc(ringAgain, b.Ring)
	}
}

// Waited is how long ago the ring was that Handler.Rung is called for. Only there.
func (b *bell) Waited() time.Duration { return time.Since(clock) - time.Duration(b.when.Load()) }

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

// close closes our end. It takes the lock that Ring holds while it writes: the number of a closed descriptor may be used again at once.
func (b *bell) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fd >= 0 {
		_ = unix.Close(b.fd)
		b.fd = -1
	}
}
