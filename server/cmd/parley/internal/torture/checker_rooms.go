package torture

import "time"

// The rules about what one session is shown of rooms. The lobby is a room that everybody is in.

// stay is a time in which a session reads a room: from its login, or its account's joining, to the leaving or its own end.
type stay struct {
	room     string
	from, to int       // its lines: the first, and the one behind the last
	begun    time.Time // what was said later belongs to it, unless it comes behind the end
	let      time.Time // what was known to be kept before does not belong to it; zero if that is not known
	ended    time.Time // what was known to be kept before comes before the end; zero if that is not known
}

// rooms: a session sees what is said in the rooms of its account as /history has it: in order, nothing twice, and nothing left out. What it
// says itself is in its place by its answer; if that was unsure, it is shown like what others say. Only the end may be missing, behind the last that the session saw or said.
func (k *checker) rooms(c *connLog) {
	if c.loggedIn.IsZero() {
		return
	}
	numbers := k.oneOrder(c)
	stays := k.follow(c)
	k.outside(c, stays, numbers)
	for _, s := range stays {
		k.gaps(c, s, numbers)
	}
}

// saidInRoom returns what was said in a room, of a line that shows it or is the answer to it; nil for other lines.
func (k *checker) saidInRoom(l line) *message {
	m := k.byText[l.seen.text]
	switch l.kind {
	case answerLine:
		if m = l.request.message; m != nil && m.inRoom() && m.kept() {
			return m
		}
	case lobbyLine, roomLine:
		if m != nil && m.to == l.seen.room {
			return m
		}
	}
	return nil
}

// oneOrder: what is said in all rooms is shown in the one order, nothing twice. It returns the number of each line, 0 if it has none.
func (k *checker) oneOrder(c *connLog) []int64 {
	numbers := make([]int64, len(c.lines))
	shown := map[*message]bool{}
	last := int64(0)
	for i, l := range c.lines {
		m := k.saidInRoom(l)
		if m == nil {
			continue
		}
		number := k.number[m]
		switch {
		case shown[m] || l.kind != answerLine && m.log == c && m.code != unsure:
			k.breach(Repeated, "%s shows %s again", c, m)
			continue
		case number == 0:
			k.shouldBeRead(c, m, last, l)
			continue
		case number < last:
			k.breach(Disorder, "%s shows %s behind %d", c, m, last)
		}
		shown[m] = true
		numbers[i] = number
		last = max(last, number)
	}
	return numbers
}

// outside: what is said in a room is shown only to those who are in it, and to nobody what was said before he came. The numbers of such lines
// say nothing about the others, and are taken out.
func (k *checker) outside(c *connLog, stays []*stay, numbers []int64) {
	for i, l := range c.lines {
		if l.kind != roomLine {
			continue
		}
		s := stayAt(stays, l.seen.room, i)
		m := k.byText[l.seen.text]
		switch {
		case s == nil:
			k.breach(Overheard, "%s shows %s, and is not in %s", c, l.seen, l.seen.room)
		case m != nil && k.known[m].Before(s.let):
			k.breach(Overheard, "%s shows %s, which was kept before %s came into %s", c, m, c.user, s.room)
		default:
			continue
		}
		numbers[i] = 0
	}
}

// stayAt is the one that a line belongs to.
func stayAt(stays []*stay, room string, line int) *stay {
	for _, s := range stays {
		if s.room == room && s.from <= line && line < s.to {
			return s
		}
	}
	return nil
}

// gaps: nothing is left out between the beginning of a stay and its end, or the last that the session saw or said in any room.
func (k *checker) gaps(c *connLog, s *stay, numbers []int64) {
	first, last := int64(0), int64(0)
	for _, n := range numbers[s.from:s.to] {
		if first == 0 {
			first = n
		}
		last = max(last, n)
	}
	shown := map[*message]bool{}
	for _, l := range c.lines {
		shown[k.saidInRoom(l)] = true
	}
	for _, m := range k.inThread[s.room] {
		number := k.number[m]
		after := first > 0 && number > first || s.begun.Before(m.asked)
		before := number < last || k.known[m].Before(s.ended)
		if after && before && !shown[m] && (m.log != c || m.code == unsure) {
			k.breach(Skipped, "%s shows %s up to %d, and not %s", c, nameOf(s.room), last, m)
		}
	}
}
