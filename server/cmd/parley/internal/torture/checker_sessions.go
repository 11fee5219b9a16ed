package torture

import "time"

// The rules about what one session was shown.

// answers: every command is answered, once and in its turn, unless the connection broke.
func (k *checker) answers(c *connLog) {
	next := 0
	for _, l := range c.lines {
		if l.kind != answerLine {
			continue
		}
		skipped := next
		for skipped < len(c.requests) && c.requests[skipped] != l.request {
			skipped++
		}
		if skipped == len(c.requests) {
			k.breach(Unanswered, "%s read the answer to %q twice, or behind a later one", c, clip(l.request.text))
			continue
		}
		for ; next < skipped; next++ {
			k.breach(Unanswered, "%s was answered for %q, and not before for %q", c, clip(l.request.text), clip(c.requests[next].text))
		}
		next++
	}
	if k.endedInOrder(c) {
		for _, r := range c.requests[next:] {
			k.breach(Unanswered, "%s ended in order, and %q was not answered", c, clip(r.text))
		}
	}
}

// endedInOrder reports whether the server closed a connection only because the client had wanted it to, and had the time to say all.
func (k *checker) endedInOrder(c *connLog) bool {
	stopped := k.stopOf(c.epoch)
	return c.leaving && !c.troubled && !c.ended.IsZero() && (c.closing == "" || c.closing == "bye") && c.ended.Before(stopped)
}

// private: within a session the numbers of private messages only grow. Those that have waited have "at=" and come before any other
// event, as many as the login said; those said later have none.
func (k *checker) private(c *connLog) {
	last, waited := int64(0), 0
	shown := map[int64]bool{}
	answered, other := false, false // whether there was an answer before this line, and an event that had not waited
	for i, l := range c.lines {
		n := l.seen.number
		switch l.kind {
		case answerLine:
			answered = true
			continue
		case privateLine:
		default:
			other = true
			continue
		}
		switch {
		case shown[n]:
			k.breach(Repeated, "%s shows %s twice", c, l.seen)
		case n < last:
			k.breach(Disorder, "%s shows %s behind %d", c, l.seen, last)
		}
		shown[n] = true
		last = max(last, n)
		if l.seen.at == "" {
			other = true
		} else {
			waited++
			if other {
				k.breach(Disorder, "%s shows %s as one that has waited, behind other events", c, l.seen)
			}
		}
		k.marked(c, i)
	}
	if answered && waited < c.waiting && !k.sharedInbox(c) {
		k.breach(Waiting, "%s was told waiting=%d, and %d came", c, c.waiting, waited)
	}
}

// marked: a private message has "at=" if it was kept before the session logged in, and has none if it was said after the login was over.
func (k *checker) marked(c *connLog, i int) {
	s := c.lines[i].seen
	m := k.byText[s.text]
	if m == nil {
		return
	}
	if s.at == "" {
		if m.kept() && m.answered.Before(c.asked) {
			k.breach(WrongTime, "%s shows %s without at=, and it was kept before the login", c, m)
		}
		return
	}
	for _, l := range c.lines {
		if l.kind == answerLine {
			if m.asked.After(l.at) {
				k.breach(WrongTime, "%s shows %s with at=, and it was said while the session was there", c, m)
			}
			return
		}
	}
}

// sharedInbox reports whether another session of the account may have read what waited while this one logged in.
func (k *checker) sharedInbox(c *connLog) bool {
	for _, other := range k.logsOf[c.user] {
		there := other.epoch == c.epoch && (other.ended.IsZero() || !other.ended.Before(c.asked)) || k.shared && k.left[other].After(c.asked)
		if other != c && !other.asked.IsZero() && there && other.asked.Before(lastRead(c)) {
			return true
		}
	}
	return false
}

// lastRead is when the last line of a session was read.
func lastRead(c *connLog) time.Time {
	if len(c.lines) == 0 {
		return c.loggedIn
	}
	return c.lines[len(c.lines)-1].at
}

// live: a session is shown the private messages to its account that are said while it is there, before the answer to anything that it says
// in a room later; and copies of what other sessions of the account say, or this one if it was told unsure.
func (k *checker) live(c *connLog) {
	if c.loggedIn.IsZero() {
		return
	}
	where := map[int64]int{}
	for i, l := range c.lines {
		if _, ok := where[l.seen.number]; !ok && (l.kind == privateLine || l.kind == copyLine) {
			where[l.seen.number] = i
		}
	}
	all := fences(c)
	for _, m := range k.messages {
		mine := m.to == c.user || m.from == c.user && !m.inRoom() && (m.log != c || m.code == unsure)
		if !mine || k.number[m] == 0 || m.refused() || !c.loggedIn.Before(m.asked) {
			continue
		}
		at, ok := fenceBehind(all, k.number[m])
		if !ok {
			continue
		}
		if line, ok := where[k.number[m]]; !ok {
			k.breach(NotLive, "%s does not show %s", c, m)
		} else if line > at {
			k.breach(Disorder, "%s shows %s behind the answer to something that it said later", c, m)
		}
	}
}

// copies: what other sessions of the account said is shown once, and the session's own words are not, unless it was told unsure.
func (k *checker) copies(c *connLog) {
	shown := map[string]bool{}
	for _, l := range c.lines {
		if l.kind != copyLine {
			continue
		}
		if shown[l.seen.text] {
			k.breach(Repeated, "%s shows the copy of %s twice", c, l.seen)
		}
		shown[l.seen.text] = true
		if m := k.byText[l.seen.text]; m != nil && (m.log == c && m.code != unsure || m.to != l.seen.to) {
			k.breach(Stranger, "%s shows a copy of %s to %s", c, m, l.seen.to)
		}
	}
}

// acrossSessions: who remembers the highest number that a session has shown may skip lower ones in later sessions. So none of them may be new.
func (k *checker) acrossSessions(c *connLog) {
	for _, earlier := range k.logsOf[c.user] {
		if earlier == c || c.asked.IsZero() {
			continue
		}
		highest, had := int64(0), map[int64]bool{}
		for _, l := range earlier.lines {
			if l.kind == privateLine && l.at.Before(c.asked) {
				highest = max(highest, l.seen.number)
				had[l.seen.number] = true
			}
		}
		for _, l := range c.lines {
			if n := l.seen.number; l.kind == privateLine && n < highest && !had[n] {
				k.breach(Disorder, "%s shows %s, and %s had shown %d before without it", c, l.seen, earlier, highest)
			}
		}
	}
}
