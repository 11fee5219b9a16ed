package baseline

import (
	"fmt"
	"testing"
)

// private is the load of BenchmarkPrivate.
type private struct {
	*load
	last    []int // message of each pair
	answers int
	arrived int
	out     []byte
}

// BenchmarkPrivate has pairs of people answer each other, one message in flight for each pair. One operation is one
// delivery.
func BenchmarkPrivate(b *testing.B) {
	for _, pairs := range []int{1, 100} {
		for _, t := range targets {
			workload := fmt.Sprintf("%dpairs", pairs)
			b.Run(t.name+"/"+workload, func(b *testing.B) {
				l := &private{load: newLoad(b, t, grouping{pairs: true}, 2*pairs), last: make([]int, pairs)}
				for i := range pairs {
					l.send(l.peers[2*i])
				}
				measure(b, t.name, "Private/"+workload, l.deliveries)
				l.finish()
			})
		}
	}
}

// deliveries waits and returns how many there were, at least one.
func (l *private) deliveries() int {
	l.arrived = 0
	for l.arrived == 0 {
		l.wait(func(p *peer, in []byte) {
			p.lines(in, func(line []byte) { l.line(p, line) })
		})
	}
	return l.arrived
}

// send has a peer send the next message of its pair.
func (l *private) send(p *peer) {
	pair := p.number / 2
	l.last[pair]++
	l.out = l.out[:0]
	if l.target.chat() {
		l.out = append(append(append(l.out, "/msg "...), name(p.number^1)...), ' ')
	}
	l.out = append(appendText(l.out, p.number, l.last[pair]), '\n')
	transmit(l.b, p.fd, l.out)
}

func (l *private) line(p *peer, line []byte) {
	if isAnswer(line) {
		l.answers++
		return
	}
	pair := p.number / 2
	if sender, seq, ok := parseText(line); !ok || sender != p.number^1 || seq != l.last[pair] {
		l.b.Fatalf("%s hears %q instead of message %d", name(p.number), line, l.last[pair])
	}
	l.arrived++
	l.send(p)
}

// finish sees that every message but the last ones was answered.
func (l *private) finish() {
	sent := 0
	for _, n := range l.last {
		sent += n
	}
	for l.target.chat() && l.answers < sent-len(l.last) {
		l.deliveries()
	}
}
