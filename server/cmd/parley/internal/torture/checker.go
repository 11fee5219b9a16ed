package torture

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Breach is one way in which the delivery contract was broken, and the evidence.
type Breach struct {
	Kind     Kind
	Evidence string
}

// Kind says which promise was broken.
type Kind string

// The promises that can be broken.
const (
	Lost       Kind = "lost"                // kept, but its recipient never read it
	Missing    Kind = "not in history"      // kept or shown, but /history does not show it
	Twice      Kind = "two numbers"         // one message under two numbers, or two under one
	Refused    Kind = "refused, delivered"  // its author was told that it was not kept
	Groundless Kind = "refused, no reason"  // refused for a reason that can't be true
	Disorder   Kind = "order"               // shown or numbered in another order than promised
	Repeated   Kind = "repeated"            // shown twice to one session
	Skipped    Kind = "skipped"             // said in a room, not shown to a session that was there
	Overheard  Kind = "overheard"           // said in a room, shown to somebody who was not in it, or not yet
	Membership Kind = "membership"          // somebody was taken to be in a room or not to be, against what was answered
	NotLive    Kind = "not live"            // private, not shown to a session that was there
	Unanswered Kind = "unanswered"          // a command was not answered, or not in its turn
	Presence   Kind = "sent= or stored"     // the author was told wrongly whether the recipient was there
	Who        Kind = "/who"                // it listed somebody who was gone, or not somebody who was there
	Outcast    Kind = "thrown out"          // a session was ended for a reason that can't be true
	WrongTime  Kind = "at="                 // missing, or not where it belongs, or the wrong time
	Waiting    Kind = "waiting="            // not as many as the login said, or more than an inbox holds
	Expiry     Kind = "expired="            // not as many as the login said
	Stranger   Kind = "stranger"            // nobody said it so, or not to this reader
	TooMuch    Kind = "slow reader"         // a client that did not read was not sent away
	Backup     Kind = "backup"              // it has not what was so at one moment, or can't be restored
	Crashed    Kind = "crashed"             // the server ended by itself
	TooLittle  Kind = "too little happened" // so that nothing can be proven
	Unproven   Kind = "unproven"            // the checker itself failed
)

// checker holds the parts of the proof that several rules need.
type checker struct {
	*history
	byText    map[string]*message
	number    map[*message]int64     // as answered, or else as first shown
	known     map[*message]time.Time // when it was first known to be kept: by its answer, or because somebody read it
	logsOf    map[string][]*connLog
	read      map[string]bool        // reader and text of the private messages that were shown to whom they were for
	inThread  map[string][]*message  // those whose numbers are known and that were not refused, by number
	changesOf map[member][]*change   // that were done, or may have been
	members   map[member]*register   // who was in which room
	invited   map[member]*register   // who had an invitation that was not used yet
	lastSaid  map[*connLog]time.Time // when a session asked for the last that was kept of what it said
	wells     []span                 // in which some node was well, long enough to find out about others
	left      map[*connLog]time.Time // since when a session is counted nowhere any more
	breaches  []Breach
}

// check finds the breaches in what happened. The history must not change any more.
func (h *history) check() []Breach {
	k := newChecker(h)
	k.breaches = slices.Clone(h.noticed)
	k.words()
	k.numbers()
	k.commitOrder()
	k.refusals()
	k.memberships()
	k.losses()
	k.times()
	k.presence()
	k.lists()
	for _, c := range h.logs {
		k.answers(c)
		k.private(c)
		k.copies(c)
		k.live(c)
		k.acrossSessions(c)
		k.rooms(c)
		k.closings(c)
	}
	k.inboxes()
	k.readingsAgree()
	k.readingsAreWhole()
	k.readingsAreAllowed()
	k.momentsOfBackups()
	k.enough()
	return k.breaches
}

