package torture

import (
	"slices"
	"time"
)

// follower goes through the lines of a session, and knows who is in which room as the session was shown it.
type follower struct {
	*checker
	c    *connLog
	in   map[member]bool  // those about whom the session was shown something
	told map[member]bool  // a breach was found about them
	open map[string]*stay // by room
	all  []*stay

	since map[string]time.Time // by room: the last coming or going of the account is not older
}

// follow: what a session is shown of joins and leaves makes sense, and agrees with what was answered for them. It returns the stays of the session.
func (k *checker) follow(c *connLog) []*stay {
	f := &follower{checker: k, c: c, in: map[member]bool{}, told: map[member]bool{}, open: map[string]*stay{},
		since: map[string]time.Time{}}
	f.begin(lobby, 0, c.loggedIn, time.Time{})
	for _, room := range rooms {
		f.login(room)
	}
	for i, l := range c.lines {
		if who, in, ok := f.moved(l); ok {
			f.moves(i, who, in)
		} else if m := k.saidInRoom(l); m != nil && l.kind == answerLine {
			f.said(m)
		}
	}
	return f.all
}

func (f *follower) begin(room string, line int, begun, let time.Time) {
	f.open[room] = &stay{room: room, from: line, to: len(f.c.lines), begun: begun, let: let}
	f.all = append(f.all, f.open[room])
}

// moved returns who is in a room from a line on, or is not any more.
func (f *follower) moved(l line) (who member, in, ok bool) {
	switch l.kind {
	case joinLine, leaveLine:
		return member{l.seen.from, l.seen.room}, l.kind == joinLine, true
	case answerLine:
		if ch := l.request.change; ch != nil && ch.do != invite && ch.done() {
			return ch.member(), ch.do == join, true
		}
	}
	return member{}, false, false
}

// login finds out whether the account was in a room at the login. It was if it goes first, and was not if it comes first. If it does neither, it
// was if the session takes part there; and if it does not, what others were told must do.
func (f *follower) login(room string) {
	self, when := member{f.c.user, room}, span{f.c.asked, f.c.loggedIn}
	f.since[room] = f.c.asked
	in, known := f.firstMove(self)
	switch {
	case known:
		f.is(self, in, when, "%s was shown that %s when it logged in", f.c, self.is(in))
	case f.takesPart(room):
		in = f.is(self, true, when, "%s takes part in %s from its login on", f.c, room)
	default:
		in = f.register(f.members, self).contradicts(false, when)
		if !in && !f.register(f.members, self).contradicts(true, when) {
			return // it may have come just then, or gone
		}
	}
	if f.in[self] = in; in {
		var let time.Time
		if room == den {
			let, _ = f.letIn(self, when)
		}
		f.begin(room, 0, f.c.loggedIn, let)
	}
}

// firstMove reports whether somebody was in a room before the first line that shows him come or go.
func (f *follower) firstMove(of member) (in, known bool) {
	for _, l := range f.c.lines {
		if who, in, ok := f.moved(l); ok && who == of {
			return !in, true
		}
	}
	return false, false
}

// takesPart reports whether the session reads or says something in a room, or sees others come and go.
func (f *follower) takesPart(room string) bool {
	return slices.ContainsFunc(f.c.lines, func(l line) bool {
		m := f.saidInRoom(l)
		return l.seen.room == room || m != nil && m.to == room
	})
}

// moves notes that somebody comes or goes.
func (f *follower) moves(i int, who member, in bool) {
	l := f.c.lines[i]
	if before, known := f.in[who]; known && before == in {
		f.breach(Membership, "%s shows that %s, and had shown it before", f.c, l)
		return
	}
	if who.account == f.c.user {
		f.in[who] = in
		f.ownMove(i, who, in)
		return
	}
	if f.open[who.room] == nil {
		f.breach(Overheard, "%s shows that %s, and is not in %s", f.c, l, who.room)
		return
	}
	if _, ok := f.cause(who, in, time.Time{}, l.at); !ok {
		f.breach(Stranger, "%s shows that %s, which nobody asked for", f.c, l)
	}
	f.in[who] = in
}

// ownMove begins or ends a stay of the session's account.
func (f *follower) ownMove(i int, self member, in bool) {
	l := f.c.lines[i]
	asked, ok := f.cause(self, in, f.since[self.room], l.at)
	if !ok {
		f.breach(Stranger, "%s shows that %s, which nobody asked for", f.c, l)
	}
	if l.kind == answerLine {
		asked = l.request.change.asked
	}
	f.since[self.room] = asked
	if in {
		f.begin(self.room, i+1, l.at, asked)
		return
	}
	s := f.open[self.room]
	delete(f.open, self.room)
	s.to, s.ended = i, asked
	for other := range f.in {
		if other.room == self.room && other != self {
			delete(f.in, other) // nothing is shown of them any more
		}
	}
}

// cause is when somebody asked at the earliest for what ended in a line. It is not ok if nobody did. What was over before a time is not meant.
func (f *follower) cause(who member, in bool, after, before time.Time) (asked time.Time, ok bool) {
	for _, ch := range f.changesOf[who] {
		over, _ := f.over(ch)
		if ch.do == invite || (ch.do == join) != in || !ch.asked.Before(before) || over.Before(after) {
			continue
		}
		if !ok || ch.asked.Before(asked) {
			asked, ok = ch.asked, true
		}
	}
	return asked, ok
}

// said compares what the session was shown with what was answered to others, at the place of something that it said.
func (f *follower) said(m *message) {
	when := span{m.asked, m.answered}
	if m.to != lobby && f.open[m.to] == nil {
		f.breach(Membership, "%s was kept, and %s is not in %s", m, f.c, m.to)
	}
	for who, in := range f.in {
		if !f.told[who] && !f.is(who, in, when, "%s was shown that %s when it said %s", f.c, who.is(in), m) {
			f.told[who] = true
		}
	}
}
