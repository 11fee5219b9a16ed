package floor

import (
	"bytes"
	"net"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// floorServer hands lines on. In the lobby all that one round of epoll has brought is written once to everybody, the
// sender included; in pairs it goes to the neighbour: the first connection's is the second.
type floorServer struct {
	b        *testing.B
	listener int
	epoll    int
	pairs    bool
	clients  []int       // descriptors, in the order in which they came
	place    map[int]int // in clients, by descriptor
	rest     map[int][]byte
	room     []byte // said in this round
	buf      []byte
	done     chan struct{}
}

// startFloor starts a floor server, which ends with the benchmark.
func startFloor(b *testing.B, pairs bool) (address string) {
	b.Helper()
	f := &floorServer{
		b: b, pairs: pairs, place: map[int]int{}, rest: map[int][]byte{},
		buf: make([]byte, 256<<10), done: make(chan struct{}),
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	file, err := l.(*net.TCPListener).File()
	if err == nil {
		f.listener, err = unix.Dup(int(file.Fd()))
	}
	if err == nil {
		f.epoll, err = unix.EpollCreate1(0)
	}
	if err != nil {
		b.Fatal(err)
	}
	file.Close()
	l.Close()
	must(b, unix.SetNonblock(f.listener, true))
	f.watch(f.listener)
	go f.run()
	b.Cleanup(func() {
		must(b, unix.Shutdown(f.listener, unix.SHUT_RDWR))
		<-f.done
	})
	return l.Addr().String()
}

func (f *floorServer) watch(fd int) {
	must(f.b, unix.EpollCtl(f.epoll, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(fd)}))
}

func (f *floorServer) run() {
	defer close(f.done)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	events := make([]unix.EpollEvent, 1024)
	for {
		n, err := unix.EpollWait(f.epoll, events, -1)
		if err == unix.EINTR {
			continue
		}
		for _, e := range events[:max(0, n)] {
			if int(e.Fd) != f.listener {
				f.read(int(e.Fd))
			} else if !f.accept() {
				f.end()
				return
			}
		}
		f.say()
	}
}

// accept takes all connections that wait. It is false when the listener was shut down.
func (f *floorServer) accept() bool {
	for {
		fd, _, err := unix.Accept4(f.listener, unix.SOCK_NONBLOCK)
		if err != nil {
			return err == unix.EAGAIN
		}
		must(f.b, unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1))
		f.place[fd] = len(f.clients)
		f.clients = append(f.clients, fd)
		f.watch(fd)
	}
}

// read takes what a client has sent, up to its last whole line.
func (f *floorServer) read(fd int) {
	n, err := receive(fd, f.buf)
	if n <= 0 || err != nil {
		must(f.b, unix.EpollCtl(f.epoll, unix.EPOLL_CTL_DEL, fd, nil))
		return
	}
	in := f.buf[:n]
	if rest := f.rest[fd]; len(rest) > 0 {
		in = append(rest, in...)
		delete(f.rest, fd)
	}
	end := bytes.LastIndexByte(in, '\n') + 1
	if end < len(in) {
		f.rest[fd] = bytes.Clone(in[end:])
	}
	if f.pairs {
		transmit(f.b, f.clients[f.place[fd]^1], in[:end])
	} else {
		f.room = append(f.room, in[:end]...)
	}
}

// say writes to everybody what the round has brought.
func (f *floorServer) say() {
	if len(f.room) == 0 {
		return
	}
	for _, fd := range f.clients {
		transmit(f.b, fd, f.room)
	}
	f.room = f.room[:0]
}

func (f *floorServer) end() {
	for _, fd := range append(f.clients, f.listener, f.epoll) {
		unix.Close(fd)
	}
}
