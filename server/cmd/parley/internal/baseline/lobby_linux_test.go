package baseline

import (
	"bytes"
	"fmt"
	"testing"
)

// senders is how many of the members speak.
const senders = 4

// listener is a member who only hears.
type listener struct {
	at   int64 // how much of the lobby's stream it has heard, in bytes
	next int64 // how many whole messages
}

// speaker is a member who speaks.
type speaker struct {
	sent     int
	answered int
	heard    [senders]int // the last of each speaker
	waiting  [window]int  // how many of the members have not heard a message, by its number modulo window
	inFlight int
	out      []byte
}

// window is more messages than any speaker has in flight.
const window = 128

// message is one of the lobby's stream.
type message struct {
	end         int64 // where it ends in the stream
	sender, seq int
}

// lobby is the load of BenchmarkLobby. All listeners must hear the same bytes, so only those who are the first to hear a
// part of them have it taken apart.
type lobby struct {
	*load
	inFlight int // of each speaker
	stream   []byte
	base     int64 // where stream begins
	parsed   int64 // up to where it is taken apart
	messages []message
	first    int64 // number of messages[0]
	heard    [senders]int
	arrived  int // deliveries to others than the speaker
}

// BenchmarkLobby has four members speak, each with so many messages in flight. A message is in flight until every member
// has heard it and its speaker has the answer. One operation is one delivery.
func BenchmarkLobby(b *testing.B) {
	for _, members := range []int{100, 1000} {
		for _, inFlight := range []int{1, 64} {
			for _, t := range targets {
				workload := fmt.Sprintf("%dmembers/%dwindow", members, inFlight)
				b.Run(t.name+"/"+workload, func(b *testing.B) {
					l := &lobby{load: newLoad(b, t, false, members), inFlight: inFlight}
					measure(b, t.name, "Lobby/"+workload, l.deliveries)
					l.finish()
				})
			}
		}
	}
}

// deliveries has the speakers speak and returns how many deliveries there were since the last time, at least one.
func (l *lobby) deliveries() int {
	l.arrived = 0
	for l.arrived == 0 {
		l.speak()
		l.wait(l.take)
	}
	return l.arrived
}

// finish sees that nothing was lost.
func (l *lobby) finish() {
	for _, p := range l.peers[:senders] {
		for p.inFlight > 0 {
			l.wait(l.take)
		}
	}
}

// speak has every speaker send as many messages as are still allowed, in one write.
func (l *lobby) speak() {
	for _, p := range l.peers[:senders] {
		p.out = p.out[:0]
		for ; p.inFlight < l.inFlight; p.inFlight++ {
			p.sent++
			p.waiting[p.sent%window] = len(l.peers)
			if l.target.chat {
				p.out = append(p.out, "/all "...)
			}
			p.out = append(appendText(p.out, p.number, p.sent), '\n')
		}
		if len(p.out) > 0 {
			transmit(l.b, p.fd, p.out)
		}
	}
}

func (l *lobby) take(p *peer, in []byte) {
	if p.number < senders {
		p.lines(in, func(line []byte) { l.line(p, line) })
	} else {
		l.hear(p, in)
	}
}

// line takes one line that a speaker hears: the answer to its own message, or another's.
func (l *lobby) line(p *peer, line []byte) {
	if line[0] == '+' {
		p.answered++
		l.reached(p, p.answered)
		return
	}
	sender, seq, ok := parseText(line)
	if !ok || sender >= senders || seq != p.heard[sender]+1 {
		l.b.Fatalf("%s hears %q behind message %d", name(p.number), line, p.heard[min(sender, senders-1)])
	}
	p.heard[sender] = seq
	if sender != p.number {
		l.arrived++
	}
	l.reached(l.peers[sender], seq)
}

// reached notes that one more has a message, or that its speaker has the answer.
func (l *lobby) reached(p *peer, seq int) {
	left := &p.waiting[seq%window]
	if *left--; *left == 0 {
		p.inFlight--
	}
}

// hear takes what a listener hears.
func (l *lobby) hear(p *peer, in []byte) {
	known := l.stream[p.at-l.base:]
	n := min(len(known), len(in))
	if !bytes.Equal(known[:n], in[:n]) {
		l.b.Fatalf("%s does not hear what others do:\n%.100q\n%.100q", name(p.number), in[:n], known[:n])
	}
	if n < len(in) {
		l.stream = append(l.stream, in[n:]...)
		l.parse()
	}
	p.at += int64(len(in))
	for ; p.next-l.first < int64(len(l.messages)); p.next++ {
		m := &l.messages[p.next-l.first]
		if m.end > p.at {
			break
		}
		l.arrived++
		l.reached(l.peers[m.sender], m.seq)
	}
	if len(l.messages) > 4096 {
		l.trim()
	}
}

// parse takes apart what is new in the stream.
func (l *lobby) parse() {
	for {
		rest := l.stream[l.parsed-l.base:]
		end := bytes.IndexByte(rest, '\n') + 1
		if end == 0 {
			return
		}
		sender, seq, ok := parseText(rest[:end])
		if !ok || sender >= senders || seq != l.heard[sender]+1 {
			l.b.Fatalf("the members hear %q behind message %d", rest[:end], l.heard[min(sender, senders-1)])
		}
		l.heard[sender] = seq
		l.parsed += int64(end)
		l.messages = append(l.messages, message{l.parsed, sender, seq})
	}
}

// trim forgets what all listeners have heard.
func (l *lobby) trim() {
	at, next := l.parsed, l.first+int64(len(l.messages))
	for _, p := range l.peers[senders:] {
		at, next = min(at, p.at), min(next, p.next)
	}
	l.stream = l.stream[:copy(l.stream, l.stream[at-l.base:])]
	l.messages = l.messages[:copy(l.messages, l.messages[next-l.first:])]
	l.base, l.first = at, next
}
