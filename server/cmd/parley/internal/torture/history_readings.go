package torture

import "time"

// reading is what /history showed above a number when it was paged to its end, or what /since showed of one room.
type reading struct {
	command     string // /history or /since
	room        string
	reader      string // an account
	asked, done time.Time
	above       int64 // every message with a greater number had to be shown,
	upto        int64 // up to this one; 0 for no limit
	rows        []seen
}

// wantHistory says that so many more messages make a room's history due to be read.
func (h *history) wantHistory(room string, messages int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.due[room] += messages
}

// takeDue reports whether so much was said in a room that its history should be read, and leaves that to the caller.
func (h *history) takeDue(room string, messages int) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.due[room] < messages {
		return false
	}
	h.due[room] = 0
	return true
}

// highest is the highest number that a session has read.
func (h *history) highest(c *connLog) (number int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, l := range c.lines {
		number = max(number, l.seen.number)
		if l.kind == answerLine && l.request.message != nil {
			number = max(number, l.request.message.number)
		}
	}
	return number
}

// newestOf is the highest number up to which a room's history has been read.
func (h *history) newestOf(room string) int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.newest[room]
}

// keep keeps what /history showed.
func (h *history) keep(r *reading) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.readings = append(h.readings, r)
	h.write("%s of %s was read by %s: %d rows, all above %d", r.command, nameOf(r.room), r.reader, len(r.rows), r.above)
}

// caughtUp notes how far a history has been read. Whoever has read it was shown all of it.
func (h *history) caughtUp(r *reading) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, row := range r.rows {
		h.newest[r.room] = max(h.newest[r.room], row.number)
	}
}
