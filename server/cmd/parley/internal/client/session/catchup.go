package session

import (
	"time"

	"parley/protocol"
)

// sincePage is how much of what was missed is asked for at once.
const sincePage = 200

// catchUp begins to hear what was missed since the connection was lost. A message of which it is not known whether it was kept is said again before
// that, so that its number is known when it comes as a row. In which rooms the account is must be known before, too: what was missed comes without
// what was said in others, and who is in one of them again later would not know that something is missing.
func (s *Session) catchUp() {
	if !s.lostAt.IsZero() {
		s.gap(s.lostAt, s.now)
	}
	s.pump()
	s.askRooms()
}

// since asks for the next page. Nothing of a page counts before it is there as a whole.
func (s *Session) since() {
	var page []protocol.Reply
	row := func(r protocol.Reply) { page = append(page, r) }
	from := s.mark
	s.request(request{Do: "since", Number: &from, Count: sincePage}, row, func(r protocol.Reply) {
		switch {
		case r.Sigil == protocol.Done:
			s.missed(page)
			s.mark = max(s.mark, numberOf(r, "upto"))
			if has(r, "more") && s.mark > from { // otherwise the same would be asked without end
				s.since()
				return
			}
		case passing(codeOf(r)):
			s.sinceAt = s.now.Add(retryOf(r))
			return
		}
		s.caught, s.lostAt = true, time.Time{}
		s.online(true)
	})
}

// missed takes a page of what was missed.
func (s *Session) missed(page []protocol.Reply) {
	for _, r := range page {
		switch r.Word {
		case "all", "say", "msg":
			s.hear(s.message(r), false)
		case "invite":
			s.invited(r, Line{Kind: Event, Number: numberOf(r, "number"), At: timeOf(r, "at", s.now), ToMe: true, Reply: r})
		}
	}
}
