package storage

// say keeps a message for a room or an account.
func (w *sqliteWriter) say(work *commitWork, i int) error {
	ask := &work.asks[i]
	sender, err := w.rules.person(ask.Account)
	if err != nil {
		return err
	}
	if ask.Once != nil {
		return w.sayOnce(work, i, sender)
	}
	return w.sayNow(work, i, sender)
}

// sayNow keeps a message if its author may say it.
func (w *sqliteWriter) sayNow(work *commitWork, i int, sender *person) error {
	ask, verdict := &work.asks[i], &work.verdicts[i]
	if err := w.rules.maySpeak(sender, verdict); err != nil {
		return err
	}
	e := Event{Kind: Message, From: sender.id, FromName: sender.name, Ask: i}
	if isRoomKey(ask.To) {
		room, err := w.rules.room(ask.To)
		if err != nil {
			return err
		}
		if err := w.rules.maySpeakIn(sender, room, verdict); err != nil {
			return err
		}
		e.Thread, e.ToName = RoomThread(room.ID), room.Name
		return w.add(work, e, 0)
	}
	to, err := w.rules.personOf(ask.To)
	if err != nil {
		return err
	}
	if err := w.rules.mayWrite(sender, to); err != nil {
		return err
	}
	in, err := w.inbox(to.id)
	if err != nil {
		return err
	}
	if len(in.waiting) >= w.store.limits.Load().Inbox {
		w.expire(work, in, work.cutoff(w.store.limits.Load()))
	}
	if len(in.waiting) >= w.store.limits.Load().Inbox {
		return ErrInboxFull
	}
	e.Thread, e.To, e.ToName = PairThread(sender.id, to.id), to.id, to.name
	previous := in.newest
	in.newest = w.next
	in.waiting = append(in.waiting, unacked{w.next, work.at.UnixMilli()})
	w.waiting++
	work.heads[inboxThread(to.id)] = head{number: w.next, unsaved: true}
	return w.add(work, e, previous)
}

// add puts a message at the end of its thread.
func (w *sqliteWriter) add(work *commitWork, e Event, inboxPrevious int64) error {
	previous, err := w.head(work, e.Thread)
	if err != nil {
		return err
	}
	count := previous.count + 1
	e.Number, e.At = w.number(), work.at
	work.heads[e.Thread] = head{number: e.Number, count: count, unsaved: true}
	work.said++
	if len(work.rows) == 0 {
		work.unflushed = e.Number
	}
	work.events = append(work.events, e)
	recipient := int64(e.To)
	if recipient == 0 {
		recipient = -int64(e.Thread.A)
	}
	work.rows = append(work.rows, e.Number, work.atArg, int64(e.Kind), int64(e.From), e.FromName, recipient, count, previous.number, inboxPrevious,
		work.texts[e.Ask])
	return nil
}

// head returns the newest message of a thread, of this batch if it has one.
func (w *sqliteWriter) head(work *commitWork, t Thread) (head, error) {
	if h, said := work.heads[t]; said {
		return h, nil
	}
	return w.store.threads.head(w.db, t)
}

// knownHead is head without a query; what is not known is in the table.
func (w *sqliteWriter) knownHead(work *commitWork, t Thread) (h head, known bool) {
	if h, said := work.heads[t]; said {
		return h, true
	}
	return w.store.threads.known(t)
}

// number takes the next number.
func (w *sqliteWriter) number() int64 {
	w.next++
	return w.next - 1
}
