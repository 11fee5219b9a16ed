package torture

// The rules about /history, and about the run as a whole.

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
	inRoom := map[string][]*message{}
	for _, m := range k.messages {
		inRoom[roomOf(m)] = append(inRoom[roomOf(m)], m)
	}
	told := map[*message]bool{}
	for _, r := range k.readings {
		rows := map[int64]bool{}
		for _, row := range r.rows {
			rows[row.number] = true
		}
		for _, m := range inRoom[r.room] {
			if n := k.number[m]; n > r.above && !rows[n] && !told[m] && k.known[m].Before(r.asked) {
				told[m] = true
				k.breach(Missing, "%s does not show %s", r, m)
			}
		}
	}
}

// shouldBeRead: what a session was shown in the lobby behind a number must be in what /history showed later of all above that number.
func (k *checker) shouldBeRead(c *connLog, m *message, behind int64, l line) {
	for _, r := range k.readings {
		if r.room == lobby && r.asked.After(l.at) && r.above <= behind {
			k.breach(Missing, "%s shows %s, which is not in the history", c, m)
			return
		}
	}
}

// enough: so much was answered, kept and shown that the run says something about the server.
func (k *checker) enough() {
	answered, kept := 0, map[bool]int{} // by whether it was said in the lobby
	for _, m := range k.messages {
		if !m.answered.IsZero() {
			answered++
		}
		if m.kept() {
			kept[m.to == lobby]++
		}
	}
	lobbyShown, live := 0, 0
	k.shown(func(s shown) {
		switch {
		case s.reader == "":
		case s.kind == lobbyLine:
			lobbyShown++
		case s.kind == privateLine && s.at == "":
			live++
		}
	})
	said := len(k.messages)
	if 2*answered < said || 10*(kept[true]+kept[false]) < said || min(kept[true], kept[false], lobbyShown, live) == 0 {
		k.breach(TooLittle, "of %d messages %d were answered; %d private ones and %d in the lobby were kept; %d and %d were shown live",
			said, answered, kept[false], kept[true], live, lobbyShown)
	}
}
