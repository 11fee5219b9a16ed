// Package evloop is the only one that uses evio (v1.0.8). It accepts and reads; its user writes.
//
// What evio makes us do:
//
//   - No callback returns bytes and nobody calls Wake: while evio has output of its own to write it neither reads nor acts, and a
//     Wake overwrites that output. So the user writes to the descriptor itself, on the loop.
//   - The descriptor, and that of the loop's epoll, are read once from evio's private structs. There will be no other version of
//     evio, so their layout does not change; a check at start says so clearly if it differs.
//   - Work comes in through the bell. evio may notice a Wake 100 ms late, but never a byte. Tick is not used, because its goroutine
//     goes on after Serve and writes to whatever has its descriptor's number then.
//   - evio closes a connection at the end of the input, even if something is still to be answered. So the user must not have it read
//     before that: see Watch.
//   - Serve ends on any accept error but EAGAIN, and does not say which. The user keeps descriptors free, so the process never
//     reaches its own limit. When the machine itself has none left, or no memory, the loop ends and Failed is called.
//   - At the end of Serve each listener's descriptor is closed twice. So Serve does not end: see listeners.go.
package evloop

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/evio"
	"golang.org/x/sys/unix"

	"parley/server/internal/address"
	"parley/server/internal/socket"
)

// Handler is the user of a loop. Its methods are called on the loop's goroutine, the last two on another one when that has ended. They must
// not block.
type Handler interface {
	// Opened takes a connection that was accepted, or has it closed at once.
	Opened(a Accepted) (c Conn, ok bool)
	// Rung is called after Ring. The loop ends when it returns true.
	Rung() (end bool)
	// Ended is called when the loop has ended because it was told to.
	Ended()
	// Failed is called instead of Ended when the loop has ended by itself: it can't accept connections any more. When that happens in the
	// very first moment nothing is called: see stoppable.
	Failed(why error)
}

// Accepted is a new connection.
type Accepted struct {
	FD       int
	Remote   netip.AddrPort // zero for a unix socket
	Listener int            // at which of Config.Listen it has come; for none of them a greater one
	Internal bool           // it came over the loop's internal socket, from this process
}

// Conn is a connection as its loop calls it.
type Conn interface {
	// Data takes input, which is valid during the call only.
	Data(in []byte)
	// Closed is called when the descriptor has been closed; err is the error that ended it, if there was one.
	Closed(err error)
}

// Loop is a running loop.
type Loop struct {
	bell
	handler  Handler
	dir      string // of the sockets below
	bells    int    // which of the listeners is the bell's
	internal bool   // there is an internal socket, the listener after the bell's
	epoll    int
	addrs    []net.Addr // where it listens, the bell's and the internal socket included
	outer    []int      // the descriptors that listen at Addrs
	inner    []int      // those of the bell's listener, and then of the internal one
	began    time.Time
	running  bool       // it accepts, and Start has returned
	shut     bool       // nobody from outside is accepted any more
	ending   bool       // Rung has returned true
	why      error      // why it can't go on
	ready    chan error // gets one value: nil when the loop has begun, or why it could not
	done     chan struct{}
}

// Config is what a loop is to do.
type Config struct {
	Listen    []string // TCP addresses as net.Listen takes them, or unix:PATH
	ReusePort bool     // other loops share the TCP ports; then a TCP address names an IP address
	Internal  bool     // it listens on a socket for this process, too: see Internal
}

// New makes a loop that is not running yet. It may be rung already, which does nothing.
func New(h Handler) *Loop {
	return &Loop{bell: bell{fd: -1}, handler: h, ready: make(chan error, 1), done: make(chan struct{})}
}

// Start runs the loop until Rung ends it. It returns when connections are accepted, or why they can't be: an error of
// net.Listen, or one for the operator to read.
func (l *Loop) Start(c Config) error {
	go l.serve(c)
	return <-l.ready
}

// Addrs are where it listens, with the ports that the kernel chose.
func (l *Loop) Addrs() []net.Addr { return l.addrs[:l.bells] }

// Internal is the path of its internal socket.
func (l *Loop) Internal() string { return filepath.Join(l.dir, "internal") }

// Done is closed when it has ended and Handler knows. It stays open for a loop that was never started.
func (l *Loop) Done() <-chan struct{} { return l.done }

// Watch changes which input of a connection is reported. Only on the loop.
func (l *Loop) Watch(fd int, want socket.Interest) { socket.Watch(l.epoll, fd, want) }

// Become has a connection go on with another socket under the number of its descriptor: its own socket is closed, and so is by. For evio
// nothing changes. Input is reported Always. Only on the loop.
func (l *Loop) Become(fd, by int) error { return socket.Become(l.epoll, fd, by) }

// Shut stops accepting at Addrs: whoever connects from now on is refused by the kernel. The loop goes on with the connections that it has. Only
// on the loop.
func (l *Loop) Shut() {
	if !l.shut {
		l.shut = true
		shutListeners(l.outer, l.addrs[:l.bells], l.inner)
	}
}

// Awaited reports whether somebody has connected, at Addrs or at the internal socket, who is not accepted yet. Only on the loop.
func (l *Loop) Awaited() bool { return readable(slices.Concat(l.outer, l.inner)) }

