package torture

import (
	"fmt"
	"maps"
	"slices"
	"sort"
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
	Lost      Kind = "lost"               // kept, but its recipient never read it
	Missing   Kind = "not in history"     // kept or read, but /history does not show it
	Twice     Kind = "two numbers"        // one message under two numbers, or two under one
	Refused   Kind = "refused, delivered" // its author was told that it was not kept
	Disorder  Kind = "order"              // a reader's order is not that of /history
	Repeated  Kind = "repeated"           // in the lobby, twice to one session
	Skipped   Kind = "skipped"            // in the lobby, not shown to a session that was there
	Stranger  Kind = "stranger"           // nobody said it so, or not to this reader
	Undrained Kind = "undrained"          // what the server said was waiting did not come, or came for ever
	Crashed   Kind = "crashed"            // the server ended by itself
	Unproven  Kind = "unproven"           // the checker itself failed
)

// judge holds the parts of the proof that several promises need.
type judge struct {
	*ledger
	byText    map[string]*sent
	lastAsked map[int]time.Time // when the last message that was kept by a run of the server was asked for
	forgiven  int               // refused messages that a crash may have brought back, and that were seen
	breaches  []Breach
}

// verdict proves from what was seen that the contract was kept, or names the breaches. Forgiven is how many refused
// messages appeared that a crash excuses.
func (l *ledger) verdict() (breaches []Breach, forgiven int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	j := &judge{ledger: l, byText: map[string]*sent{}, lastAsked: map[int]time.Time{}}
	j.breaches = append(j.breaches, l.odd...)
	for _, s := range l.sent {
		j.byText[s.text] = s
		if s.kept() && s.asked.After(j.lastAsked[s.run]) {
			j.lastAsked[s.run] = s.asked
		}
	}
	j.words()
	j.numbers()
	j.refusals()
	j.losses()
	j.privateOrder()
	j.lobbyOrder()
	j.histories()
	return j.breaches, j.forgiven
}

func (j *judge) breach(kind Kind, format string, args ...any) {
	j.breaches = append(j.breaches, Breach{kind, fmt.Sprintf(format, args...)})
}

