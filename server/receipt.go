package server

import (
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// receipt tells how much plain text the TCP of a TLS client has acknowledged. The front door fills it and the connection's
// loop asks it; to the loop itself, bytes in the unix socket between them prove nothing.
type receipt struct {
	tcp      *net.TCPConn
	patience patience
	cipher   atomic.Uint64 // bytes of TLS that the kernel has taken
	hasLeft  atomic.Bool   // the loop has closed its end

	mu      sync.Mutex // guards what follows; only the ioctl is called under it
	written both       // all that was written
	awaited both       // what was written at an earlier question; once acknowledged, it proves its part
	proven  uint64     // plain text
	reached uint64     // bytes of TLS that are acknowledged
	seen    uint64     // reached when advanced was asked last
	closed  bool       // nothing more will be acknowledged
	atClose func()
}

// both says that so much plain text is in so many bytes of TLS, or in fewer.
type both struct{ plain, cipher uint64 }

// wrote notes that plain text has been written. The door calls it after the write.
func (r *receipt) wrote(n int) {
	r.mu.Lock()
	r.written = both{r.written.plain + uint64(n), r.cipher.Load()}
	r.mu.Unlock()
}

// acknowledged is how much plain text has reached the client for certain.
func (r *receipt) acknowledged() uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ask()
	return r.proven
}

// advanced reports whether the client has taken anything since it was asked last. A nil receipt has nothing to tell.
func (r *receipt) advanced() bool {
	if r == nil {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ask()
	moved := r.reached > r.seen
	r.seen = r.reached
	return moved
}

// ask asks the kernel.
func (r *receipt) ask() {
	if r.closed {
		return
	}
	total := r.cipher.Load() // before the question: so it is never more than the kernel has
	unacked := 0
	err := r.control(func(fd int) (err error) {
		unacked, err = unacknowledged(fd)
		return err
	})
	if err != nil {
		r.closed = true
	}
	if err != nil || uint64(unacked) > total {
		return
	}
	r.reached = max(r.reached, total-uint64(unacked))
	switch {
	case r.reached >= r.written.cipher:
		r.proven = r.written.plain
	case r.reached >= r.awaited.cipher:
		r.proven = r.awaited.plain
	default:
		return
	}
	r.awaited = r.written
}

// settle waits a while until all is acknowledged.
func (r *receipt) settle() {
	const pause = 5 * time.Millisecond
	for begin := time.Now(); r.outstanding() && time.Since(begin) < r.ended(); {
		time.Sleep(pause)
	}
}

func (r *receipt) outstanding() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ask()
	return !r.closed && r.proven < r.written.plain && r.control(closedTCP) == nil
}

// close asks a last time, before the door closes the socket. It may be called again.
func (r *receipt) close() {
	r.mu.Lock()
	r.ask()
	r.closed = true
	f := r.atClose
	r.atClose = nil
	r.mu.Unlock()
	if f != nil {
		f()
	}
}

// whenClosed runs f, once, when nothing more will be acknowledged. F must not block.
func (r *receipt) whenClosed(f func()) {
	r.mu.Lock()
	if !r.closed {
		r.atClose = f
		f = nil
	}
	r.mu.Unlock()
	if f != nil {
		f()
	}
}

// leave tells the door that the loop has closed its end: what is still to be written is now given limited time.
func (r *receipt) leave() {
	r.hasLeft.Store(true)
	r.limitWrite()
}

// limitWrite limits the next write, or the one that is under way, if the loop has closed its end.
func (r *receipt) limitWrite() {
	if r.hasLeft.Load() {
		_ = r.tcp.SetWriteDeadline(time.Now().Add(time.Duration(r.patience.lastWords) * time.Millisecond)) // closed already: fine
	}
}

// ended is how long the client's end is waited for.
func (r *receipt) ended() time.Duration { return time.Duration(r.patience.ended) * time.Millisecond }

// control runs f with the descriptor.
func (r *receipt) control(f func(fd int) error) (err error) {
	raw, err := r.tcp.SyscallConn()
	if err != nil {
		return err
	}
	if failed := raw.Control(func(fd uintptr) { err = f(int(fd)) }); failed != nil {
		return failed
	}
	return err
}
