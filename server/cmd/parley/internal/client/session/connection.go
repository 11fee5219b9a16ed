package session

import (
	"slices"
	"strconv"
	"time"

	"parley/protocol"
)

// Connected tells that a new connection stands, of which nothing was heard yet.
func (s *Session) Connected(now time.Time) {
	s.now, s.state, s.reason = now, Greeting, ""
	s.wire = wire{heard: now}
	s.pause.retry = time.Time{}
}

// Heard tells a line of the server: cleaned, without its end.
func (s *Session) Heard(line string, now time.Time) {
	s.now = now
	if s.state == Offline || s.state == Ended {
		return
	}
	s.wire.heard = now
	r, err := protocol.ParseReply([]byte(line))
	if err != nil {
		return // no line of a parley server
	}
	switch r.Sigil {
	case protocol.Row, protocol.Done, protocol.Failed:
		s.answered(r)
	case protocol.Notice:
		s.noticed(r)
	case protocol.Closing:
		s.closing(r)
	}
	s.pump()
}

func (s *Session) noticed(r protocol.Reply) {
	switch {
	case r.Word == "hello":
		s.greeted(r)
	case r.Word == "prompt":
		s.prompted(r)
	case s.state == Online || s.state == Returning:
		s.event(r)
	}
}

// closing takes the last words of the server. Some of them say that it would be wrong to come back by itself.
func (s *Session) closing(r protocol.Reply) {
	s.reason = r.Text
	if s.reason == "" {
		s.reason = r.Word
	}
	switch code := protocol.Code(r.Word); code {
	case protocol.Bye, protocol.Ended, protocol.Banned:
		s.end()
	case protocol.Replaced, protocol.Removed:
		s.login.secret, s.login.known = "", false
		s.end()
	case protocol.Resync:
		s.pause.atOnce = true
	case protocol.Flood:
		s.pause.long = true
	}
	s.wire.hangUp = true
}

// end is the end for good.
func (s *Session) end() {
	s.disconnected()
	s.state = Ended
}

// Lost tells that the connection has ended, or could not be made.
func (s *Session) Lost(reason string, now time.Time) {
	s.now = now
	if s.state == Ended {
		return
	}
	if s.reason == "" {
		s.reason = reason
	}
	s.disconnected()
	s.state = Offline
	s.pause.after(now, s.options.Jitter)
}

// disconnected ends what belongs to the connection.
func (s *Session) disconnected() {
	if s.state == Online {
		s.lostAt = s.now
	}
	s.in, s.leaving, s.caught, s.sinceAt, s.roomsAt = false, false, false, time.Time{}, time.Time{}
	asks := s.wire.asks
	s.wire = wire{}
	for _, a := range asks {
		if a.lost != nil {
			a.lost()
		}
	}
	for _, t := range s.threads {
		t.members, t.people = nil, nil
	}
	s.people.watched = nil
	s.login.lost()
	s.interrupted()
}

// Tick tells that time has passed: see Wake. It may be called at any time, and should be before the person does something: that is told no time.
func (s *Session) Tick(now time.Time) {
	s.now = now
	for _, a := range s.wire.asks {
		if a.sent.IsZero() {
			a.sent = now
		}
	}
	if by := s.answerBy(); !by.IsZero() && !now.Before(by) {
		s.reason = s.say("The server does not answer.")
		s.wire.hangUp = true
		s.wire.heard = now // once is enough
	}
	if at := s.login.retry; !at.IsZero() && !now.Before(at) {
		s.login.retry = time.Time{}
		s.enter()
	}
	if at := s.roomsAt; !at.IsZero() && !now.Before(at) {
		s.roomsAt = time.Time{}
		s.askRooms()
	}
	if at := s.sinceAt; !at.IsZero() && !now.Before(at) {
		s.sinceAt = time.Time{}
		s.since()
	}
	if at := s.pageAt(); !at.IsZero() && !now.Before(at) {
		s.shown.pageAt = time.Time{}
		s.Older(s.shown)
	}
	s.pump()
}

// Wake is when Tick wants to be called; zero: not at all.
func (s *Session) Wake() time.Time {
	at := s.answerBy()
	for _, other := range []time.Time{s.login.retry, s.roomsAt, s.sinceAt, s.sayAt, s.pageAt()} {
		if !other.IsZero() && (at.IsZero() || other.Before(at)) {
			at = other
		}
	}
	return at
}

// Retry is when to connect again, if the session is Offline.
func (s *Session) Retry() time.Time { return s.pause.retry }

// How long to wait before the next connection: longer each time, until one has lasted.
const (
	shortestPause = time.Second
	longestPause  = 30 * time.Second
	lasting       = 10 * time.Second
)

// pause is when to connect again.
type pause struct {
	next   time.Duration
	retry  time.Time
	online time.Time // when the session was last logged in; zero: not on this connection
	atOnce bool
	long   bool
}

// after begins the pause behind a lost connection.
func (p *pause) after(now time.Time, jitter func() float64) {
	if p.next == 0 || !p.online.IsZero() && now.Sub(p.online) >= lasting {
		p.next = shortestPause
	}
	if p.long {
		p.next = longestPause
	}
	wait := p.next
	if jitter != nil {
		wait -= time.Duration(jitter() * float64(wait) / 2)
	}
	if p.atOnce && p.next == shortestPause { // where that happens again and again, it is of no use
		wait = 0
	}
	*p = pause{next: min(2*p.next, longestPause), retry: now.Add(wait)}
}

// numberOf returns a field that is a number; 0 if there is none.
func numberOf(r protocol.Reply, name string) int64 {
	value, _ := r.Value(name)
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// timeOf returns a field that is a time; otherwise if there is none.
func timeOf(r protocol.Reply, name string, otherwise time.Time) time.Time {
	value, _ := r.Value(name)
	at, err := time.Parse(time.RFC3339, value)
	if err != nil {
		return otherwise
	}
	return at
}

func has(r protocol.Reply, name string) bool {
	_, ok := r.Value(name)
	return ok
}

func valueOf(r protocol.Reply, name string) string {
	value, _ := r.Value(name)
	return value
}

// codeOf is why a command failed.
func codeOf(r protocol.Reply) protocol.Code { return protocol.Code(valueOf(r, "code")) }

// passing are the codes of failures that end by themselves, and say nothing about the command.
func passing(code protocol.Code) bool {
	return slices.Contains([]protocol.Code{protocol.RateLimited, protocol.Busy, protocol.Unavailable, protocol.Unsure, protocol.Internal}, code)
}

// retryOf is how long to wait after such a failure.
func retryOf(r protocol.Reply) time.Duration {
	return time.Duration(max(1, min(numberOf(r, "retry"), 3600))) * time.Second
}
