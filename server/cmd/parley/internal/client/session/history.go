package session

import (
	"time"

	"parley/protocol"
)

// historyPage is how many messages a page of history has.
const historyPage = 100

// Older asks for the page of history before the oldest line, or for the newest one, if there was none: what was heard before that need not be all.
// Nothing happens while one is on its way, where nothing older exists, or without a connection.
func (s *Session) Older(t *Thread) {
	if t.Loading || t.Beginning || s.state != Online || s.now.Before(t.pageAt) {
		return
	}
	before := t.oldest()
	if !t.paged {
		before = 0
	}
	s.page(t, before)
}

// page asks for the messages before a number, or with 0 for the newest ones. A page counts only as a whole: its rows come oldest first, so that a part of
// it would leave a hole.
func (s *Session) page(t *Thread, before int64) {
	if t.Loading {
		return
	}
	t.Loading = true
	t.paged = t.paged || before == 0
	epoch, member := t.epoch, t.Member
	var page []Line
	row := func(r protocol.Reply) { page = append(page, s.message(r).line) }
	a := s.request(request{Do: "history", Name: t.Name, Count: historyPage, Before: before}, row, func(r protocol.Reply) {
		t.Loading = false
		switch {
		case r.Sigil == protocol.Failed && t.Member && !member: // refused to one who was not in the room yet
			t.paged = false
			s.lookAgain(t)
		case t.epoch != epoch: // lines were taken away meanwhile, and this page would not join the others
			s.lookAgain(t)
		case r.Sigil == protocol.Failed:
			s.noPage(t, r)
		default:
			t.merge(page)
			t.Beginning = !has(r, "more")
		}
	})
	a.lost = func() {
		t.Loading = false
		t.paged = t.paged && before != 0
	}
}

// lookAgain asks for what is shown of a thread, where the last answer is of no use.
func (s *Session) lookAgain(t *Thread) {
	if t == s.shown {
		s.look(t)
	}
}

// noPage is when there is nothing to be read. Where something stands already, that says why.
func (s *Session) noPage(t *Thread, r protocol.Reply) {
	if passing(codeOf(r)) {
		t.pageAt = s.now.Add(retryOf(r))
		return
	}
	t.Beginning, t.stale = true, true
	if len(t.Lines) == 0 {
		s.add(t, Line{Kind: Answer, At: s.now, Reply: r})
	}
}

// pageAt is when to ask again for a page of what is shown; zero: not.
func (s *Session) pageAt() time.Time {
	if s.shown == nil || s.state != Online {
		return time.Time{}
	}
	return s.shown.pageAt
}
