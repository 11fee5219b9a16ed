package commands

import (
	"errors"
	"time"

	"parley/protocol"
	"parley/storage"
)

// inboxPage is how many waiting messages are fed at once.
const inboxPage = 64

// entry is the result of a login.
type entry struct {
	account  storage.Account
	operator bool
	rooms    []storage.Membership
	since    int64 // the session has everything that comes after this number
	page     *storage.Page
	begins   storage.Session
	away     *string // what the account says about being away; nil: it is not
}

// enter makes the session one of the account, from this place in the order on. The waiting messages come after the answer.
func (r *Response) enter(account storage.Account, k *Kept) {
	v := k.Verdict
	r.entered = &entry{account, v.Operator, v.Rooms, v.Since, &v.Page, *k.Ask.Begins, v.Away}
	r.entered.begins.ID = v.Session
	r.session.verified = nil
}

// entered delivers the answer to a login and the first waiting messages.
func (f *fanout) entered(d *Delivery, r *Response) {
	s, e := r.session, r.entered
	f.presence.enter(s, e)
	f.chat.committer.begins(s)
	f.chat.metrics.loginsOK.Inc()
	f.chat.storm.changed(f.presence.count().Sessions)
	d.add(show, s, r.out)
	it := d.add(enter, s, nil)
	it.account = e.account.ID
	for i := range e.rooms {
		it.rooms = append(it.rooms, e.rooms[i].ID)
	}
	s.place, s.feeding = nil, &feeding{invites: e.page.Invites}
	f.feed(s, 0, e.page)
	if ban := f.chat.bans.Find(s.Remote, time.Now()); ban != nil { // it was told while the password was being hashed
		d.End(s, e.account.ID, bannedLine(ban))
	}
}

// fed delivers a part of the waiting messages, or has it asked for again. The login ends only when all of them were fed.
func (f *fanout) fed(one *asked) {
	if one.ask.Kind != storage.Feed { // what the chat itself has asked for
		if f.kept.Verdict.Page.More {
			f.chat.committer.own(one.ask)
			f.chat.committer.ring()
		}
		return
	}
	switch err := f.kept.Verdict.Err; {
	case err == nil:
		f.feed(one.session, one.ask.After, &f.kept.Verdict.Page)
	case errors.Is(err, storage.ErrGone):
		f.feed(one.session, one.ask.After, &storage.Page{})
	default:
		f.late = append(f.late, *one)
	}
}

// feeding is what is still to come of what has waited for a session.
type feeding struct {
	batch   bool                 // it stands between two lines that say so, and the second one is still to come
	live    int64                // the number of the first message that was said to the session meanwhile, 0 before
	invites []storage.Invitation // to be told after the messages
}

// feed delivers a page of waiting messages, and sees to the next one. What is said to the session meanwhile is not left to the pages, since
// another session of the account may acknowledge it first: it is delivered at once, and the connection holds it. The pages end in front of it.
func (f *fanout) feed(s *Session, after int64, page *storage.Page) {
	d := f.of(s)
	for i := range page.Messages {
		m := &page.Messages[i]
		if s.feeding.live > 0 && m.Number >= s.feeding.live {
			page.More = false
			break
		}
		f.written = protocol.Event{
			Kind: protocol.PrivateMessage, Number: m.Number, At: m.At, From: m.FromName, With: m.FromName, To: s.name, Text: m.Text, Late: true,
		}
		f.openBatch(s)
		if s.feeding.batch {
			f.written.Batch = waitingBatch
		}
		d.write(waiting, s, &f.written).number = m.Number
		after = m.Number
	}
	if page.More {
		d.add(feed, s, nil).number = after
		return
	}
	f.closeBatch(s)
	for i := range s.feeding.invites {
		in := &s.feeding.invites[i]
		l := inviteLine(in.Room, in.FromName, in.Number, in.At)
		it := d.Notice(s, 0, &l)
		it.kind, it.number = waitingInvited, in.Number
	}
	s.feeding = nil
	d.showMOTD(s, f.chat.MOTD())
	d.add(finish, s, nil)
}

// waitingBatch is what an IRC client knows the waiting messages by.
const waitingBatch = "waiting"

// openBatch tells the client that waiting messages follow, unless it was told, or can't be.
func (f *fanout) openBatch(s *Session) {
	if s.caps()&protocol.Batch != 0 && !s.feeding.batch {
		s.feeding.batch = true
		f.showBatch(s, protocol.Word("start", waitingBatch), protocol.Word("kind", protocol.IRCServer+"/waiting"))
	}
}

// closeBatch tells it that these were all.
func (f *fanout) closeBatch(s *Session) {
	if s.feeding.batch {
		s.feeding.batch = false
		f.showBatch(s, protocol.Word("end", waitingBatch))
	}
}

func (f *fanout) showBatch(s *Session, fields ...protocol.Field) {
	f.of(s).Notice(s, 0, &protocol.Line{Type: protocol.Notice, Word: "batch", Fields: fields}).kind = show
}
