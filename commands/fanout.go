package commands

import (
	"errors"
	"slices"

	"parley/protocol"
	"parley/storage"
)

// noLoop stands for the committer's own goroutine in place of a loop.
const noLoop = -1

// fanout turns the result of a batch into one delivery for each shard: the answers, and the events for those whom they concern. It belongs
// to whoever is committing.
type fanout struct {
	chat       *Chat
	presence   *presence
	shards     []Shard
	deliveries []Delivery                  // one for each shard
	loop       int                         // the shard on whose loop this is; or noLoop
	kept       Kept                        // what has become of the ask that is being answered
	response   Response                    // to it
	written    protocol.Event              // the event that is being told
	left       map[storage.ID][]storage.ID // see onlookers.go
	late       []asked                     // feeds that the store has not answered

	serverChanged bool // an event has changed the state of the server since it was last read
}

func newFanout(c *Chat, shards []Shard) *fanout {
	return &fanout{chat: c, presence: c.presence, shards: shards, deliveries: make([]Delivery, len(shards)), loop: noLoop, left: map[storage.ID][]storage.ID{}}
}

// deliver answers everything that was asked for, and tells the events. An answer stands at its event's place in the order; an answer
// without an event follows the answer to the ask before it.
func (f *fanout) deliver(q *queue, b *storage.Batch, err error) {
	f.late = f.late[:0]
	events := b.Events
	if err != nil {
		events = nil
	}
	entering := logins{verdicts: b.Verdicts}
	place := -1 // in b.Asks, which lacks the asks that were refused before
	for i := range q.asks {
		one := &q.asks[i]
		if one.free() {
			f.kept = Kept{To: one.to, Verdict: &storage.Verdict{Err: one.refused}}
			f.answer(one)
			continue
		}
		place++
		f.kept = Kept{Ask: &b.Asks[place], To: one.to}
		if err != nil {
			f.kept.Verdict = &storage.Verdict{Err: err}
			f.answer(one)
			continue
		}
		f.kept.Verdict = &b.Verdicts[place]
		// Events of others that came before this ask's own come first; all of them where it has none, since a page shows what has happened until now.
		// Those that came after a login end also the session that it begins, so they wait for it, whatever was asked for before.
		since := entering.from(place)
		for len(events) > 0 && events[0].Ask < place && !isPast(since, events) {
			f.tell(&events[0], nil)
			events = events[1:]
		}
		if len(events) == 0 || events[0].Ask != place {
			f.answer(one)
			continue
		}
		f.tellLogin(events, place)
		e := &events[0]
		events = events[1:]
		f.kept.Event = e
		if e.Kind == storage.Message && !e.Thread.IsRoom() {
			f.kept.Sent = len(f.presence.sessions(e.To)) + f.kept.Verdict.Reach.Sessions
		}
		f.answer(one)
		f.tell(e, one.session)
		for len(events) > 0 && events[0].Ask == place { // what follows from it
			f.tell(&events[0], nil)
			events = events[1:]
		}
	}
	for i := range events {
		f.tell(&events[i], nil)
	}
	f.send()
}

// send hands the shards what is for them.
func (f *fanout) send() {
	for i := range f.shards {
		switch {
		case f.deliveries[i].Empty():
		case i == f.loop:
			f.shards[i].Leave(&f.deliveries[i])
		default:
			f.shards[i].Deliver(&f.deliveries[i])
		}
	}
}

// resync ends all sessions, since events are missing here.
func (f *fanout) resync() {
	f.chat.watches.clear()
	f.chat.monitors.clear()
	clear(f.left)
	for _, o := range f.presence.empty() {
		f.of(o.session).End(o.session, o.account, resyncLine)
	}
	f.send()
}

// logins finds the logins of a batch, one after the other.
type logins struct {
	verdicts []storage.Verdict
	next     int // the place of the one that was found last
}

// from returns the first login at a place or behind it, by its Since; 0: there is none. Places only grow.
func (l *logins) from(place int) (since int64) {
	for l.next = max(l.next, place); l.next < len(l.verdicts); l.next++ {
		if v := &l.verdicts[l.next]; v.Since > 0 && v.Err == nil {
			return v.Since
		}
	}
	return 0
}

// isPast reports whether the first of these events comes after a login, whose session sees events with numbers above since. One without a number is where the
// next one with a number is.
func isPast(since int64, events []storage.Event) bool {
	if since == 0 {
		return false
	}
	for i := range events {
		if number := events[i].Number; number > 0 {
			return number > since
		}
	}
	return true
}

// isInRoom reports whether the ask has caused an event that is told in a room.
func (k *Kept) isInRoom() bool {
	return k.Event != nil && k.Event.Thread.IsRoom() && k.Event.Kind != storage.Invited
}

// of returns the delivery that a session gets.
func (f *fanout) of(s *Session) *Delivery { return &f.deliveries[s.Shard] }

