package torture

import (
	"slices"
	"time"
)

// The rules about nodes: who is counted as being there, and until when; and why a session may be ended.

// goneAfter is how long a session may still be counted as logged in after its client has read the end of the connection, or its node has died.
const goneAfter = 5 * time.Second

// slack is what the checker leaves to a busy machine.
const slack = time.Second

// stopOf is when an epoch was about to be ended.
func (k *checker) stopOf(number int) time.Time {
	if e := k.epochs[number]; e != nil && !e.stopped.IsZero() {
		return e.stopped
	}
	return never
}

// diedOf is when an epoch had ended.
func (k *checker) diedOf(number int) time.Time {
	if e := k.epochs[number]; e != nil && !e.died.IsZero() {
		return e.died
	}
	return never
}

// nodeOf is the node that an epoch is of.
func (k *checker) nodeOf(number int) int {
	if e := k.epochs[number]; e != nil {
		return e.node
	}
	return 0
}

// endOf is when nothing could happen any more of what an epoch was asked for: when it was dead, and what it had sent to the store had arrived there.
func (k *checker) endOf(number int) time.Time {
	died := k.diedOf(number)
	if !k.shared || died == never {
		return died
	}
	for _, from := range k.calms(died) {
		if k.calm(number, span{from, from.Add(slack)}) {
			return from.Add(slack)
		}
	}
	return never
}

// resolved is when it was known at the latest what had become of something that was answered with unsure: when the same epoch had kept something
// that was said later.
func (k *checker) resolved(number int, told time.Time) time.Time {
	at := k.endOf(number)
	for _, m := range k.messages {
		if m.kept() && m.log.epoch == number && m.asked.After(told) && m.answered.Before(at) {
			at = m.answered
		}
	}
	return at
}

// calms are a time and all later ones at which a disturbance was over, or a node came up.
func (k *checker) calms(from time.Time) []time.Time {
	all := []time.Time{from}
	for _, d := range k.troubles {
		if d.span.to.After(from) {
			all = append(all, d.span.to)
		}
	}
	for _, e := range k.epochs {
		if e.answered.After(from) {
			all = append(all, e.answered)
		}
	}
	slices.SortFunc(all, time.Time.Compare)
	return all
}

// calm reports whether neither Redis nor an epoch was disturbed in a span.
func (k *checker) calm(number int, s span) bool {
	return !slices.ContainsFunc(k.troubles, func(d *disturbance) bool {
		return (d.epoch == 0 || d.epoch == number) && d.span.from.Before(s.to) && d.span.to.After(s.from)
	})
}

// leaves is since when a session is counted nowhere any more: a while after its end, or after its node was dead or could do nothing.
func (k *checker) leaves(c *connLog) time.Time {
	died := k.diedOf(c.epoch)
	ended := never
	if !c.ended.IsZero() {
		ended = c.ended
	}
	if !k.shared {
		return earlier(died, ended.Add(goneAfter))
	}
	left := never
	if end := earlier(died, ended); end != never {
		left = k.firstWell(end, func(s span) bool { return !died.After(s.from) || k.calm(c.epoch, s) || k.isCutOff(c.epoch, s) })
	}
	for _, d := range k.troubles {
		if d.epoch == c.epoch && d.span.to.After(c.asked) {
			left = earlier(left, k.firstWell(d.span.from, func(s span) bool { return !d.span.to.Add(-settles).Before(s.to) }))
		}
	}
	return left
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// firstWell is the end of the first span, not before a time, in which some node was well for so long that it has found out about others, and for which
// something else is true.
func (k *checker) firstWell(from time.Time, is func(span) bool) time.Time {
	if s := (span{from, from.Add(goneAfter + slack)}); k.isWell(s) && is(s) {
		return s.to
	}
	for _, s := range k.wells {
		if s.from.After(from) && is(s) {
			return s.to
		}
	}
	return never
}

// isWell reports whether some node was well for all of a span.
func (k *checker) isWell(s span) bool {
	for number, e := range k.epochs {
		if !e.answered.IsZero() && !e.answered.After(s.from) && k.stopOf(number).After(s.to) && k.calm(number, s) {
			return true
		}
	}
	return false
}

// isCutOff reports whether an epoch could do nothing for all of a span.
func (k *checker) isCutOff(number int, s span) bool {
	return slices.ContainsFunc(k.troubles, func(d *disturbance) bool {
		return d.epoch == number && !d.span.from.After(s.from) && !d.span.to.Add(-settles).Before(s.to)
	})
}

// mayCount reports whether a session may have been logged in at some time of a span, as a node knows it.
func (k *checker) mayCount(c *connLog, epoch int, when span) bool {
	return (k.shared || c.epoch == epoch) && !c.asked.IsZero() && c.asked.Before(when.to) && k.left[c].After(when.from)
}

// presence: "sent=" counts at least the sessions of the recipient that were certainly there, and at most those that may have been.
func (k *checker) presence() {
	for _, m := range k.messages {
		if m.inRoom() || !m.kept() {
			continue
		}
		least, most := 0, 0
		for _, c := range k.logsOf[m.to] {
			if k.wasThere(c, m) {
				least++
			}
			if k.mayCount(c, m.log.epoch, span{m.asked, m.answered}) {
				most++
			}
		}
		if m.sessions < least || m.sessions > most {
			k.breach(Presence, "the author of %s was told sent=%d; %d to %d sessions of %s were there", m, m.sessions, least, most, m.to)
		}
	}
}

// lists: /who lists all sessions that were certainly there, on whatever node, and none that can't have been. A session was there if something was
// kept that it said later: the others have not given its node up.
func (k *checker) lists() {
	for _, l := range k.listings {
		for user, logs := range k.logsOf {
			least, most := 0, 0
			for _, c := range logs {
				if !c.loggedIn.IsZero() && c.loggedIn.Before(l.asked) && k.lastSaid[c].After(l.done) {
					least++
				}
				if k.mayCount(c, l.log.epoch, span{l.asked, l.done}) {
					most++
				}
			}
			if n := l.sessions[user]; n < least || n > most {
				k.breach(Who, "/who at %s in %s, start %d, lists %d sessions of %s; %d to %d were there",
					l.asked.Format(clock), l.log, l.log.epoch, n, user, least, most)
			}
		}
		for user := range l.sessions {
			if len(k.logsOf[user]) == 0 {
				k.breach(Who, "/who at %s in %s lists %s, who never was there", l.asked.Format(clock), l.log, user)
			}
		}
	}
}

// closings: a session is ended with resync only if its node may have been given up: it was stopped or cut off itself, or the store was away. A store
// that only stands still is no reason. It is ended with draining only if its node was told to end.
func (k *checker) closings(c *connLog) {
	const before = 10 * time.Second
	switch {
	case c.closing == "draining" && c.closed.Before(k.stopOf(c.epoch)):
		k.breach(Outcast, "%s was told draining, and start %d had not been told to end", c, c.epoch)
	case c.closing == "resync" && !slices.ContainsFunc(k.troubles, func(d *disturbance) bool {
		return (d.epoch == 0 || d.epoch == c.epoch) && !d.still && d.span.from.Before(c.closed) && d.span.to.Add(before).After(c.closed)
	}):
		k.breach(Outcast, "%s was told resync, and start %d was neither stopped nor cut off", c, c.epoch)
	}
}