func newChecker(h *history) *checker {
	k := &checker{history: h, byText: map[string]*message{}, number: map[*message]int64{}, known: map[*message]time.Time{},
		logsOf: map[string][]*connLog{}, read: map[string]bool{}, inThread: map[string][]*message{},
		lastSaid: map[*connLog]time.Time{}, left: map[*connLog]time.Time{}, changesOf: map[member][]*change{}, members: map[member]*register{}, invited: map[member]*register{}}
	for _, c := range h.logs {
		k.logsOf[c.user] = append(k.logsOf[c.user], c)
	}
	for _, m := range h.messages {
		k.byText[m.text] = m
		if m.kept() {
			k.number[m], k.known[m] = m.number, m.answered
			if m.asked.After(k.lastSaid[m.log]) {
				k.lastSaid[m.log] = m.asked
			}
		}
	}
	k.shown(func(s shown) {
		if s.reader != "" && s.kind == privateLine {
			k.read[s.reader+" "+s.text] = true
		}
		m := k.byText[s.text]
		if m == nil {
			return
		}
		if k.number[m] == 0 && s.number > 0 {
			k.number[m] = s.number
		}
		if first, ok := k.known[m]; !ok || s.when.Before(first) {
			k.known[m] = s.when
		}
	})
	for _, m := range k.inOrder(func(m *message) bool { return !m.refused() }) {
		k.inThread[roomOf(m)] = append(k.inThread[roomOf(m)], m)
	}
	for _, from := range k.calms(time.Time{}) {
		if s := (span{from, from.Add(goneAfter + slack)}); k.isWell(s) {
			k.wells = append(k.wells, s)
		}
	}
	for _, c := range h.logs {
		k.left[c] = k.leaves(c)
	}
	k.registers()
	return k
}

func (k *checker) breach(kind Kind, format string, args ...any) {
	k.breaches = append(k.breaches, Breach{kind, fmt.Sprintf(format, args...)})
}

// shown is something that somebody has read.
type shown struct {
	seen
	kind   lineKind // of those in a session
	reader string   // empty for rows of /history
	epoch  int      // of those in a session
	room   string
	when   time.Time
	where  fmt.Stringer
}

// shown calls f with everything that anybody has read.
func (k *checker) shown(f func(shown)) {
	for _, c := range k.logs {
		for _, l := range c.lines {
			room := lobby
			switch l.kind {
			case answerLine, joinLine, leaveLine:
				continue
			case roomLine:
				room = l.seen.room
			case privateLine:
				room = conversation(l.seen.from, c.user)
			case copyLine:
				room = conversation(c.user, l.seen.to)
			}
			f(shown{l.seen, l.kind, c.user, c.epoch, room, l.at, c})
		}
	}
	for _, r := range k.readings {
		for _, row := range r.rows {
			f(shown{seen: row, room: r.room, when: r.done, where: r})
		}
	}
}

func (r *reading) String() string {
	return fmt.Sprintf("%s of %s, read by %s at %s,", r.command, nameOf(r.room), r.reader, r.asked.Format(clock))
}

// inOrder returns the messages of a kind whose numbers are known, by number.
func (k *checker) inOrder(is func(*message) bool) []*message {
	var all []*message
	for _, m := range k.messages {
		if k.number[m] > 0 && is(m) {
			all = append(all, m)
		}
	}
	slices.SortStableFunc(all, func(a, b *message) int { return cmp.Compare(k.number[a], k.number[b]) })
	return all
}

// fence is the answer to something that a session said in a room. All with a lower number that the session had to be shown must
// stand before it.
type fence struct {
	line   int
	number int64
}

func fences(c *connLog) []fence {
	var all []fence
	for i, l := range c.lines {
		if l.kind != answerLine || l.request.message == nil {
			continue
		}
		if m := l.request.message; m.inRoom() && m.kept() {
			all = append(all, fence{i, m.number})
		}
	}
	return all
}

// fenceBehind returns where the first fence behind a number stands. There is one only if the session was there when the message of
// that number was kept, or logged in later.
func fenceBehind(all []fence, number int64) (at int, ok bool) {
	for _, f := range all {
		if f.number > number {
			return f.line, true
		}
	}
	return 0, false
}

// wasThere reports whether a session was certainly logged in when a message was kept: it had read the answer to its login before the message
// was sent, and something that it said later was kept.
func (k *checker) wasThere(c *connLog, m *message) bool {
	if c.loggedIn.IsZero() || !c.loggedIn.Before(m.asked) {
		return false
	}
	_, ok := fenceBehind(fences(c), k.number[m])
	return ok
}
