package baseline

import (
	"bytes"
	"time"
)

// speakers is how many members of a room speak at most.
const speakers = 4

// listener is a member who only hears.
type listener struct {
	at   int64 // how much of the room's stream it has heard, in bytes
	next int64 // how many whole messages
}

// speaker is a member who speaks.
type speaker struct {
	sent     int
	answered int
	hearing
	spoke    time.Time   // when it last spoke
	waiting  [window]int // how many of the members have not heard a message, by its number modulo window
	inFlight int
	out      []byte
}

// hearing is what was heard of all speakers.
type hearing struct {
	last  [speakers]int // of each
	order uint64        // a hash of who said what in which place
}

// note takes the next message of a speaker.
func (h *hearing) note(place, seq int) {
	h.last[place] = seq
	h.order = (h.order ^ uint64(seq*speakers+place)) * 1099511628211 // as FNV does
}

// window is more messages than any speaker has in flight.
const window = 256

// message is one of a room's stream.
type message struct {
	end    int64 // where it ends in the stream
	author *peer
	seq    int
}

// room is some clients who hear each other; the first of them speak. All listeners must hear the same bytes, so only those who are the
// first to hear a part of them have it taken apart. The speakers must hear the same order, in which each has the answer in the place of what it
// has said itself.
type room struct {
	*load
	members  []*peer
	speakers int
	inFlight int    // of each speaker
	inTurn   bool   // only one speaks at a time
	turn     int    // whose it is
	command  string // in front of a text
	behind   string // the end of a line
	stream   []byte
	base     int64 // where stream begins
	parsed   int64 // up to where it is taken apart
	messages []message
	first    int64 // number of messages[0]
	hearing
	arrived int                          // deliveries to others than the speaker
	reaches func(listener, author *peer) // is called for each message that reaches a listener; may be nil
}

// speak has every speaker send as many messages as are still allowed, or only the one whose turn it is.
func (r *room) speak() {
	if r.inTurn {
		if r.members[r.turn].inFlight == 0 {
			r.turn = (r.turn + 1) % r.speakers
			r.say(r.members[r.turn])
		}
		return
	}
	for _, p := range r.members[:r.speakers] {
		r.say(p)
	}
}

// say has a speaker send as many messages as it still may, in one write.
func (r *room) say(p *peer) {
	p.out = p.out[:0]
	for ; p.inFlight < r.inFlight; p.inFlight++ {
		p.sent++
		p.waiting[p.sent%window] = len(r.members)
		p.out = append(p.out, r.command...)
		p.out = append(appendText(p.out, p.number, p.sent), r.behind...)
	}
	if len(p.out) > 0 {
		p.spoke = time.Now()
		transmit(r.b, p.fd, p.out)
	}
}

func (r *room) take(p *peer, in []byte) {
	if p.number-r.members[0].number < r.speakers {
		p.lines(in, func(line []byte) { r.line(p, line) })
	} else {
		r.hear(p, in)
	}
}

// line takes one line that a speaker hears: the answer to its own message, or another's.
func (r *room) line(p *peer, line []byte) {
	if isAnswer(line) || len(p.source) > 0 && bytes.HasPrefix(line, p.source) {
		p.answered++
		p.note(p.number-r.members[0].number, p.answered)
		r.reached(p, p.answered)
		return
	}
	author, seq := r.said(line, &p.hearing)
	if author != p {
		r.arrived++
	}
	r.reached(author, seq)
}

// said returns whose next message a line is, and notes it behind what was heard before.
func (r *room) said(line []byte, h *hearing) (author *peer, seq int) {
	sender, seq, ok := parseText(line)
	place := sender - r.members[0].number
	if !ok || place < 0 || place >= r.speakers || seq != h.last[place]+1 {
		r.b.Fatalf("%q is heard in the room of %s behind %v", line, name(r.members[0].number), h.last)
	}
	h.note(place, seq)
	return r.members[place], seq
}

// reached notes that one more has a message, or that its speaker has the answer.
func (r *room) reached(p *peer, seq int) {
	left := &p.waiting[seq%window]
	if *left--; *left == 0 {
		p.inFlight--
	}
}

// hear takes what a listener hears.
func (r *room) hear(p *peer, in []byte) {
	known := r.stream[p.at-r.base:]
	n := min(len(known), len(in))
	if !bytes.Equal(known[:n], in[:n]) {
		r.b.Fatalf("%s does not hear what others do:\n%.100q\n%.100q", name(p.number), in[:n], known[:n])
	}
	if n < len(in) {
		r.stream = append(r.stream, in[n:]...)
		r.parse()
	}
	p.at += int64(len(in))
	for ; p.next-r.first < int64(len(r.messages)); p.next++ {
		m := &r.messages[p.next-r.first]
		if m.end > p.at {
			break
		}
		r.arrived++
		if r.reaches != nil {
			r.reaches(p, m.author)
		}
		r.reached(m.author, m.seq)
	}
	if len(r.messages) > 4096 {
		r.trim()
	}
}

// parse takes apart what is new in the stream.
func (r *room) parse() {
	for {
		rest := r.stream[r.parsed-r.base:]
		end := bytes.IndexByte(rest, '\n') + 1
		if end == 0 {
			return
		}
		author, seq := r.said(rest[:end], &r.hearing)
		r.parsed += int64(end)
		r.messages = append(r.messages, message{r.parsed, author, seq})
	}
}

// trim forgets what all listeners have heard.
func (r *room) trim() {
	at, next := r.parsed, r.first+int64(len(r.messages))
	for _, p := range r.members[r.speakers:] {
		at, next = min(at, p.at), min(next, p.next)
	}
	r.stream = r.stream[:copy(r.stream, r.stream[at-r.base:])]
	r.messages = r.messages[:copy(r.messages, r.messages[next-r.first:])]
	r.base, r.first = at, next
}
