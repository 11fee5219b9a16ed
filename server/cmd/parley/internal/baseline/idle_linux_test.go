package baseline

import (
	"fmt"
	"os"
	"testing"
	"time"
)

const (
	idlers  = 10_000
	settles = 4 * time.Second // after which a server has given back what it does not need
)

// BenchmarkIdleSession measures what ten thousand sessions in the lobby that do nothing add to the resident memory of a server that has just
// started. One operation is the start of the server, and the logins of all by token.
func BenchmarkIdleSession(b *testing.B) {
	for _, t := range targets {
		if !t.chat() {
			continue
		}
		b.Run(t.name, func(b *testing.B) {
			url := t.store(b)
			maker := startProcess(b, url)
			c := newCrowd(b, makeTokens(b, maker.address, idlers, func(int) []byte { return nil }))
			maker.kill()
			c.stays = true
			var each float64
			for b.Loop() {
				server := startProcess(b, url)
				time.Sleep(settles)
				fresh := resident(b, server.pid)
				c.comeIn(server.address)
				time.Sleep(settles)
				each = float64(resident(b, server.pid)-fresh) / idlers
				server.kill()
				c.hangUp()
			}
			b.ReportMetric(each, "B/session")
		})
	}
}

// resident is how much of a process's memory is in use, in bytes.
func resident(b *testing.B, pid int) int {
	b.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	must(b, err)
	var size, pages int
	_, err = fmt.Sscan(string(stat), &size, &pages)
	must(b, err)
	return pages * os.Getpagesize()
}