// answer answers one ask.
func (f *fanout) answer(one *asked) {
	if one.command == nil {
		f.fed(one)
		return
	}
	r := &f.response
	*r = Response{chat: f.chat, session: one.session, format: one.session.written(), command: one.command, tag: one.tag, out: r.out[:0], fields: r.fields}
	kept := &f.kept
	err := kept.Verdict.Err
	if one.refused == nil {
		if err = one.command.Kept(r, kept); err != nil {
			r.note(err)
		}
	}
	if err != nil {
		r.fail(err)
	}
	d := f.of(one.session)
	if r.then != nil {
		d.Call(r.then)
	}
	if r.reformatted {
		d.add(reformat, one.session, nil).number = int64(r.format)
	}
	switch {
	case r.again != nil:
		f.again(d, r)
	case r.entered != nil:
		f.entered(d, r)
	case kept.isInRoom():
		d.add(ownKind(one, kept.Event, r.format), one.session, r.out)
	case one.command.Slow:
		d.add(conclude, one.session, r.out)
	default:
		d.add(answer, one.session, r.out)
	}
	if errors.Is(kept.Verdict.Err, storage.ErrGone) { // the store has lost the account, or its end is on the way
		d.End(one.session, kept.Ask.Account, removedLine)
	}
}

// ownKind is the kind of an answer in place of an event, or with it: an IRC client is shown its own changes as everybody else is, and what it
// says if it wants to.
func ownKind(one *asked, e *storage.Event, f protocol.Format) kind {
	shown := f.IsIRC() && (e.Kind != storage.Message || f.Echoes(one.tag))
	switch {
	case one.command.Slow && shown:
		return concludeOwnShown
	case one.command.Slow:
		return concludeOwn
	case shown:
		return ownShown
	}
	return own
}

// again has a slow command run once more. The loop begins it, since the loops end before the chat does.
func (f *fanout) again(d *Delivery, r *Response) {
	next := &Response{chat: r.chat, session: r.session, format: r.format, command: r.command, request: r.again, tag: r.again.Tag}
	d.Call(func() { next.chat.working.Go(next.work) })
}

// tell tells an event to those whom it concerns, except for the session that has caused it, which gets an answer.
func (f *fanout) tell(e *storage.Event, asker *Session) {
	switch e.Kind {
	case storage.Message:
		f.count(e)
		f.written = protocol.Event{Number: e.Number, At: e.At, From: e.FromName, Text: e.Text}
		if len(f.presence.formats().irc()) > 0 {
			f.written.Guest, f.written.Bot = f.presence.marks(e.From)
		}
		if e.Thread.IsRoom() {
			f.sayInRoom(e)
		} else {
			f.sayPrivately(e, asker)
		}
	case storage.PasswordChanged:
		f.end(e, asker, replacedLine)
	case storage.AccountRemoved:
		f.noteRemoved(e)
		f.serverChanged = true
		f.presence.noteGuest(e.To, false)
		f.end(e, nil, removedLine)
	case storage.TokenRevoked:
		f.revoked(e)
	case storage.Registered:
		f.registered(e, asker)
	case storage.Here:
		delete(f.left, e.To) // it was not removed after all
		if e.Change.Guest {
			f.presence.noteGuest(e.To, true)
		}
		if e.Ask < 0 { // otherwise that was done before the login was answered
			f.tellComing(e)
		}
		f.tellWatchers(e, "here")
	case storage.Gone:
		f.tellOnlookers(&sight{"quit", e.To, e.ToName, string(e.Text), f.roomsOfGone(e), 0, nil})
		f.presence.setAway(e.To, nil) // what it said before is not its word any more, if it is coming back just now
		f.tellWatchers(e, "gone")
	case storage.AwaySet:
		f.setAway(e, asker)
	case storage.SessionEnded:
		f.endOne(e)
	default:
		f.tellChange(e, asker)
	}
}

// count counts a message that a session of this server has said.
func (f *fanout) count(e *storage.Event) {
	switch {
	case e.Ask < 0: // another server counts it
	case e.Thread.IsRoom():
		f.chat.metrics.roomMessages.Inc()
	default:
		f.chat.metrics.privateMessages.Inc()
	}
}

func (f *fanout) sayInRoom(e *storage.Event) {
	f.written.Kind, f.written.Room = protocol.RoomMessage, e.ToName
	used := f.presence.formats()
	for i := range f.deliveries {
		f.deliveries[i].Say(e.Thread.A, &f.written, used)
	}
}

// sayPrivately tells all sessions of the recipient, and the author's other sessions.
func (f *fanout) sayPrivately(e *storage.Event, asker *Session) {
	f.written.Kind, f.written.With, f.written.To = protocol.PrivateMessage, e.FromName, e.ToName
	for _, s := range f.presence.sessions(e.To) {
		if s.feeding != nil && s.feeding.live == 0 {
			s.feeding.live = e.Number
		}
		f.of(s).Private(s, e.To, &f.written)
	}
	if e.To == e.From {
		return
	}
	f.written.With, f.written.Copy = e.ToName, true
	for _, s := range f.presence.sessions(e.From) {
		if s != asker {
			f.of(s).Event(s, e.From, &f.written)
		}
	}
}

// The last lines of sessions that end because of an event.
var (
	replacedLine = ClosingLine(protocol.Replaced, "The password of this account was changed.")
	removedLine  = ClosingLine(protocol.Removed, "This account was removed.")
	resyncLine   = ClosingLine(protocol.Resync, "This server has missed something. Please come back at once; /since shows you what you missed.")
)

// end ends the sessions of an account, but for the one that has asked for it.
func (f *fanout) end(e *storage.Event, asker *Session, line *protocol.Line) {
	for _, s := range slices.Clone(f.presence.sessions(e.To)) {
		if s != asker {
			f.of(s).End(s, e.To, line)
		}
	}
}
