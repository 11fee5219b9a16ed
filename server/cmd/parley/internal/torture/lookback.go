package torture

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"parley/protocol"
)

// How much of a room's history a server keeps at least.
const (
	lobbyKept        = 1000
	conversationKept = 500
)

// lookBack reads the history of a room before what is new in it falls out.
func (u *user) lookBack(s *session) {
	if u.run.history.takeDue(lobby, 200) {
		_ = u.page(s, lobby, u.run.history.newestOf(lobby))
	}
	other := u.others[u.random.IntN(len(u.others))]
	if room := conversation(u.account, other); u.run.history.takeDue(room, 100) {
		_ = u.page(s, other, u.run.history.newestOf(room))
	}
}

// page reads the history of the lobby, or of the conversation with somebody, from its end down to a number.
func (u *user) page(s *session, with string, since int64) error {
	r := &reading{room: lobby, asked: time.Now(), above: since}
	kept := lobbyKept
	if with != lobby {
		r.room, kept = conversation(u.account, with), conversationKept
	}
	for before := ""; ; {
		page, err := s.ask(strings.Join(strings.Fields("/history "+with+" 200 "+before), " "), nil)
		if err == nil && page.Sigil != protocol.Done {
			err = fmt.Errorf("/history was answered %s", strings.Join(page.Fields, " "))
		}
		if err != nil {
			u.run.history.wantHistory(r.room, 1000)
			return err
		}
		r.rows = append(seenRows(page.rows), r.rows...)
		more, ok := page.Key("more")
		if !ok || len(r.rows) > 0 && r.rows[0].number <= since {
			break
		}
		before = "before=" + more
	}
	if len(r.rows) >= kept {
		r.above = max(since, r.rows[0].number-1) // what is older may have fallen out
	}
	r.done = time.Now()
	u.run.history.keep(r)
	return nil
}

func seenRows(rows []protocol.Reply) []seen {
	var all []seen
	for _, r := range rows {
		if len(r.Fields) > 1 {
			number, _ := strconv.ParseInt(r.Fields[1], 10, 64)
			at, _ := r.Key("at")
			all = append(all, seen{from: r.Fields[0], text: r.Text, number: number, at: at})
		}
	}
	return all
}

// lastLook reads the whole history of the lobby, and of the conversations that no one before this user looks at.
func (u *user) lastLook(s *session) error {
	if u.place == 0 {
		if err := u.page(s, lobby, 0); err != nil {
			return err
		}
	}
	for _, other := range u.others {
		if u.account < other {
			if err := u.page(s, other, 0); err != nil {
				return err
			}
		}
	}
	return nil
}
