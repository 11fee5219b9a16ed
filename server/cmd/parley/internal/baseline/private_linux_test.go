package baseline

import (
	"fmt"
	"os"
	"testing"
)

// private is the load of BenchmarkPrivate: people in pairs answer each other, one message in flight for each pair. Whoever is to speak waits for the answer
// to what he has said before.
type private struct {
	*load
	speech   speech
	answers  bool   // each message is answered
	last     []int  // message of each pair
	owed     []int  // answers that each client waits for
	turn     []bool // whether it is to speak
	quiet    bool   // nobody speaks any more
	sent     int
	answered int
	heard    int
	arrived  int
	out      []byte
}

// speech is how clients say private messages to their neighbours, and hear them.
type speech interface {
	// begin is called when all are connected.
	begin(l *private)
	// say has a client's text sent to its neighbour.
	say(l *private, client int, text []byte)
	// take takes what a connection has received. It calls private.hear for each message, and private.answer for each answer.
	take(l *private, p *peer, in []byte)
	// done reports whether nothing of what was heard is still to be acknowledged.
	done() bool
}

// BenchmarkPrivate measures messages between two. One operation is one delivery.
func BenchmarkPrivate(b *testing.B) {
	for _, pairs := range []int{1, 100} {
		for _, t := range pairTargets {
			workload := fmt.Sprintf("%dpairs", pairs)
			b.Run(t.name+"/"+workload, func(b *testing.B) {
				if t.serve != nil && os.Getenv("PEERS") == "" {
					b.Skip("this is another program; make bench PEERS=1 measures it, too")
				}
				l := newPrivate(b, t, pairs)
				l.begin()
				measureBy(b, l.cpu, t.name, "Private/"+workload, l.deliveries)
				l.finish()
			})
		}
	}
}

// newPrivate connects so many pairs.
func newPrivate(b testing.TB, t target, pairs int) *private {
	l := &private{last: make([]int, pairs), owed: make([]int, 2*pairs), turn: make([]bool, 2*pairs)}
	g, connections := grouping{pairs: true, answers: t.answers}, 2*pairs
	l.speech, l.answers = lines{}, t.answers || t.chat()
	if t.speech != nil {
		l.speech, l.answers = t.speech(2*pairs), true
		connections *= t.connections
	}
	l.load = newLoad(b, t, g, connections)
	l.speech.begin(l)
	return l
}

// begin has the first of each pair speak.
func (l *private) begin() {
	for pair := range l.last {
		l.say(2 * pair)
	}
}

// deliveries waits and returns how many there were, at least one.
func (l *private) deliveries() int {
	for l.arrived = 0; l.arrived == 0; {
		l.look()
	}
	return l.arrived
}

// look takes what has arrived.
func (l *private) look() { l.wait(func(p *peer, in []byte) { l.speech.take(l, p, in) }) }

// say has a client say the next message of its pair.
func (l *private) say(client int) {
	pair := client / 2
	l.last[pair]++
	l.sent++
	if l.answers {
		l.owed[client]++
	}
	l.out = appendText(l.out[:0], client, l.last[pair])
	l.speech.say(l, client, l.out)
}

// hear notes that a client has heard a message, which must be the next one of its pair.
func (l *private) hear(client int, line []byte) {
	pair := client / 2
	if sender, seq, ok := parseText(line); !ok || sender != client^1 || seq != l.last[pair] || l.turn[client] {
		l.b.Fatalf("%s hears %q instead of message %d", name(client), line, l.last[pair])
	}
	l.heard++
	l.arrived++
	l.turn[client] = true
	l.next(client)
}

// answer notes that what a client has said is kept.
func (l *private) answer(client int) {
	l.answered++
	l.owed[client]--
	l.next(client)
}

// next has a client speak if it is to.
func (l *private) next(client int) {
	if l.turn[client] && l.owed[client] == 0 && !l.quiet {
		l.turn[client] = false
		l.say(client)
	}
}

// finish sees that every message was heard once, answered and acknowledged.
func (l *private) finish() {
	l.quiet = true
	for l.heard < l.sent || l.answers && l.answered < l.sent || !l.speech.done() {
		l.look()
	}
}

// lines is what is said to parley, and to the baseline.
type lines struct{}

func (lines) begin(*private) {}

func (lines) done() bool { return true }

func (lines) say(l *private, client int, text []byte) {
	var line []byte
	if l.target.chat() {
		line = append(append(append(line, "/msg "...), name(client^1)...), ' ')
	}
	transmit(l.b, l.peers[client].fd, append(append(line, text...), '\n'))
}

func (lines) take(l *private, p *peer, in []byte) {
	p.lines(in, func(line []byte) {
		if isAnswer(line) {
			l.answer(p.number)
		} else {
			l.hear(p.number, line)
		}
	})
}
