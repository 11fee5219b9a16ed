package server

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"time"

	"github.com/tidwall/evio"
	"go.uber.org/zap"
	"golang.org/x/sys/unix"
)

// This file is all that knows evio (v1.0.8), and what evio makes us do:
//
//   - evio accepts and reads; nothing else. No callback returns bytes and nobody calls Wake: with output of its own pending evio
//     neither reads nor acts, and a Wake overwrites that output. We write to the descriptor ourselves, on the loop.
//   - The descriptor, and the loop's epoll, are read once from evio's private structs. evio is final, so their layout is as
//     stable as its API; a start-up check says clearly if it differs.
//   - Work comes in through the bell: a unix socket that the loop itself accepted. Wake may be noticed 100 ms late, a byte
//     can't. Tick is not used: its goroutine outlives Serve and writes into whatever has its descriptor's number then.
//   - evio closes at the end of the input, whatever is still to be answered. So the end is not read before (see conn).
//   - Serve ends on any accept error but EAGAIN. So there are always descriptors left (see gate).

// loop runs evio for one shard.
type loop struct {
	*shard
	bellPath string
	bells    int        // which of the listeners is the bell's
	doorPath string     // where the front door connects; empty when there is none
	doors    int        // which of the listeners is that
	ready    chan error // says once whether it has begun
	addrs    []net.Addr // where it listens, once ready
	began    time.Time
	failed   func() // called when it has ended by itself
}

// serve runs until the shard stops. Listen are addresses as net.Listen takes them. It says on ready when it accepts
// connections, or why it can't.
func (l *loop) serve(listen []string, reusePort bool) {
	dir, err := os.MkdirTemp("", "parley-")
	if err != nil {
		l.ready <- err
		return
	}
	defer os.RemoveAll(dir)
	l.bellPath = filepath.Join(dir, "bell")
	l.bells, l.doors = len(listen), len(listen)+1
	var addrs []string
	for _, a := range listen {
		addrs = append(addrs, evioAddr(a, reusePort))
	}
	addrs = append(addrs, "unix://"+l.bellPath)
	if l.door != nil {
		l.doorPath = filepath.Join(dir, "door")
		addrs = append(addrs, "unix://"+l.doorPath)
	}
	err = evio.Serve(evio.Events{
		Serving: l.serving,
		Opened:  l.evioOpened,
		Closed:  l.evioClosed,
		Data:    l.evioData,
	}, addrs...)
	l.stopped(err)
}

// evioAddr writes an address as evio wants it.
func evioAddr(listen string, reusePort bool) string {
	if path, ok := strings.CutPrefix(listen, "unix:"); ok {
		return "unix://" + path
	}
	if reusePort {
		// The package that evio uses for it takes ":port" for IPv4 alone.
		if strings.HasPrefix(listen, ":") {
			listen = "[::]" + listen
		}
		return "tcp://" + listen + "?reuseport=true"
	}
	return "tcp://" + listen
}

// serving is called when the listeners are open and before the loop runs: connecting to the bell waits in its backlog.
func (l *loop) serving(s evio.Server) evio.Action {
	l.began = time.Now()
	l.addrs = s.Addrs[:l.bells]
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err == nil {
		unix.CloseOnExec(fd)
		err = unix.Connect(fd, &unix.SockaddrUnix{Name: l.bellPath})
	}
	if err != nil {
		l.log.Error("the bell's socket", zap.Error(err))
		return evio.Shutdown
	}
	l.mu.Lock()
	l.bell = fd
	l.mu.Unlock()
	return evio.None
}

// stopped closes our end of the bell, under the lock that it is rung under: its number may be somebody else's at once.
func (l *loop) stopped(err error) {
	l.forgetGone()
	l.alarm.Stop()
	l.mu.Lock()
	if l.bell >= 0 {
		_ = unix.Close(l.bell)
		l.bell = -1
	}
	l.mu.Unlock()
	switch {
	case l.epoll < 0 && err == nil:
		l.ready <- errors.New("the event loop ended at once")
	case l.epoll < 0:
		l.ready <- err
	case !l.stopping:
		l.log.Error("the event loop ended", zap.Error(err))
		l.failed()
	}
	close(l.done)
}

func (l *loop) evioOpened(ec evio.Conn) (out []byte, opts evio.Options, action evio.Action) {
	opts.ReuseInputBuffer = true
	fd, epoll, err := descriptors(ec)
	if err != nil {
		l.log.Error("evio is not the version this server was made for", zap.Error(err))
		return nil, opts, evio.Shutdown
	}
	if ec.AddrIndex() == l.bells {
		if l.epoll < 0 {
			l.epoll = epoll
			_ = os.Remove(l.bellPath) // nobody else may ring
			if l.door == nil {
				_ = os.Remove(filepath.Dir(l.bellPath)) // a kill leaves nothing behind
			}
			l.ready <- nil
			l.ring()
		}
		return nil, opts, evio.None
	}
	viaDoor := ec.AddrIndex() == l.doors
	if viaDoor && !ownPeer(fd) {
		return nil, opts, evio.Close
	}
	c, admitted := l.shard.opened(fd, plainAddr(ec.RemoteAddr()), viaDoor)
	if !admitted {
		return nil, opts, evio.Close
	}
	ec.SetContext(c)
	return nil, opts, evio.None
}

func (l *loop) evioData(ec evio.Conn, in []byte) ([]byte, evio.Action) {
	c, chatting := ec.Context().(*conn)
	if chatting {
		c.data(in)
	} else {
		l.rung()
	}
	if l.posted {
		l.posted = false
		l.chat.Commit()
	}
	if !chatting && l.stopping && l.stoppable() {
		return nil, evio.Shutdown
	}
	return nil, evio.None
}

// stoppable puts off a shutdown in the first moments. Serve begins to wait for the end of its loop some time after it has
// started it, and an end before that is never noticed.
func (l *loop) stoppable() bool {
	const settled = 100 * time.Millisecond
	if age := time.Since(l.began); age < settled {
		time.AfterFunc(settled-age, l.ring)
		return false
	}
	return true
}

// evioClosed may be called for a connection that was never opened.
func (l *loop) evioClosed(ec evio.Conn, err error) evio.Action {
	if c, ok := ec.Context().(*conn); ok {
		c.unsure = c.unsure || err != nil
		c.closed()
	}
	return evio.None
}

// descriptors reads the descriptor of a connection and that of its loop's epoll.
func descriptors(ec evio.Conn) (fd, epoll int, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("unexpected layout: %v", r)
		}
	}()
	c := reflect.ValueOf(ec).Elem()
	fd = int(c.FieldByName("fd").Int())
	epoll = int(c.FieldByName("loop").Elem().FieldByName("poll").Elem().FieldByName("fd").Int())
	return fd, epoll, nil
}
