package torture

import "time"

// The rules about messages, wherever they were shown.

// words: all that was read was said, by this author and in this place.
func (k *checker) words() {
	k.shown(func(s shown) {
		m := k.byText[s.text]
		switch {
		case m == nil:
			k.breach(Stranger, "%s shows %q by %s, which nobody said", s.where, clip(s.text), s.from)
		case m.from != s.from:
			k.breach(Stranger, "%s shows %s as said by %s", s.where, m, s.from)
		case roomOf(m) != s.room:
			k.breach(Stranger, "%s shows %s", s.where, m)
		}
	})
}

// numbers: each message has one number, and each number one message.
func (k *checker) numbers() {
	numberOf, textOf := map[string]int64{}, map[int64]string{}
	check := func(text string, number int64, where string) {
		if number == 0 {
			return
		}
		if first, ok := numberOf[text]; ok && first != number {
			k.breach(Twice, "%q has the number %d, and %d in %s", clip(text), first, number, where)
		} else if other, ok := textOf[number]; ok && other != text {
			k.breach(Twice, "%d is the number of %q, and in %s of %q", number, clip(other), where, clip(text))
		}
		if numberOf[text] == 0 {
			numberOf[text] = number
		}
		if textOf[number] == "" {
			textOf[number] = text
		}
	}
	for _, m := range k.messages {
		check(m.text, m.number, "the answer to its author")
	}
	k.shown(func(s shown) { check(s.text, s.number, s.where.String()) })
}

// commitOrder: numbers grow in the order in which messages were kept. What one session says is kept in the order in which it was said, and
// what is said after somebody has read something else, or the answer to it, is kept after that, whatever the node. What was refused is for another rule.
func (k *checker) commitOrder() {
	for _, c := range k.logs {
		var last *message
		for _, r := range c.requests {
			m := r.message
			if m == nil || k.number[m] == 0 || m.refused() {
				continue
			}
			if last != nil && k.number[m] < k.number[last] {
				k.breach(Disorder, "%s said %d %s and then %d %s", c, k.number[last], last, k.number[m], m)
			}
			last = m
		}
	}
	var latest *message // the one that was said last, of those with lower numbers
	for _, m := range k.inOrder(func(m *message) bool { return !m.refused() }) {
		if latest != nil && k.known[m].Before(latest.asked) {
			k.breach(Disorder, "%s was known to be kept before %s was said, and has a greater number", m, latest)
		}
		if latest == nil || m.asked.After(latest.asked) {
			latest = m
		}
	}
}

// refusals: what was refused is shown to nobody, and only few reasons can be true here.
func (k *checker) refusals() {
	for _, m := range k.messages {
		_, tells := tellsMember(m.code)
		switch {
		case m.kept(), m.answered.IsZero(), m.code == "unavailable", m.code == unsure && k.shared, m.code == "inbox-full" && !m.inRoom():
		case tells && m.inRoom() && m.to != lobby: // whether it is true is for another rule
		default:
			k.breach(Groundless, "%s was refused: %s", m, m.code)
		}
	}
	told := map[*message]bool{}
	k.shown(func(s shown) {
		m := k.byText[s.text]
		if m == nil || !m.refused() || told[m] {
			return
		}
		told[m] = true
		k.breach(Refused, "%s was refused (%s), and is shown in %s", m, m.code, s.where)
	})
}

// losses: every private message that was kept has reached its recipient, also one that is known to be kept only because it was shown.
func (k *checker) losses() {
	for _, m := range k.messages {
		if !m.inRoom() && k.number[m] > 0 && !m.refused() && !k.read[m.to+" "+m.text] {
			k.breach(Lost, "%s was kept, and %s never read it", m, m.to)
		}
	}
}

// clockSlack is how far the clock of the machine may be set forward or back during a run.
const clockSlack = 2 * time.Second

// times: "at=" is the second in which a message was said, the same wherever it is shown.
func (k *checker) times() {
	atOf := map[int64]string{}
	k.shown(func(s shown) {
		m := k.byText[s.text]
		if m == nil || s.at == "" && s.reader != "" {
			return // whether it should be there is for another rule
		}
		if first, ok := atOf[s.number]; ok && first != s.at {
			k.breach(WrongTime, "%s shows %s at %s, which was %s elsewhere", s.where, s.seen, s.at, first)
			return
		}
		atOf[s.number] = s.at
		at, err := time.Parse(time.RFC3339, s.at)
		latest := s.when
		if !m.answered.IsZero() {
			latest = m.answered
		}
		if err != nil || at.Before(m.asked.Add(-time.Second-clockSlack)) || at.After(latest.Add(clockSlack)) {
			k.breach(WrongTime, "%s shows at=%s for %s", s.where, s.at, m)
		}
	})
}

// inboxes: an inbox holds no more than its limit, and is said to be full only when it can be.
func (k *checker) inboxes() {
	for _, c := range k.logs {
		if c.waiting > k.inbox {
			k.breach(Waiting, "%s was told waiting=%d, and an inbox holds %d", c, c.waiting, k.inbox)
		}
	}
	to := map[string][]*message{}
	for _, m := range k.messages {
		to[m.to] = append(to[m.to], m)
	}
	for _, m := range k.messages {
		if m.code != "inbox-full" {
			continue
		}
		if most := k.mostWaiting(m, to[m.to]); most < k.inbox {
			k.breach(Groundless, "%s was refused because the inbox was full; it holds %d, and at most %d can have waited", m, k.inbox, most)
		}
	}
}

// mostWaiting is how many messages can have waited for the recipient of a message when that was refused: those of their last login before,
// and those that came later.
func (k *checker) mostWaiting(refused *message, to []*message) int {
	var last *connLog
	for _, c := range k.logsOf[refused.to] {
		if !c.loggedIn.IsZero() && c.loggedIn.Before(refused.asked) && (last == nil || c.loggedIn.After(last.loggedIn)) {
			last = c
		}
	}
	most := 0
	since := time.Time{}
	if last != nil {
		most, since = last.waiting, last.asked
	}
	for _, m := range to {
		if m != refused && !m.refused() && m.asked.Before(refused.answered) && (m.open() || !m.answered.Before(since)) {
			most++
		}
	}
	return most
}
