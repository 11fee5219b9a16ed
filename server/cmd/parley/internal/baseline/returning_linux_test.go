package baseline

import (
	"bytes"
	"fmt"
	"regexp"
	"runtime"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

const (
	returned = 10_000 // sessions that come back
	underway = 200    // that are logging in at a time
)

// BenchmarkTokenLogins has programs log in by token, each on a connection of its own, which it closes then. One operation is one login.
func BenchmarkTokenLogins(b *testing.B) {
	for _, t := range targets {
		if !t.chat() {
			continue
		}
		b.Run(t.name, func(b *testing.B) {
			address := t.start(b, grouping{})
			c := newCrowd(b, makeTokens(b, address, 1000, someRooms))
			logins, begin, cpu := 0, time.Now(), startMeter(serverTime)
			for b.Loop() {
				for c.in == logins {
					c.step(address)
				}
				logins++
			}
			b.ReportMetric(float64(logins)/time.Since(begin).Seconds(), "logins/s")
			b.ReportMetric(float64(cpu.stop())/float64(logins), "server-ns/op")
		})
	}
}

// BenchmarkReturn kills the server that ten thousand sessions are logged in at, starts it again, and has all of them come back by token. One
// operation is that, from the first connection to the last answer; each account has its session, and is in one room or in two.
func BenchmarkReturn(b *testing.B) {
	for _, t := range targets {
		if !t.chat() {
			continue
		}
		b.Run(t.name, func(b *testing.B) {
			url := t.store(b)
			server := startProcess(b, url)
			c := newCrowd(b, makeTokens(b, server.address, returned, someRooms))
			c.stays = true
			c.comeIn(server.address)
			var took []time.Duration
			for b.Loop() {
				b.StopTimer()
				server.kill()
				c.hangUp()
				server = startProcess(b, url)
				b.StartTimer()
				begin := time.Now()
				c.comeIn(server.address)
				took = append(took, time.Since(begin))
			}
			slices.Sort(took)
			b.ReportMetric(took[len(took)/2].Seconds(), "s/return")
		})
	}
}

var tokenLine = regexp.MustCompile(`\n\+ token \S+ (\S+) until=`)

// someRooms is what an account does to be in one room or in two.
func someRooms(i int) (lines []byte) {
	lines = fmt.Appendf(nil, "/join %s\n", roomName(i/circle))
	if i%2 == 0 {
		lines = fmt.Appendf(lines, "/join #even%d\n", i/circle/10)
	}
	return lines
}

// makeTokens makes so many accounts, each of which then does what setUp says, and returns the login of each.
func makeTokens(b *testing.B, address string, accounts int, setUp func(i int) []byte) (logins [][]byte) {
	b.Helper()
	for len(logins) < accounts {
		var fds []int
		for i := len(logins); i < min(len(logins)+50, accounts); i++ {
			fd := dial(b, address)
			transmit(b, fd, slices.Concat(register(name(i)), setUp(i), []byte("/token\n")))
			fds = append(fds, fd)
		}
		for _, fd := range fds {
			secret := tokenLine.FindSubmatch(reads(b, fd, "+ token "))[1]
			logins = append(logins, fmt.Appendf(nil, "/login %s %s\n", name(len(logins)), secret))
		}
		hangUp(fds)
	}
	return logins
}

// crowd is clients who log in by token, on one goroutine and one epoll.
type crowd struct {
	b      *testing.B
	logins [][]byte
	stays  bool // who is in stays connected
	epoll  int
	events []unix.EpollEvent
	coming map[int32][]byte // what those have read who are logging in
	next   int              // whose turn it is to connect
	in     int              // how many logins were answered
	fds    []int            // of those who stay
	buf    []byte
}

func newCrowd(b *testing.B, logins [][]byte) *crowd {
	b.Helper()
	runtime.LockOSThread()
	b.Cleanup(runtime.UnlockOSThread)
	c := &crowd{b: b, logins: logins, events: make([]unix.EpollEvent, underway), coming: map[int32][]byte{}, buf: make([]byte, 64<<10)}
	var err error
	if c.epoll, err = unix.EpollCreate1(0); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		c.hangUp()
		unix.Close(c.epoll)
	})
	return c
}

// comeIn has everybody log in once, and returns when all are in.
func (c *crowd) comeIn(address string) {
	for c.next, c.in = 0, 0; c.in < len(c.logins); {
		c.step(address)
	}
}

// step has some connect, as many as may be under way, and takes the answers that have come.
func (c *crowd) step(address string) {
	for len(c.coming) < underway && (!c.stays || c.next < len(c.logins)) {
		fd := dial(c.b, address)
		transmit(c.b, fd, c.logins[c.next%len(c.logins)])
		must(c.b, unix.SetNonblock(fd, true))
		must(c.b, unix.EpollCtl(c.epoll, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(fd)}))
		c.coming[int32(fd)] = nil
		c.next++
	}
	n, err := unix.EpollWait(c.epoll, c.events, lateAfter)
	if n == 0 && err == nil {
		c.b.Fatalf("nobody is let in any more: %d are in", c.in)
	}
	for _, e := range c.events[:max(0, n)] {
		c.read(e.Fd)
	}
}

// read takes what the server says to one who is logging in.
func (c *crowd) read(fd int32) {
	n, err := receive(int(fd), c.buf)
	if n <= 0 {
		c.b.Fatalf("a client was cut off: %v, after %s", err, c.coming[fd])
	}
	got := append(c.coming[fd], c.buf[:n]...)
	switch {
	case bytes.Contains(got, []byte("\n+ login ")):
		c.in++
		delete(c.coming, fd)
		if !c.stays {
			unix.Close(int(fd))
			return
		}
		must(c.b, unix.EpollCtl(c.epoll, unix.EPOLL_CTL_DEL, int(fd), nil))
		c.fds = append(c.fds, int(fd))
	case bytes.Contains(got, []byte("\n- login ")):
		c.b.Fatalf("a login was refused: %s", got)
	default:
		c.coming[fd] = got
	}
}

func (c *crowd) hangUp() {
	hangUp(c.fds)
	for fd := range c.coming {
		unix.Close(int(fd))
	}
	clear(c.coming)
	c.fds = c.fds[:0]
}