func (l *Loop) serve(c Config) {
	dir, err := os.MkdirTemp("", "parley-")
	if err != nil {
		l.ready <- err
		close(l.done)
		return
	}
	l.dir, l.bells, l.internal = dir, len(c.Listen), c.Internal
	var addrs []string
	for _, a := range c.Listen {
		addrs = append(addrs, evioAddr(a, c.ReusePort))
	}
	addrs = append(addrs, "unix://"+l.bellPath())
	if c.Internal {
		addrs = append(addrs, "unix://"+l.Internal())
	}
	l.stopped(evio.Serve(evio.Events{Serving: l.serving, Opened: l.opened, Closed: l.closed, Data: l.data}, addrs...))
}

func (l *Loop) bellPath() string { return filepath.Join(l.dir, "bell") }

// evioAddr writes an address as evio wants it.
func evioAddr(listen string, reusePort bool) string {
	if path, ok := strings.CutPrefix(listen, "unix:"); ok {
		return "unix://" + path
	}
	if reusePort {
		return "tcp://" + listen + "?reuseport=true"
	}
	return "tcp://" + listen
}

// errNoAccept is what is known when evio ends without a reason.
var errNoAccept = errors.New("a connection could not be accepted; is the machine out of descriptors (fs.file-max) or of memory?")

// stopped is called when evio's loop has ended, or could not begin.
func (l *Loop) stopped(err error) {
	defer close(l.done)
	defer os.RemoveAll(l.dir)
	l.bell.close()
	switch {
	case l.why != nil:
		err = l.why
	case err == nil:
		err = errNoAccept
	}
	switch {
	case !l.running:
		l.ready <- err
	case l.ending:
		l.handler.Ended()
	default:
		l.handler.Failed(err)
	}
}

// serving is called when the listeners are open and before the loop runs.
func (l *Loop) serving(s evio.Server) evio.Action {
	l.began = time.Now()
	l.addrs = s.Addrs
	if l.why = l.bell.connect(l.bellPath()); l.why != nil {
		return evio.Shutdown
	}
	l.outer = takeListeners(l.addrs[:l.bells])
	l.inner = append(takeListeners(l.addrs[l.bells:l.bells+1]), takeListeners(l.addrs[l.bells+1:])...)
	return evio.None
}

func (l *Loop) opened(ec evio.Conn) (out []byte, opts evio.Options, action evio.Action) {
	opts.ReuseInputBuffer = true
	fd, epoll, err := descriptors(ec)
	if err != nil {
		l.why = err
		return nil, opts, evio.Shutdown
	}
	l.epoll = epoll
	unix.CloseOnExec(fd) // evio does not; it would stay open in a child process, and epoll would report it for ever
	if ec.AddrIndex() == l.bells {
		l.bellOpened()
		return nil, opts, evio.None
	}
	internal := l.internal && ec.AddrIndex() == l.bells+1
	if internal && !socket.OwnPeer(fd) {
		return nil, opts, evio.Close
	}
	c, ok := l.handler.Opened(Accepted{FD: fd, Remote: address.Of(ec.RemoteAddr()), Listener: ec.AddrIndex(), Internal: internal})
	if !ok {
		return nil, opts, evio.Close
	}
	ec.SetContext(c)
	return nil, opts, evio.None
}

// bellOpened is called when the loop has accepted its own bell, the first of all connections: the loop runs.
func (l *Loop) bellOpened() {
	if l.running {
		return
	}
	l.running = true
	runtime.LockOSThread()      // evio waits in a system call, and a thread of its own is back from there sooner
	_ = os.Remove(l.bellPath()) // nobody else may ring
	if !l.internal {
		_ = os.Remove(l.dir) // already now, so that a kill leaves nothing behind
	}
	l.ready <- nil
	l.Ring()
}

func (l *Loop) data(ec evio.Conn, in []byte) ([]byte, evio.Action) {
	if c, ok := ec.Context().(Conn); ok {
		c.Data(in)
		return nil, evio.None
	}
	l.rung.Store(false) // before Rung: what comes from now on rings again
	if l.handler.Rung() && l.stoppable() {
		l.ending = true
		return nil, evio.Shutdown
	}
	return nil, evio.None
}

// stoppable says whether the loop may be shut down yet; if not it rings again later. Serve starts its loop some time before it begins to
// wait for the loop's end, and never notices an end that comes in between.
func (l *Loop) stoppable() bool {
	const settled = 100 * time.Millisecond
	if age := time.Since(l.began); age < settled {
		time.AfterFunc(settled-age, l.Ring)
		return false
	}
	return true
}

// closed may be called for a connection that was never opened.
func (l *Loop) closed(ec evio.Conn, err error) evio.Action {
	if c, ok := ec.Context().(Conn); ok {
		c.Closed(err)
	}
	if l.running && len(l.inner) > 0 && isLast(ec) {
		l.finish(ec)
	}
	return evio.None
}

// finish does what is left to do for evio when the last connection is closed: see listeners.go. It does not return.
func (l *Loop) finish(last evio.Conn) {
	sockets := l.addrs
	if l.shut {
		sockets = l.addrs[l.bells:] // another server may listen at the others by now
	}
	closeListeners(append(l.outer, l.inner...), sockets)
	for _, fd := range pollers(last) {
		_ = unix.Close(fd)
	}
	l.stopped(nil)
	l.handler = nil // which holds the whole server
	park()
}
