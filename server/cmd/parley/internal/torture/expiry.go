package torture

import (
	"context"
	"time"
)

// shortKeep is how long messages are kept where their expiry is tested.
const shortKeep = 2 * time.Second

// expire restarts the nodes so that they keep messages for a short time only, lets some messages grow too old and others not, and
// adds what this shows to the breaches. It has a history of its own, since in the one of the run nothing expires.
func (r *run) expire(ctx context.Context) ([]Breach, error) {
	r.stop()
	shared := r.history.shared
	r.history = newHistory(inboxSize, r.history.diary)
	r.history.shared = shared
	for i, n := range r.nodes {
		r.nodes[i] = n.again(r.history, shortKeep)
	}
	if err := r.start(ctx); err != nil {
		return nil, err
	}
	author, reader := r.users[0], r.users[1]
	if err := reader.drain(ctx, nothing); err != nil { // what was told before is told
		return nil, err
	}
	s, err := author.loginAtLast(ctx)
	if err != nil {
		return nil, err
	}
	defer s.leave()
	for range 3 {
		if err := author.insist(ctx, s, author.message(reader.account)); err != nil {
			return nil, err
		}
	}
	pause(ctx, shortKeep+time.Second)
	for range 2 {
		if err := author.insist(ctx, s, author.message(reader.account)); err != nil {
			return nil, err
		}
	}
	if err := reader.drain(ctx, nothing); err != nil {
		return nil, err
	}
	return r.history.checkExpiry(reader.account, shortKeep), nil
}

func nothing(*session) error { return nil }

// checkExpiry: what was kept for a user and never read has expired, and was counted at a login. Nothing expires too early.
func (h *history) checkExpiry(user string, keep time.Duration) []Breach {
	k := newChecker(h)
	k.breaches = append(k.breaches, h.noticed...)
	told, unread := 0, 0
	for _, c := range k.logsOf[user] {
		told += c.expired
	}
	for _, m := range h.messages {
		if m.to != user || !m.kept() || k.read[user+" "+m.text] {
			continue
		}
		unread++
		for _, c := range k.logsOf[user] {
			if !c.asked.Before(m.answered) && !c.loggedIn.IsZero() && c.loggedIn.Before(m.asked.Add(keep-time.Millisecond)) {
				k.breach(Lost, "%s was kept, and %s did not show it though it had not expired", m, c)
			}
		}
	}
	if told != unread {
		k.breach(Expiry, "%d messages to %s were never read, and the logins said expired=%d in all", unread, user, told)
	}
	if unread == 0 {
		k.breach(TooLittle, "no message to %s has expired", user)
	}
	return k.breaches
}
