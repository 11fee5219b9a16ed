package storage

import "strings"

// This file is how a run whose answer was lost is made good.

// recover does what finish does, for a run that has done what it was asked for. The reply is that of the settle script. If its asks were given their
// verdicts already, its events are nobody's. What it has read of inboxes is lost, and so are the logins.
func (s *redisStore) recover(r *run, b *Batch, reply []any) error {
	base, _ := reply[1].(int64)
	begun, _ := reply[2].(int64)
	outcome, _ := reply[3].(string)
	step, _ := reply[4].(int64)
	gone, _ := reply[5].(string)
	come, _ := reply[6].(string)
	entries, _ := reply[7].([]any)
	full, found, _ := strings.Cut(outcome, "|")
	s.forgetAll()
	r.done = true
	s.node.cut = max(1, s.node.cut) // the next run acknowledges what follows
	if r.begins {
		s.node.forgotten = true // Redis has sessions that are not here
	}
	// Of the others' events those come first that have happened before; the next run reads the rest.
	if err := s.readEntries(b, entries, step); err != nil {
		return err
	}
	if err := b.addLines(gone); err != nil {
		return err
	}
	if r.given {
		r.recoverEvents(base, full)
	} else {
		r.recoverVerdicts(s, base, begun, full, found)
	}
	r.addEvents(b)
	for i := range r.events {
		s.confirmed.Store(max(s.confirmed.Load(), r.events[i].Number))
	}
	return b.addLines(come)
}

// recoverEvents makes events of nobody.
func (r *run) recoverEvents(base int64, full string) {
	for i := range r.events {
		r.events[i].renumber(base)
		r.events[i].Ask = -1
	}
	for _, place := range strings.Fields(full) {
		r.events[r.private[numberOf(place)-1]].Kind = 0
	}
}

// recoverVerdicts fills in the verdicts.
func (r *run) recoverVerdicts(s *redisStore, base, begun int64, full, found string) {
	r.renumber(s, base)
	for _, i := range r.pages {
		verdict := &r.b.Verdicts[i]
		switch ask := &r.b.Asks[i]; {
		case ask.Kind != Create:
			*verdict = Verdict{Err: unavailable(errUnanswered)}
		case ask.Begins != nil:
			verdict.Session = begun + 1
		}
	}
	for _, place := range strings.Fields(full) {
		r.refuse(s, r.private[numberOf(place)-1])
	}
	for i, count := range strings.Fields(found) {
		r.reach(i, int(numberOf(count)), "")
	}
}

// addLines adds what lines of a feed tell of who has come and gone.
func (b *Batch) addLines(lines string) error {
	if lines == "" {
		return nil
	}
	for line := range strings.SplitSeq(lines, "\n") {
		e, err := presenceEvent(line)
		if err != nil {
			return err
		}
		b.Events = append(b.Events, e)
	}
	return nil
}
