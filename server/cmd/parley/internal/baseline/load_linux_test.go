package baseline

import (
	"bytes"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// load is what all the clients of a benchmark share. They are all on the goroutine of the benchmark and on one epoll: a
// thousand goroutines would cost more than the server.
type load struct {
	b      testing.TB
	target target
	server process              // if it is another program's
	cpu    func() time.Duration // what the server has taken of the processors
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
	source []byte // what its own messages begin with, if it is shown them
	room   *room
	listener
	speaker
}

// grouping says who hears whom. Unless it says otherwise, everybody does.
type grouping struct {
	pairs   bool // the neighbour alone: the first client's is the second
	answers bool // and each message is answered, as one that was kept would be
	room    int  // so many clients are a room: those who came first, then the next
	objects bool // they speak JSON
	irc     bool // they speak IRC
}

// lateAfter is how long nothing may arrive before that is a failure, in milliseconds.
const lateAfter = 20_000

// newLoad connects that many clients. Where that is needed it logs them in, and has them join their rooms.
func newLoad(b testing.TB, t target, g grouping, peers int) *load {
	b.Helper()
	if t.serve == nil {
		return connect(b, t, []string{t.start(b, g)}, g, peers)
	}
	server := t.serve(b)
	l := connect(b, t, []string{server.address}, g, peers)
	l.server, l.cpu = server, func() time.Duration { return server.cpu(b) }
	return l
}

// connect is newLoad with servers that are running: each gets the next client.
func connect(b testing.TB, t target, addresses []string, g grouping, peers int) *load {
	b.Helper()
	runtime.LockOSThread()
	b.Cleanup(runtime.UnlockOSThread)
	l := &load{b: b, target: t, cpu: serverTime, byFD: map[int32]*peer{}, events: make([]unix.EpollEvent, 1024), buf: make([]byte, 256<<10)}
	var err error
	if l.epoll, err = unix.EpollCreate1(0); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(l.close)
	for i := range peers {
		p := &peer{fd: dial(l.b, addresses[i%len(addresses)]), number: i}
		l.peers = append(l.peers, p)
		l.byFD[int32(p.fd)] = p
	}
	if t.chat() {
		l.enter(g.room)
	}
	if g.objects {
		l.chooseObjects()
	}
	if g.irc {
		l.speakIRC(addresses)
	}
	for _, p := range l.peers {
		l.watch(p)
	}
	return l
}

func register(name string) []byte { return []byte("/register " + name + " long enough\n") }

func name(number int) string { return "member" + strconv.Itoa(number) }

func roomName(number int) string { return "#room" + strconv.Itoa(number) }

// enter logs all in, a few at a time, and then has them join their rooms of so many, if there are any.
func (l *load) enter(room int) {
	l.b.Helper()
	for some := range slices.Chunk(l.peers, 50) {
		for _, p := range some {
			transmit(l.b, p.fd, register(name(p.number)))
		}
		for _, p := range some {
			reads(l.b, p.fd, "+ register "+name(p.number)+"\r\n")
		}
	}
	if room == 0 {
		return
	}
	for _, p := range l.peers {
		transmit(l.b, p.fd, fmt.Appendf(nil, "/join %s\n", roomName(p.number/room)))
		reads(l.b, p.fd, "+ join "+roomName(p.number/room)+" ")
	}
	for _, p := range l.peers { // the members were told who has come behind them
		if last := p.number/room*room + room - 1; p.number < last {
			reads(l.b, p.fd, "* join "+roomName(p.number/room)+" "+name(last)+"\r\n")
		}
	}
}

// chooseObjects has all speak JSON from now on.
func (l *load) chooseObjects() {
	l.b.Helper()
	for _, p := range l.peers {
		transmit(l.b, p.fd, []byte("/format json\n"))
		reads(l.b, p.fd, `{"type":"done","command":"format"`)
	}
}

// speakIRC has all come back as IRC clients that are shown what they say.
func (l *load) speakIRC(addresses []string) {
	l.b.Helper()
	for _, p := range l.peers {
		delete(l.byFD, int32(p.fd))
		must(l.b, unix.Close(p.fd))
	}
	for i, p := range l.peers {
		p.fd, p.source = dial(l.b, addresses[i%len(addresses)]), fmt.Appendf(nil, ":%s!", name(p.number))
		l.byFD[int32(p.fd)] = p
		transmit(l.b, p.fd, fmt.Appendf(nil, "CAP REQ echo-message\nPASS :long enough\nNICK %[1]s\nUSER %[1]s 0 * :%[1]s\nCAP END\n", name(p.number)))
		reads(l.b, p.fd, ":irc.parley 366 ")
	}
	for _, p := range l.peers { // each was told who has come behind it
		transmit(l.b, p.fd, []byte("PING all\n"))
		reads(l.b, p.fd, ":irc.parley PONG ")
	}
}

// isAnswer reports whether a line is one, in text or as an object.
func isAnswer(line []byte) bool {
	return line[0] == '+' || bytes.HasPrefix(line, []byte(`{"type":"done"`))
}

// watch has epoll watch a connection from now on.
func (l *load) watch(p *peer) {
	l.b.Helper()
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
type meter struct {
	cpu  func() time.Duration
	used time.Duration
}

func startMeter(cpu func() time.Duration) meter { return meter{cpu, cpu()} }

func (m meter) stop() time.Duration { return m.cpu() - m.used }

func serverTime() time.Duration {
	var all, load unix.Rusage
	_ = unix.Getrusage(unix.RUSAGE_SELF, &all)
	_ = unix.Getrusage(unix.RUSAGE_THREAD, &load)
	return time.Duration(all.Utime.Nano() + all.Stime.Nano() - load.Utime.Nano() - load.Stime.Nano())
}
