package torture

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"parley/protocol"
)

// How much of a history a server keeps at least.
const (
	roomKept         = 1000
	conversationKept = 500
)

// lookBack reads histories before what is new in them falls out.
func (u *user) lookBack(s *session) {
	if u.random.IntN(8) == 0 {
		_ = u.who(s)
	}
	u.catchUp(s, lobby, lobby, 200)
	other := u.another()
	u.catchUp(s, other, conversation(u.account, other), 100)
	room := rooms[u.random.IntN(len(rooms))]
	switch {
	case !s.isIn(room):
	case room != den || u.ownsDen():
		u.catchUp(s, room, room, 200)
	case u.random.IntN(20) == 0:
		_, _ = u.page(s, room, 0) // whatever comes before the reader's joining must not be there
	}
}

// catchUp reads what is new in a history, if that is much.
func (u *user) catchUp(s *session, with, room string, messages int) {
	h := u.run.history
	if !h.takeDue(room, messages) {
		return
	}
	if r, err := u.page(s, with, h.newestOf(room)); err == nil {
		h.caughtUp(r)
	} else {
		h.wantHistory(room, 1000)
	}
}

// page reads the history of a room, or of the conversation with somebody: all above a number, from the end back or on from that number.
func (u *user) page(s *session, with string, since int64) (*reading, error) {
	r := &reading{command: "/history", room: with, reader: u.account, asked: time.Now(), above: since}
	kept := roomKept
	if !isRoom(with) {
		r.room, kept = conversation(u.account, with), conversationKept
	}
	next, forward := "before=", since > 0 && u.random.IntN(2) == 0
	part := ""
	if forward {
		next, part = "after=", fmt.Sprint("after=", since)
	}
	for {
		page, err := u.askHistory(s, with, part)
		if err != nil {
			return nil, err
		}
		if rows := rowsOf(page.rows); forward {
			r.rows = append(r.rows, rows...)
		} else {
			r.rows = append(rows, r.rows...)
		}
		more, ok := page.Key("more")
		if !ok || !forward && len(r.rows) > 0 && r.rows[0].number <= since {
			break
		}
		part = next + more
	}
	if len(r.rows) >= kept {
		r.above = max(since, r.rows[0].number-1) // what is older may have fallen out
	}
	r.done = time.Now()
	u.run.history.keep(r)
	return r, nil
}

// askHistory reads one page. That it is shown, or not, tells whether the reader is in the room.
func (u *user) askHistory(s *session, with, part string) (reply, error) {
	asked := time.Now()
	command := strings.Join(strings.Fields("/history "+with+" 200 "+part), " ")
	page, err := s.ask(command)
	if err != nil {
		return page, err
	}
	in := page.Sigil == protocol.Done
	tells := in
	if !in && len(page.Fields) > 0 {
		in, tells = tellsMember(page.Fields[0])
	}
	if tells && with != lobby && isRoom(with) {
		u.run.history.glimpse(s.log, with, in, asked, command)
	}
	if page.Sigil != protocol.Done {
		err = fmt.Errorf("/history was answered %s", strings.Join(page.Fields, " "))
	}
	return page, err
}

// rowsOf are the messages in an answer.
func rowsOf(rows []protocol.Reply) []seen {
	var all []seen
	for _, r := range rows {
		if message, ok := rowOf(r); ok {
			all = append(all, message)
		}
	}
	return all
}

// rowOf takes a row apart.
func rowOf(r protocol.Reply) (message seen, ok bool) {
	fields := r.Fields
	switch {
	case r.Word == "say" && len(fields) > 0:
		fields = fields[1:] // the room
	case r.Word != "all" && r.Word != "msg":
		return seen{}, false // an invitation
	}
	if len(fields) < 2 {
		return seen{}, false
	}
	number, _ := strconv.ParseInt(fields[1], 10, 64)
	at, _ := r.Key("at")
	return seen{from: fields[0], text: r.Text, number: number, at: at}, true
}

// lastLook reads the whole history of each room, of the conversations that no one before this user looks at, and for one user that of the
// lobby; and once more what came last in all of them.
func (u *user) lastLook(ctx context.Context, s *session) error {
	var all []string
	if u.place == 0 {
		all = append(all, lobby)
	}
	for _, other := range u.others {
		if u.account < other {
			all = append(all, other)
		}
	}
	for _, room := range rooms {
		code, err := u.insistOn(ctx, s, join, room, u.account)
		if err != nil {
			return err
		}
		if code != "invite-only" {
			all = append(all, room)
		}
	}
	for _, with := range all {
		if _, err := u.page(s, with, 0); err != nil {
			return err
		}
	}
	const last = 2000 // numbers
	return u.since(s, max(0, u.read-last))
}
