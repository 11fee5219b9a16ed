package commands

import (
	"errors"

	"parley/protocol"
	"parley/storage"
)

// inboxPage is how many waiting messages are fed at once.
const inboxPage = 64

// entry is the result of a login.
type entry struct {
	account storage.Account
	rooms   []storage.Room
	page    *storage.Page
}

// enter makes the session one of the account, from this place in the order on. The waiting messages come after the answer.
func (r *Response) enter(account storage.Account, rooms []storage.Room, page *storage.Page) {
	r.chat.presence.enter(r.session, account, rooms)
	r.entered = &entry{account, rooms, page}
}

// entered delivers the answer to a login and the first waiting messages.
func (f *fanout) entered(d *Delivery, r *Response) {
	d.add(show, r.session, r.out)
	it := d.add(enter, r.session, nil)
	it.account, it.rooms = r.entered.account.ID, r.entered.rooms
	r.session.live = 0
	f.feed(r.session, 0, r.entered.page)
}

// fed delivers a part of the waiting messages, or has it asked for again. The login ends only when all of them were fed.
func (f *fanout) fed(one *asked) {
	switch err := f.kept.Verdict.Err; {
	case err == nil:
		f.feed(one.session, one.ask.After, &f.kept.Verdict.Page)
	case errors.Is(err, storage.ErrGone):
		f.feed(one.session, one.ask.After, &storage.Page{})
	default:
		f.late = append(f.late, *one)
	}
}

// feed delivers a page of waiting messages, and sees to the next one. What is said to the session meanwhile is not left to the pages, since
// another session of the account may acknowledge it first: it is delivered at once, and the connection holds it. The pages end in front of it.
func (f *fanout) feed(s *Session, after int64, page *storage.Page) {
	d := f.of(s)
	for i := range page.Messages {
		m := &page.Messages[i]
		if s.live > 0 && m.Number >= s.live {
			page.More = false
			break
		}
		f.written = protocol.Event{Kind: protocol.PrivateMessage, Number: m.Number, At: m.At, From: m.FromName, Text: m.Text, Late: true}
		d.write(waiting, s, &f.written).number = m.Number
		after = m.Number
	}
	if s.feeding = page.More; page.More {
		d.add(feed, s, nil).number = after
	} else {
		d.add(finish, s, nil)
	}
}
