package baseline

import (
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

const (
	joined = 10_000 // rooms
	part   = 1000   // of them, at the beginning and at the end
)

// BenchmarkJoining has one account make and leave ten thousand rooms, one after the other: either it leaves each at once, or it is in all
// of them before it leaves the first one. The last thousand should cost what the first thousand did. One operation is all of that.
func BenchmarkJoining(b *testing.B) {
	for _, t := range targets {
		if !t.chat() {
			continue
		}
		b.Run(t.name+"/inturn", func(b *testing.B) {
			benchmarkJoining(b, t, func(v *visitor) {
				for i := range joined {
					v.join(i)
					v.leave(i)
				}
			})
		})
		b.Run(t.name+"/together", func(b *testing.B) {
			benchmarkJoining(b, t, func(v *visitor) {
				for i := range joined {
					v.join(i)
				}
				for i := range joined {
					v.leave(i)
				}
			})
		})
	}
}

func benchmarkJoining(b *testing.B, t target, visit func(*visitor)) {
	v := &visitor{b: b, fd: dial(b, t.start(b, grouping{}))}
	b.Cleanup(func() { unix.Close(v.fd) })
	transmit(b, v.fd, register("visitor"))
	reads(b, v.fd, "+ register visitor\r\n")
	for b.Loop() {
		visit(v)
	}
	report(b, "join", v.joins)
	report(b, "leave", v.leaves)
}

// visitor is a client who waits for each answer, and notes how long that takes.
type visitor struct {
	b             *testing.B
	fd            int
	joins, leaves []time.Duration
}

func (v *visitor) join(room int)  { v.joins = append(v.joins, v.ask("join "+roomName(room))) }
func (v *visitor) leave(room int) { v.leaves = append(v.leaves, v.ask("leave "+roomName(room))) }

func (v *visitor) ask(command string) time.Duration {
	begin := time.Now()
	transmit(v.b, v.fd, []byte("/"+command+"\n"))
	reads(v.b, v.fd, "+ "+command)
	return time.Since(begin)
}

// report tells the median of the first thousand, and how many times that the median of the last thousand is. What has run more than once
// is taken together.
func report(b *testing.B, what string, took []time.Duration) {
	var first, last []time.Duration
	for run := range slices.Chunk(took, joined) {
		first = append(first, run[:part]...)
		last = append(last, run[joined-part:]...)
	}
	slices.Sort(first)
	slices.Sort(last)
	begin, end := first[len(first)/2], last[len(last)/2]
	b.ReportMetric(float64(begin.Microseconds()), "µs/"+what)
	b.ReportMetric(end.Seconds()/begin.Seconds(), what+"-last/first")
}
