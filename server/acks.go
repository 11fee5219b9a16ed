package server

// mark is the end of a private message: the message has reached the client when the bytes up to there have been acknowledged.
type mark struct {
	end    uint64 // of all bytes ever sent
	number int64  // of the message
}

// acks are the private messages of a connection that the client has not acknowledged yet, in order.
type acks struct {
	marks []mark
	held  []mark // of the events that are held; here end counts from the first held byte
}

// add notes a message that ends at end.
func (a *acks) add(end uint64, number int64) { a.marks = append(a.marks, mark{end, number}) }

// hold notes a message among the held events.
func (a *acks) hold(end uint64, number int64) { a.held = append(a.held, mark{end, number}) }

// takeHeld returns the held marks; begins is the position at which the held events are sent.
func (a *acks) takeHeld(begins uint64) []mark {
	held := a.held
	a.held = nil
	for i := range held {
		held[i].end += begins
	}
	return held
}

// pending is how many messages are not acknowledged; those that are held do not count.
func (a *acks) pending() int { return len(a.marks) }

// acknowledge takes out the messages that end within this many bytes, and returns the number of the last one. Ok is false if there is
// none.
func (a *acks) acknowledge(bytes uint64) (number int64, ok bool) {
	n := 0
	for n < len(a.marks) && a.marks[n].end <= bytes {
		n++
	}
	if n == 0 {
		return 0, false
	}
	number = a.marks[n-1].number
	a.marks = a.marks[:copy(a.marks, a.marks[n:])]
	return number, true
}

// cutTo forgets the messages that end after a position, and the held ones: they will not be sent.
func (a *acks) cutTo(end uint64) {
	for len(a.marks) > 0 && a.marks[len(a.marks)-1].end > end {
		a.marks = a.marks[:len(a.marks)-1]
	}
	a.held = nil
}

// forget forgets all of them: they stay in the inbox.
func (a *acks) forget() { a.marks, a.held = nil, nil }