// appearances calls f with everything that anybody has read, and where.
func (j *judge) appearances(f func(m seen, reader, room, where string)) {
	for _, s := range j.sittings {
		for _, m := range s.private {
			f(m, s.who, conversation(m.from, s.who), fmt.Sprintf("%s's session %d", s.who, s.number))
		}
		for _, m := range s.lobby {
			f(m, s.who, lobby, fmt.Sprintf("the lobby in %s's session %d", s.who, s.number))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(j.rooms)) {
		for _, number := range slices.Sorted(maps.Keys(j.rooms[name].rows)) {
			f(j.rooms[name].rows[number], "", name, "/history of "+describeRoom(name))
		}
	}
}

// words proves that all that was read was said, by this author and in this place.
func (j *judge) words() {
	j.appearances(func(m seen, reader, room, where string) {
		s := j.byText[m.text]
		switch {
		case s == nil:
			j.breach(Stranger, "%s shows %q by %s, which nobody said", where, clip(m.text), m.from)
		case s.from != m.from:
			j.breach(Stranger, "%s shows %s as said by %s", where, describe(s), m.from)
		case room != roomOf(s) || reader != "" && s.to != lobby && reader != s.to:
			j.breach(Stranger, "%s shows %s", where, describe(s))
		}
	})
}

// numbers proves that each message has one number and each number one message, everywhere.
func (j *judge) numbers() {
	numberOf, textOf := map[string]int64{}, map[int64]string{}
	check := func(text string, number int64, where string) {
		if number == 0 {
			return
		}
		if first, ok := numberOf[text]; ok && first != number {
			j.breach(Twice, "%q has the number %d, and %d in %s", clip(text), first, number, where)
		} else if other, ok := textOf[number]; ok && other != text {
			j.breach(Twice, "the number %d is of %q, and in %s of %q", number, clip(other), where, clip(text))
		}
		if numberOf[text] == 0 {
			numberOf[text] = number
		}
		if textOf[number] == "" {
			textOf[number] = text
		}
	}
	for _, s := range j.sent {
		check(s.text, s.number, "the answer to its author")
	}
	j.appearances(func(m seen, _, _, where string) { check(m.text, m.number, where) })
}

// refusals proves that nobody has read what was refused.
func (j *judge) refusals() {
	told := map[string]bool{}
	j.appearances(func(m seen, _, _, where string) {
		s := j.byText[m.text]
		if s == nil || !s.refused() || told[s.text] {
			return
		}
		told[s.text] = true
		if j.excused(s) {
			j.forgiven++
			return
		}
		j.breach(Refused, "%s was refused (%s), and is in %s", describe(s), s.code, where)
	})
}

// excused reports whether only a crash can have brought back a refused message: its author was told unavailable, the server
// was killed, and until then it did not confirm anything that was asked for after the refusal. Had it, it would have
// taken the message back before.
func (j *judge) excused(s *sent) bool {
	return s.code == "unavailable" && j.killed[s.run] && !j.lastAsked[s.run].After(s.answered)
}

// losses proves that every private message that was kept has reached its recipient.
func (j *judge) losses() {
	read := map[string]bool{}
	for _, s := range j.sittings {
		for _, m := range s.private {
			read[s.who+" "+m.text] = true
		}
	}
	for _, s := range j.sent {
		if s.to != lobby && s.kept() && !read[s.to+" "+s.text] {
			j.breach(Lost, "%s was kept as %d, and %s never read it", describe(s), s.number, s.to)
		}
	}
}

// privateOrder proves that in each session the messages that the reader had not had before came in the order of their numbers.
func (j *judge) privateOrder() {
	had := map[string]map[int64]bool{}
	for _, s := range j.sittings {
		if had[s.who] == nil {
			had[s.who] = map[int64]bool{}
		}
		last := int64(0)
		for _, m := range s.private {
			if had[s.who][m.number] {
				continue
			}
			had[s.who][m.number] = true
			if m.number < last {
				j.breach(Disorder, "%s's session %d shows %d for the first time behind %d", s.who, s.number, m.number, last)
			}
			last = m.number
		}
	}
}

// lobbyOrder proves that each session saw a stretch of the lobby as /history has it: in order, nothing twice, and nothing
// left out but perhaps the reader's own words.
func (j *judge) lobbyOrder() {
	past := j.room(lobby)
	numberOf := map[string]int64{}
	for number, m := range past.rows {
		numberOf[m.text] = number
	}
	order := slices.Sorted(maps.Keys(past.rows))
	for _, s := range j.sittings {
		where := fmt.Sprintf("%s's session %d", s.who, s.number)
		last, shown := int64(0), map[string]bool{}
		for _, m := range s.lobby {
			number := numberOf[m.text]
			switch {
			case shown[m.text]:
				j.breach(Repeated, "%s shows %q twice", where, clip(m.text))
				continue
			case number == 0:
				if len(past.holes) == 0 {
					j.breach(Missing, "%s shows %q, which is not in /history", where, clip(m.text))
				}
				continue
			case number < last:
				j.breach(Disorder, "%s shows %d behind %d in the lobby", where, number, last)
			case last > 0:
				j.skipped(order, past, last, number, s.who, where)
			}
			shown[m.text] = true
			last = number
		}
	}
}

// skipped looks for messages of others between two that a session showed one behind the other.
func (j *judge) skipped(order []int64, past *room, first, second int64, who, where string) {
	at := sort.Search(len(order), func(i int) bool { return order[i] > first })
	for ; at < len(order) && order[at] < second; at++ {
		if m := past.rows[order[at]]; m.from != who {
			j.breach(Skipped, "%s shows %d and then %d, and not %s between them", where, first, second, describeRow(m))
		}
	}
}

// histories proves that /history shows all that was kept or privately read, each page in order and like the ones before.
func (j *judge) histories() {
	for _, name := range slices.Sorted(maps.Keys(j.rooms)) {
		for _, what := range j.rooms[name].disorder {
			j.breach(Disorder, "/history of %s: %s", describeRoom(name), what)
		}
	}
	told := map[int64]bool{}
	check := func(name string, number int64, text, why string) {
		r := j.room(name)
		if _, ok := r.rows[number]; !ok && !told[number] && !r.inHole(number) {
			told[number] = true
			j.breach(Missing, "%q was %s as %d, and /history of %s does not show it", clip(text), why, number, describeRoom(name))
		}
	}
	for _, s := range j.sent {
		if s.kept() {
			check(roomOf(s), s.number, s.text, "kept")
		}
	}
	for _, s := range j.sittings {
		for _, m := range s.private {
			check(conversation(m.from, s.who), m.number, m.text, "delivered")
		}
	}
}

func describe(s *sent) string {
	return fmt.Sprintf("%q from %s to %s (asked %s, server run %d)", clip(s.text), s.from, nameOf(s.to), s.asked.Format(clock), s.run)
}

func nameOf(to string) string {
	if to == lobby {
		return "all"
	}
	return to
}

func describeRow(m seen) string { return fmt.Sprintf("%d %q by %s", m.number, clip(m.text), m.from) }

func describeRoom(name string) string {
	if name == lobby {
		return "the lobby"
	}
	return name
}

// clip leaves of a text what tells it from others.
func clip(text string) string {
	const enough = 24
	if len(text) > enough {
		return text[:enough] + "…"
	}
	return text
}
