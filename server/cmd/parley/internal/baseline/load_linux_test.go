package baseline

import (
	"bytes"
	"fmt"
	"net/netip"
	"runtime"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// load is what all the clients of a benchmark share. They are all on the goroutine of the benchmark and on one epoll: a
// thousand goroutines would cost more than the server.
type load struct {
	b      *testing.B
	target target
	epoll  int
	peers  []*peer
	byFD   map[int32]*peer
	events []unix.EpollEvent
	buf    []byte
}

// peer is one client.
type peer struct {
	fd     int
	number int
	rest   []byte // of a line
	listener
	speaker
}

// lateAfter is how long nothing may arrive before that is a failure, in milliseconds.
const lateAfter = 20_000

// newLoad connects that many clients, and logs them in where that is needed.
func newLoad(b *testing.B, t target, pairs bool, peers int) *load {
	b.Helper()
	runtime.LockOSThread()
	b.Cleanup(runtime.UnlockOSThread)
	address := netip.MustParseAddrPort(t.start(b, pairs))
	l := &load{b: b, target: t, byFD: map[int32]*peer{}, events: make([]unix.EpollEvent, 1024), buf: make([]byte, 256<<10)}
	var err error
	if l.epoll, err = unix.EpollCreate1(0); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(l.close)
	for i := range peers {
		l.connect(i, address)
	}
	for _, p := range l.peers {
		l.loggedIn(p)
	}
	return l
}

// connect opens a connection and sends what logs it in.
func (l *load) connect(number int, address netip.AddrPort) {
	l.b.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		l.b.Fatal(err)
	}
	p := &peer{fd: fd, number: number}
	l.peers = append(l.peers, p)
	l.byFD[int32(fd)] = p
	must(l.b, unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1))
	must(l.b, unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Sec: lateAfter / 1000}))
	if err := unix.Connect(fd, &unix.SockaddrInet4{Port: int(address.Port()), Addr: address.Addr().As4()}); err != nil {
		l.b.Fatal(err)
	}
	if l.target.chat {
		transmit(l.b, fd, fmt.Appendf(nil, "/register %s long enough\n", name(number)))
	}
}

func name(number int) string { return "member" + strconv.Itoa(number) }

// loggedIn waits for the answer, and has epoll watch the connection from then on.
func (l *load) loggedIn(p *peer) {
	l.b.Helper()
	want := "+ register " + name(p.number) + "\r\n"
	for got := []byte(nil); l.target.chat && !bytes.HasSuffix(got, []byte(want)); {
		n, err := unix.Read(p.fd, l.buf)
		if err == unix.EINTR { // a profile is being made
			continue
		}
		if n <= 0 || err != nil {
			l.b.Fatalf("%s is not logged in: %v, after %s", name(p.number), err, got)
		}
		got = append(got, l.buf[:n]...)
	}
	must(l.b, unix.SetNonblock(p.fd, true))
	must(l.b, unix.EpollCtl(l.epoll, unix.EPOLL_CTL_ADD, p.fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(p.fd)}))
}

func (l *load) close() {
	for _, p := range l.peers {
		unix.Close(p.fd)
	}
	unix.Close(l.epoll)
}

// wait hands what has arrived to take, in one read for each client that has something.
func (l *load) wait(take func(p *peer, in []byte)) {
	n, err := unix.EpollWait(l.epoll, l.events, lateAfter)
	if n == 0 && err == nil {
		l.b.Fatal("something was lost: nothing arrives any more")
	}
	for _, e := range l.events[:max(0, n)] {
		p := l.byFD[e.Fd]
		n, err := receive(p.fd, l.buf)
		if n <= 0 {
			l.b.Fatalf("%s was cut off: %v", name(p.number), err)
		}
		take(p, l.buf[:n])
	}
}

// lines hands the whole lines of the input to take, and keeps the rest.
func (p *peer) lines(in []byte, take func(line []byte)) {
	if len(p.rest) > 0 {
		p.rest = append(p.rest, in...)
		in = p.rest
	}
	for {
		end := bytes.IndexByte(in, '\n')
		if end < 0 {
			break
		}
		take(in[:end])
		in = in[end+1:]
	}
	p.rest = append(p.rest[:0], in...)
}

const textSize = 64

// appendText makes a text that says who says it for which time: ~sender.seq~xxx
func appendText(out []byte, sender, seq int) []byte {
	start := len(out)
	out = strconv.AppendInt(append(out, '~'), int64(sender), 10)
	out = strconv.AppendInt(append(out, '.'), int64(seq), 10)
	out = append(out, '~')
	for len(out)-start < textSize {
		out = append(out, 'x')
	}
	return out
}

// parseText finds that in a line.
func parseText(line []byte) (sender, seq int, ok bool) {
	i := bytes.IndexByte(line, '~') + 1
	n := &sender
	for ; i > 0 && i < len(line); i++ {
		switch c := line[i]; {
		case c == '.' && n == &sender:
			n = &seq
		case c == '~':
			return sender, seq, n == &seq
		case c < '0' || c > '9':
			return 0, 0, false
		default:
			*n = 10**n + int(c-'0')
		}
	}
	return 0, 0, false
}

// meter measures what the servers take of the processors: the process without the thread of the load. What redis-server
// takes is not in it.
type meter struct{ used time.Duration }

func startMeter() meter { return meter{serverTime()} }

func (m meter) stop() time.Duration { return serverTime() - m.used }

func serverTime() time.Duration {
	var all, load unix.Rusage
	_ = unix.Getrusage(unix.RUSAGE_SELF, &all)
	_ = unix.Getrusage(unix.RUSAGE_THREAD, &load)
	return time.Duration(all.Utime.Nano() + all.Stime.Nano() - load.Utime.Nano() - load.Stime.Nano())
}
