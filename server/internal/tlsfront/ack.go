package tlsfront

import (
	"net"
	"sync"
	"sync/atomic"
	"time"

	"parley/server/internal/socket"
)

// Ack tells how much plain text the TCP of a TLS client has acknowledged. The TLS front fills it and the client's loop asks it, because what
// the loop has written to the unix socket between them says nothing about the client. It may be used from any goroutine.
type Ack struct {
	tcp     *net.TCPConn
	port    *Port
	timeout Timeout
	cipher  atomic.Uint64 // bytes of TLS that the kernel has taken
	left    atomic.Bool   // the loop has closed its end

	mu      sync.Mutex // guards what follows; only the ioctl is called under it
	written position   // all that was written
	asked   position   // what was written when the kernel was asked before
	acked   uint64     // plain text that is acknowledged
	reached uint64     // bytes of TLS that are acknowledged
	seen    uint64     // what reached was at the last call of Advanced
	closed  bool       // nothing more will be acknowledged
	atClose func()
}

// position is a place in both streams: so many bytes of plain text went out in at most so many bytes of TLS. When the TLS is acknowledged, so
// is the text.
type position struct{ plain, cipher uint64 }

// IRC reports whether the client has come to a port for IRC.
func (a *Ack) IRC() bool { return a.port.IRC }

// wrote notes that plain text has been written. The TLS front calls it after the write.
func (a *Ack) wrote(n int) {
	a.mu.Lock()
	a.written = position{a.written.plain + uint64(n), a.cipher.Load()}
	a.mu.Unlock()
}

// Acked is how many bytes of plain text the client's TCP has acknowledged.
func (a *Ack) Acked() uint64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ask()
	return a.acked
}

// Advanced reports whether the client has taken anything since this was asked last. A nil Ack never advances.
func (a *Ack) Advanced() bool {
	if a == nil {
		return false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ask()
	moved := a.reached > a.seen
	a.seen = a.reached
	return moved
}

// ask asks the kernel.
func (a *Ack) ask() {
	if a.closed {
		return
	}
	total := a.cipher.Load() // before the kernel is asked, so that it is never more than what the kernel counts
	unacked := 0
	err := a.control(func(fd int) (err error) {
		unacked, err = socket.Unacknowledged(fd)
		return err
	})
	if err != nil {
		a.closed = true
	}
	if err != nil || uint64(unacked) > total {
		return
	}
	a.reached = max(a.reached, total-uint64(unacked))
	switch {
	case a.reached >= a.written.cipher:
		a.acked = a.written.plain
	case a.reached >= a.asked.cipher:
		a.acked = a.asked.plain
	default:
		return
	}
	a.asked = a.written
}

// settle waits a while until all is acknowledged.
func (a *Ack) settle() {
	const pause = 5 * time.Millisecond
	for begin := time.Now(); a.outstanding() && time.Since(begin) < a.timeout.End; {
		time.Sleep(pause)
	}
}

func (a *Ack) outstanding() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ask()
	return !a.closed && a.acked < a.written.plain && a.control(socket.ClosedTCP) == nil
}

// close asks a last time, before the TLS front closes the socket. It may be called again.
func (a *Ack) close() {
	a.mu.Lock()
	a.ask()
	a.closed = true
	f := a.atClose
	a.atClose = nil
	a.mu.Unlock()
	if f != nil {
		f()
	}
}

// WhenClosed runs f, once, when nothing more will be acknowledged: perhaps at once, perhaps on another goroutine. F must not
// block.
func (a *Ack) WhenClosed(f func()) {
	a.mu.Lock()
	if !a.closed {
		a.atClose = f
		f = nil
	}
	a.mu.Unlock()
	if f != nil {
		f()
	}
}

// Leave tells the TLS front that the loop has closed its end. From now on the time for what is still to be written is limited.
func (a *Ack) Leave() {
	a.left.Store(true)
	a.limitWrite()
}

// limitWrite limits the next write, or the one that is under way, if the loop has closed its end.
func (a *Ack) limitWrite() {
	if a.left.Load() {
		_ = a.tcp.SetWriteDeadline(time.Now().Add(a.timeout.Write)) // an error means that it is closed already
	}
}

// control runs f with the descriptor.
func (a *Ack) control(f func(fd int) error) (err error) {
	raw, err := a.tcp.SyscallConn()
	if err != nil {
		return err
	}
	if failed := raw.Control(func(fd uintptr) { err = f(int(fd)) }); failed != nil {
		return failed
	}
	return err
}
