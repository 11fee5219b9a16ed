package torture

import "time"

// The rules about /history.

// readingsAgree: every reading of a history is in order, and shows under a number what all others show.
func (k *checker) readingsAgree() {
	rowOf := map[int64]seen{}
	for _, r := range k.readings {
		last := int64(0)
		for _, row := range r.rows {
			if row.number <= last {
				k.breach(Disorder, "%s shows %s behind %d", r, row, last)
			}
			last = row.number
			if before, ok := rowOf[row.number]; ok && before != row {
				k.breach(Disorder, "%s shows %s, which was %s before", r, row, before)
			}
			rowOf[row.number] = row
		}
	}
}

// readingsAreWhole: every reading shows all that was known to be kept when it began.
func (k *checker) readingsAreWhole() {
	told := map[*message]bool{}
	for _, r := range k.readings {
		if r.command == "/since" && !k.mustRead(r) {
			continue
		}
		rows := map[int64]bool{}
		for _, row := range r.rows {
			rows[row.number] = true
		}
		from, above := k.readsFrom(r), k.oldest(r)
		for _, m := range k.inThread[r.room] {
			n := k.number[m]
			inRange := n > above && (r.upto == 0 || n <= r.upto)
			if inRange && !rows[n] && !told[m] && k.known[m].Before(r.asked) && m.asked.After(from) {
				told[m] = true
				k.breach(Missing, "%s does not show %s", r, m)
			}
		}
	}
}

// mustRead reports whether what was said in a room had to be in an answer about all rooms: its reader was certainly there all the time.
func (k *checker) mustRead(r *reading) bool {
	if r.room == lobby || !isRoom(r.room) {
		return true
	}
	return k.register(k.members, member{r.reader, r.room}).contradicts(false, span{r.asked, r.done})
}

// oldest is the number above which a reading had to show everything. From /history one can see what may have fallen out of it, but not from /since.
func (k *checker) oldest(r *reading) int64 {
	if r.command != "/since" {
		return r.above
	}
	left := conversationKept
	if isRoom(r.room) {
		left = roomKept
	}
	all := k.inThread[r.room]
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].asked.After(r.done) {
			continue
		}
		if left--; left == 0 {
			return max(r.above, k.number[all[i]]-1)
		}
	}
	return r.above
}

// readsFrom is the time since which all that was said had to be shown by a reading: in a private room that of the reader's latest joining.
func (k *checker) readsFrom(r *reading) (from time.Time) {
	if r.room == den {
		_, from = k.letIn(member{r.reader, r.room}, span{r.asked, r.done})
	}
	return from
}

// readingsAreAllowed: nobody reads of a private room what was kept before his latest joining.
func (k *checker) readingsAreAllowed() {
	for _, r := range k.readings {
		if r.room != den {
			continue
		}
		earliest, _ := k.letIn(member{r.reader, r.room}, span{r.asked, r.done})
		for _, row := range r.rows {
			if m := k.byText[row.text]; m != nil && k.known[m].Before(earliest) {
				k.breach(Overheard, "%s shows %s, which was kept before %s was let in", r, m, r.reader)
			}
		}
	}
}

// shouldBeRead: what a session was shown in a room behind a number must be in what /history showed later of all above that number.
func (k *checker) shouldBeRead(c *connLog, m *message, behind int64, l line) {
	for _, r := range k.readings {
		if r.room == m.to && r.asked.After(l.at) && r.above <= behind && m.asked.After(k.readsFrom(r)) {
			k.breach(Missing, "%s shows %s, which is not in the history", c, m)
			return
		}
	}
}
