package torture

import (
	"slices"
	"time"
)

// The rules about who is in a room. What was answered for joins, leaves and kicks says at which times an account was certainly in a room, and
// certainly not; all that the server showed or answered must agree with it.

// member is an account in a room, or one that might be.
type member struct{ account, room string }

// is says whether somebody is in a room.
func (m member) is(in bool) string {
	if in {
		return m.account + " is in " + m.room
	}
	return m.account + " is not in " + m.room
}

// registers makes those of all members, and of all who were invited.
func (k *checker) registers() {
	for _, ch := range k.changes {
		over, ok := k.over(ch)
		if !ok {
			continue
		}
		k.changesOf[ch.member()] = append(k.changesOf[ch.member()], ch)
		set, when := (*register).set, span{ch.asked, over}
		if !ch.done() {
			set = (*register).maySet
		}
		k.happened(ch, set, when)
	}
	for _, all := range []map[member]*register{k.members, k.invited} {
		for _, r := range all {
			r.settle()
		}
	}
}

// over is when a change was done at the latest. It is not ok if it was certainly not done.
func (k *checker) over(ch *change) (at time.Time, ok bool) {
	switch {
	case ch.done():
		return ch.answered, true
	case ch.answered.IsZero():
		return k.endOf(ch.log.epoch), true
	case ch.code == unsure:
		return k.resolved(ch.log.epoch, ch.answered), true
	}
	return time.Time{}, false
}

func (ch *change) member() member { return member{ch.who, ch.room} }

// happened sets what a change sets. Whoever joins has used the invitation.
func (k *checker) happened(ch *change, set func(*register, bool, span), when span) {
	in, invited := k.register(k.members, ch.member()), k.register(k.invited, ch.member())
	switch ch.do {
	case join:
		set(in, true, when)
		set(invited, false, when)
	case leave, kick:
		set(in, false, when)
	case invite:
		set(invited, true, when)
	}
}

// register returns that of a member.
func (k *checker) register(of map[member]*register, m member) *register {
	if of[m] == nil {
		of[m] = &register{}
	}
	return of[m]
}

// never is later than everything.
var never = time.Unix(1<<40, 0)

// memberships: all answers agree about who is in a room, and nobody comes into a private one without an invitation.
func (k *checker) memberships() {
	for _, ch := range k.changes {
		when := span{ch.asked, ch.answered}
		in, tells := tellsMember(ch.code)
		switch {
		case ch.answered.IsZero(), ch.code == "unavailable", ch.code == unsure && k.shared:
		case ch.done() && ch.do == invite:
		case ch.done():
			k.is(ch.member(), ch.do != join, when, "%s was done", ch)
			if ch.do == join && ch.room == den && k.owner() != ch.who {
				k.isInvited(ch, true)
			}
		case tells:
			k.is(ch.member(), in, when, "%s was refused: %s", ch, ch.code)
		case ch.do == join && ch.room == den && ch.code == "invite-only":
			k.is(ch.member(), false, when, "%s was refused: %s", ch, ch.code)
			k.isInvited(ch, false)
		default:
			k.breach(Groundless, "%s was refused: %s", ch, ch.code)
		}
	}
	for _, m := range k.messages {
		if !m.inRoom() || m.to == lobby || m.answered.IsZero() {
			continue
		}
		if m.code == "no-such-room" && k.isKnown(m.to, m.asked) {
			k.breach(Groundless, "%s was refused: %s", m, m.code)
		}
		if in, tells := tellsMember(m.code); m.kept() || tells {
			k.is(member{m.from, m.to}, in || m.kept(), span{m.asked, m.answered}, "%s was answered: %s", m, m.code)
		}
	}
	for _, g := range k.glimpses {
		k.is(g.member, g.in, g.span, "%s by %s at %s was answered as if %s", g.what, g.account, g.span.from.Format(clock), g.is(g.in))
	}
}

// isKnown reports whether something was known to be kept in a room before a time. From then on the room exists.
func (k *checker) isKnown(room string, before time.Time) bool {
	return slices.ContainsFunc(k.inThread[room], func(m *message) bool { return k.known[m].Before(before) })
}

// owner is the account that made the private room.
func (k *checker) owner() string {
	for _, ch := range k.changes {
		if ch.do == join && ch.room == den {
			return ch.who
		}
	}
	return ""
}

// is checks that an account can have been in a room, or not, at some time of a span.
func (k *checker) is(m member, in bool, when span, why string, args ...any) bool {
	if !k.register(k.members, m).contradicts(in, when) {
		return true
	}
	k.breach(Membership, why+"; by all other answers %s", append(args, m.is(!in))...)
	return false
}

// isInvited checks that somebody who asked to come into the private room can have been invited, or not.
func (k *checker) isInvited(ch *change, invited bool) {
	if !k.register(k.invited, ch.member()).contradicts(invited, span{ch.asked, ch.answered}) {
		return
	}
	if invited {
		k.breach(Membership, "%s was done, and nobody had invited %s, or only before an earlier joining", ch, ch.who)
	} else {
		k.breach(Membership, "%s was refused: %s, and %s had an invitation", ch, ch.code, ch.who)
	}
}

// letIn is when the latest joining of a member must have been asked for at the earliest, and when it was over at the latest, for somebody who
// reads a room in a span. Both are never if there was none.
func (k *checker) letIn(m member, read span) (earliest, latest time.Time) {
	earliest = never
	var last time.Time // when the last join that was certainly over before was asked for
	for _, ch := range k.changesOf[m] {
		if ch.do == join && ch.done() && ch.answered.Before(read.from) && ch.asked.After(last) {
			last = ch.asked
		}
	}
	for _, ch := range k.changesOf[m] {
		over, _ := k.over(ch)
		if ch.do != join || !ch.asked.Before(read.to) || over.Before(last) {
			continue // it came later, or another one did
		}
		if ch.asked.Before(earliest) {
			earliest = ch.asked
		}
		if over.After(latest) {
			latest = over
		}
	}
	if latest.IsZero() {
		latest = never // so nothing is his business
	}
	return earliest, latest
}
