package baseline

import (
	"bytes"
	"net"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// baselineServer hands lines on. In a room all that one round of epoll has brought is written once to every member, the
// sender included; in pairs it goes to the neighbour. A connection's room is that of its place among all.
type baselineServer struct {
	b        testing.TB
	listener int
	epoll    int
	grouping
	clients []int       // descriptors, in the order in which they came
	place   map[int]int // in clients, by descriptor
	members [][]int     // of each room
	rest    map[int][]byte
	said    [][]byte // in each room, in this round
	busy    []int    // the rooms in which something was said
	buf     []byte
	done    chan struct{}
}

// startBaseline starts a baseline server, which ends with the benchmark.
func startBaseline(b testing.TB, g grouping) (address string) {
	b.Helper()
	s := &baselineServer{
		b: b, grouping: g, place: map[int]int{}, rest: map[int][]byte{},
		buf: make([]byte, 256<<10), done: make(chan struct{}),
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	file, err := l.(*net.TCPListener).File()
	if err == nil {
		s.listener, err = unix.Dup(int(file.Fd()))
	}
	if err == nil {
		s.epoll, err = unix.EpollCreate1(0)
	}
	if err != nil {
		b.Fatal(err)
	}
	file.Close()
	l.Close()
	must(b, unix.SetNonblock(s.listener, true))
	s.watch(s.listener)
	go s.run()
	b.Cleanup(func() {
		must(b, unix.Shutdown(s.listener, unix.SHUT_RDWR))
		<-s.done
	})
	return l.Addr().String()
}

func (s *baselineServer) watch(fd int) {
	must(s.b, unix.EpollCtl(s.epoll, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(fd)}))
}

func (s *baselineServer) run() {
	defer close(s.done)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	events := make([]unix.EpollEvent, 1024)
	for {
		n, err := unix.EpollWait(s.epoll, events, -1)
		if err == unix.EINTR {
			continue
		}
		for _, e := range events[:max(0, n)] {
			if int(e.Fd) != s.listener {
				s.read(int(e.Fd))
			} else if !s.accept() {
				s.end()
				return
			}
		}
		s.say()
	}
}

// accept takes all connections that wait. It is false when the listener was shut down.
func (s *baselineServer) accept() bool {
	for {
		fd, _, err := unix.Accept4(s.listener, unix.SOCK_NONBLOCK)
		if err != nil {
			return err == unix.EAGAIN
		}
		must(s.b, unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1))
		s.admit(fd)
		s.watch(fd)
	}
}

// pairAnswer is as long as what parley answers.
var pairAnswer = []byte("+ msg member1 123456 sent=1\r\n")

// admit gives a connection its place, and its room.
func (s *baselineServer) admit(fd int) {
	place := len(s.clients)
	s.place[fd] = place
	s.clients = append(s.clients, fd)
	if s.pairs {
		return
	}
	room := s.roomOf(place)
	if room == len(s.members) {
		s.members, s.said = append(s.members, nil), append(s.said, nil)
	}
	s.members[room] = append(s.members[room], fd)
}

// read takes what a client has sent, up to its last whole line.
func (s *baselineServer) read(fd int) {
	n, err := receive(fd, s.buf)
	if n <= 0 || err != nil {
		must(s.b, unix.EpollCtl(s.epoll, unix.EPOLL_CTL_DEL, fd, nil))
		return
	}
	in := s.buf[:n]
	if rest := s.rest[fd]; len(rest) > 0 {
		in = append(rest, in...)
		delete(s.rest, fd)
	}
	end := bytes.LastIndexByte(in, '\n') + 1
	if end < len(in) {
		s.rest[fd] = bytes.Clone(in[end:])
	}
	if s.pairs {
		if s.answers && end > 0 {
			transmit(s.b, fd, bytes.Repeat(pairAnswer, bytes.Count(in[:end], []byte{'\n'})))
		}
		transmit(s.b, s.clients[s.place[fd]^1], in[:end])
	} else if end > 0 {
		s.collect(s.roomOf(s.place[fd]), in[:end])
	}
}

// roomOf returns the room of a place. There is one room for all if it is not said how many are in one.
func (s *baselineServer) roomOf(place int) int {
	if s.room == 0 {
		return 0
	}
	return place / s.room
}

// collect keeps what was said in a room until the end of the round.
func (s *baselineServer) collect(room int, in []byte) {
	if len(s.said[room]) == 0 {
		s.busy = append(s.busy, room)
	}
	s.said[room] = append(s.said[room], in...)
}

// say writes to every member of a room what the round has brought there.
func (s *baselineServer) say() {
	for _, room := range s.busy {
		for _, fd := range s.members[room] {
			transmit(s.b, fd, s.said[room])
		}
		s.said[room] = s.said[room][:0]
	}
	s.busy = s.busy[:0]
}

func (s *baselineServer) end() {
	for _, fd := range append(s.clients, s.listener, s.epoll) {
		unix.Close(fd)
	}
}
