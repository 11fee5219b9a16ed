package baseline

import (
	"fmt"
	"math"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

const (
	sessions = 300
	each     = 100 // rooms of a session
	circle   = 10  // sessions that are in the same rooms
)

// BenchmarkSession measures what the server keeps in memory for a session that is in a hundred rooms of ten, and for one that is in the
// lobby alone. One operation is the start of the server, and the logins of all.
func BenchmarkSession(b *testing.B) {
	for _, t := range targets {
		if !t.chat() {
			continue
		}
		b.Run(fmt.Sprintf("%s/%drooms", t.name, each), func(b *testing.B) {
			url := t.store(b)
			settle(b, url)
			var alone, many float64
			for b.Loop() {
				alone, many = cost(b, url)
			}
			b.ReportMetric(alone, "B/session")
			b.ReportMetric(many, fmt.Sprintf("B/session-in-%d-rooms", each))
		})
	}
}

// settle makes the accounts: those who come first, those who are alone in the lobby, and the many who join their rooms.
func settle(b *testing.B, url string) {
	b.Helper()
	address, stop := startParley(b, url)
	defer stop()
	defer hangUp(comeIn(b, address, "register", "first"))
	defer hangUp(comeIn(b, address, "register", "alone"))
	all := comeIn(b, address, "register", "many")
	defer hangUp(all)
	for i, fd := range all {
		var lines []byte
		for n := range each {
			lines = fmt.Appendf(lines, "/join %s\n", roomName(i/circle*each+n))
		}
		transmit(b, fd, lines)
	}
	for i, fd := range all {
		reads(b, fd, "+ join "+roomName(i/circle*each+each-1)+" ")
	}
}

// comeIn connects one client for each account that is called so, and gives the command.
func comeIn(b *testing.B, address, command, who string) (all []int) {
	b.Helper()
	for i := range sessions {
		fd := dial(b, address)
		transmit(b, fd, fmt.Appendf(nil, "/%s %s%d long enough\n", command, who, i))
		reads(b, fd, fmt.Sprintf("+ %s %s%d", command, who, i))
		all = append(all, fd)
	}
	return all
}

func hangUp(all []int) {
	for _, fd := range all {
		unix.Close(fd)
	}
}

// cost starts the server and returns how many bytes each login of the one kind and of the other takes. Those who come first pay for what
// is there only once, as connections to Redis.
func cost(b *testing.B, url string) (alone, many float64) {
	b.Helper()
	address, stop := startParley(b, url)
	defer stop()
	defer hangUp(comeIn(b, address, "login", "first"))
	begin := heap()
	defer hangUp(comeIn(b, address, "login", "alone"))
	lobby := heap()
	defer hangUp(comeIn(b, address, "login", "many"))
	return (lobby - begin) / sessions, (heap() - lobby) / sessions
}

// heap is what is in use when all garbage has been collected. A server that was stopped needs a moment to become garbage.
func heap() float64 {
	const settled = 64 << 10
	var m runtime.MemStats
	for last := uint64(math.MaxUint64); ; {
		runtime.GC()
		if runtime.ReadMemStats(&m); m.HeapAlloc+settled > last {
			return float64(m.HeapAlloc)
		}
		last = m.HeapAlloc
	}
}
